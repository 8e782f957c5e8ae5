"""Time and memory of a composite of 12 megapixels, each in its own process: `python -m bench.shared.heavy NAME` is one."""

import io
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from bench.shared import drift
from edits import images
from tests.photos import photo_path

SIZE = 4000, 3000
SECONDS, MEGABYTES = 3.0, 400
KINDS = ("stitch a region of 6 %", "stitch a region of 90 %", "propose a region", "keep the rest")


def measure() -> None:
    """Print a table of all of them."""
    print(f"\n| 12 megapixels | processor time (< {SECONDS:g} s) | peak memory (< {MEGABYTES} MB) | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder))
        for kind in KINDS:
            command = [sys.executable, "-m", "bench.shared.heavy", kind, folder]
            seconds, megabytes = map(float, subprocess.check_output(command, text=True).split())  # noqa: S603 - our own
            verdict = "held" if seconds < SECONDS and megabytes < MEGABYTES else "missed"
            print(f"| {kind} | {seconds:.2f} s | {megabytes:.0f} MB | {verdict} |", flush=True)


def _prepare(folder: Path) -> None:
    """The pictures are made here, so that their making is not measured."""
    with Image.open(photo_path("retina.jpg")) as retina, Image.open(photo_path("coffee.png")) as coffee:
        photo = Image.blend(retina.convert("RGB").resize(SIZE), coffee.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC), 0.6)
    chance = random.Random(1)  # noqa: S311 - the same every time
    edited = drift.put_in(photo, photo.rotate(180), chance)
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=92)
    (folder / "source").write_bytes(buffer.getvalue())
    (folder / "result").write_bytes(drift.repainted(edited.picture, chance, moved=True))
    mask = Image.fromarray(edited.mask).resize((1000, 750))
    mask.save(folder / "mask.png")


def _run(kind: str, folder: Path) -> None:
    source, result = (folder / "source").read_bytes(), (folder / "result").read_bytes()
    started = time.process_time()
    match kind:
        case "propose a region":
            images.propose(source, result)
        case "stitch a region of 90 %":
            region = images.region_from_box("0.02,0.02,0.95,0.95", SIZE)
            assert region is not None  # noqa: S101 - the box leaves a rim
            images.stitch(source, result, region, images.plan_crop(region, SIZE))
        case _:
            region = images.region_from_mask((folder / "mask.png").read_bytes(), SIZE)
            assert region is not None  # noqa: S101 - it is an ellipse
            plan = images.plan_crop(None if kind == "keep the rest" else region, SIZE)
            images.stitch(source, result, region, plan)
    # Not getrusage(): that begins with the memory of the process which started this one. Source: man 5 proc.
    peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
    print(f"{time.process_time() - started:.2f} {peak:.0f}")


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]))
