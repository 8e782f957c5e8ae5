"""The sandbox as a program: its options, and running it until SIGTERM or Ctrl-C. It needs no Django."""

import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from threading import Event
from typing import Any

from ..catalog import load
from .server import SandboxServer


class CannotRun(Exception):
    """Why not, in one line."""


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8090, help="where to listen; 0 picks a free port (8090)")
    parser.add_argument(
        "--time-scale", "--pace", type=_positive, default=1.0, help="scales every duration; 1.0: an edit takes 6 to 9 seconds"
    )
    size_scale = _positive(os.environ.get("SANDBOX_SIZE_SCALE") or "1")
    parser.add_argument("--size-scale", type=_positive, default=size_scale, help="scales the sides of results")
    parser.add_argument("--balance", type=_money, default=Decimal(100), help="the starting balance, in USD (100)")
    price = "USD for one successful edit by a model whose file names no price (0.03)"
    parser.add_argument("--price", type=_money, default=Decimal("0.03"), help=price)
    parser.add_argument(
        "--random-seed", "--seed-of-randomness", type=int, default=None, help="makes ids and drawn seeds repeatable"
    )


def say_where(sandbox: SandboxServer) -> None:
    with suppress(OSError):  # nobody may be reading anymore
        print(f"Wiro sandbox listening at {sandbox.url}", flush=True)


def run(options: Mapping[str, Any], models: Path | None = None, greet: Callable[[SandboxServer], None] = say_where) -> None:
    """Run until a signal; `models` is a folder of further models. The keys are in the environment. Raises CannotRun."""
    if not os.environ.get("WIRO_API_KEY"):
        raise CannotRun("WIRO_API_KEY is not set. The sandbox needs the key that its clients use.")
    stop_requested = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop_requested.set())
    with _sandbox(options, models) as sandbox:
        greet(sandbox)
        stop_requested.wait()


def _sandbox(options: Mapping[str, Any], models: Path | None) -> SandboxServer:
    try:
        return SandboxServer(
            host=options["host"],
            port=options["port"],
            api_key=os.environ["WIRO_API_KEY"],
            api_secret=os.environ.get("WIRO_API_SECRET", ""),
            time_scale=options["time_scale"],
            size_scale=options["size_scale"],
            balance=options["balance"],
            price=options["price"],
            randomness=options["random_seed"],
            models=load(*([models] if models else [])),
        )
    except OSError as problem:
        raise CannotRun(f"The sandbox cannot listen on {options['host']}:{options['port']}: {problem.strerror}") from None


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def _money(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
