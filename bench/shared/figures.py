"""How figures are made and shown, the same in every table."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path


def print_machine() -> None:
    """The machine, and its load when the run began: without these, a figure means nothing."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, load {load}", flush=True)


def spread(values: Sequence[float], form: str = ".0f") -> str:
    """The median, and the least and the most."""
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def ratios(ours: Sequence[float], floor: Sequence[float]) -> list[float]:
    """Of each round on its own, since others may work on this machine in one round and not in the next."""
    return [one / least for one, least in zip(ours, floor, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def verdict(is_held: bool) -> str:
    return "held" if is_held else "**missed**"
