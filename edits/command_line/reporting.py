"""What is shown while photos are edited: a progress bar or plain lines for people, one JSON line for each file for programs.

Results go to standard output, all else to standard error. The progress bar needs `rich`; without it there are plain lines.
"""

import json
import os
import sys
import threading
from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from .agreement import usd
from .outcomes import Outcome, Status, shown
from .way import Track

try:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
except ModuleNotFoundError:
    HAS_RICH = False
else:
    HAS_RICH = True

LONGEST_NAME, LONGEST_WORDS = 30, 60


def write(text: str) -> None:
    """Write to standard output. If its reader has gone, work continues all the same."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Report(Protocol):
    """`changed` is called by any thread, the others by the main one."""

    def begin(self, photos: int) -> None: ...
    def changed(self, track: Track) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...
    def line(self, text: str) -> None: ...
    def close(self) -> None: ...


class PlainReport:
    """Prints a line when a photo has ended, and when there is trouble with it."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._photos = self._count = 0
        self._lock = threading.Lock()
        self._last: dict[int, str] = {}

    def begin(self, photos: int) -> None:
        self._photos = photos

    def changed(self, track: Track) -> None:
        with self._lock:
            is_news = self._last.get(id(track)) != track.words
            self._last[id(track)] = track.words
            if is_news and track.words.startswith("waiting: "):
                print(shown(f"{track.job.photo.name}: {track.words}"), file=sys.stderr, flush=True)

    def ended(self, outcome: Outcome) -> None:
        self._count += 1
        if self._as_json:
            write(as_json(outcome))
        elif _is_only_counted(outcome):
            pass
        elif outcome.status in (Status.DONE, Status.EXISTS):
            write(f"[{self._count}/{self._photos}] {in_words(outcome)}")
        else:
            print(f"[{self._count}/{self._photos}] {in_words(outcome)}", file=sys.stderr, flush=True)

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        pass


class BarReport:
    """A bar for all photos and one for each that is being worked on; lines of those that have ended stay above."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        console = Console(stderr=True, highlight=False)
        columns = [
            TextColumn("{task.description}", markup=False),
            BarColumn(30),
            TextColumn("{task.fields[words]}", markup=False),
        ]
        self._bars = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._all = self._bars.add_task("Photos", total=None, words="")
        self._own: dict[int, TaskID] = {}
        self._photos = self._count = 0
        self._lock = threading.Lock()

    def begin(self, photos: int) -> None:
        self._photos = photos
        self._bars.update(self._all, total=photos, words=f"0 of {photos}")
        self._bars.start()

    def changed(self, track: Track) -> None:
        with self._lock:
            if id(track) not in self._own:
                name = shown(track.job.photo.name)[:LONGEST_NAME]
                self._own[id(track)] = self._bars.add_task(name, total=100, words="")
            words = shown(track.words)[:LONGEST_WORDS]
            self._bars.update(self._own[id(track)], completed=track.percent, words=words, visible=not track.has_ended)

    def ended(self, outcome: Outcome) -> None:
        self._count += 1
        self._bars.update(self._all, completed=self._count, words=f"{self._count} of {self._photos}")
        if _is_only_counted(outcome) and not self._as_json:
            return
        text = as_json(outcome) if self._as_json else in_words(outcome)
        is_result = self._as_json or outcome.status in (Status.DONE, Status.EXISTS)
        if is_result and not sys.stdout.isatty():
            write(text)
        else:
            self._bars.console.print(text, markup=False, soft_wrap=True)

    def line(self, text: str) -> None:
        self._bars.console.print(text, markup=False, soft_wrap=True)

    def close(self) -> None:
        self._bars.stop()


def report(*, as_json: bool) -> Report:
    if HAS_RICH and sys.stderr.isatty() and not (as_json and sys.stdout.isatty()):
        return BarReport(as_json=as_json)
    return PlainReport(as_json=as_json)


def _is_only_counted(outcome: Outcome) -> bool:
    """A photo whose turn had not come when the command was stopped; the last line says how many these are."""
    return outcome.status == Status.NOT_SENT and not outcome.message


def in_words(outcome: Outcome) -> str:
    name = shown(outcome.job.photo)
    if outcome.status == Status.DONE:
        cost = "" if outcome.cost is None else f" ({usd(outcome.cost)})"
        return f"{name} -> {shown(outcome.job.output)}{cost}"
    if outcome.status == Status.EXISTS:
        return f"{name} -> {shown(outcome.job.output)} already exists; --force replaces it"
    return f"{name}: {shown(outcome.message)}"


def as_json(outcome: Outcome) -> str:
    """Stable: docs/command_line.md describes it."""
    facts = {
        "file": str(outcome.job.photo),
        "output": str(outcome.job.output),
        "status": outcome.status.value,
        "id": outcome.id or None,
        "cost": None if outcome.cost is None else f"{outcome.cost.normalize():f}",
        "message": shown(outcome.message) or None,
    }
    return json.dumps(facts)


def summary(outcomes: Iterable[Outcome]) -> str:
    """How many photos ended in which way, and the total cost: an edit that two equal photos share is paid only once."""
    found = list(outcomes)
    words = {
        Status.DONE: "done",
        Status.EXISTS: "already existed",
        Status.PENDING: "still being edited",
        Status.UNKNOWN: "possibly charged",
        Status.FAILED: "failed",
        Status.NOT_SENT: "not sent",
    }
    counts = [f"{number} {text}" for status, text in words.items() if (number := sum(o.status == status for o in found))]
    is_worked_on = any(outcome.status != Status.EXISTS for outcome in found)
    return f"{', '.join(counts)}." + (f" {_cost(found)}" if is_worked_on else "")


def _cost(outcomes: Iterable[Outcome]) -> str:
    # If equal photos share an edit, the outcome with its cost comes last and so is used.
    by_id = {outcome.id: outcome for outcome in sorted(outcomes, key=lambda outcome: outcome.cost or 0) if outcome.id}
    total = sum((outcome.cost for outcome in by_id.values() if outcome.cost), Decimal(0))
    open_ones = sum(outcome.cost is None and outcome.status in (Status.DONE, Status.PENDING) for outcome in by_id.values())
    return f"Cost of these edits: {usd(total)}" + (f", plus {open_ones} whose cost is not known yet." if open_ones else ".")
