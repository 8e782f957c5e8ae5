"""What can happen to a photo and to the whole command, and the exit codes that say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path


class Exit(IntEnum):
    """The exit codes, as documented in docs/command_line.md."""

    DONE = 0
    FAILED = 1
    USAGE_ERROR = 2
    UNKNOWN = 3
    NOTHING_BEGUN = 4
    INTERRUPTED = 130


class Status(StrEnum):
    """DONE: stored now. EXISTS: it was there before, and nothing was sent. PENDING: ordered, and continues without this command.
    UNKNOWN: nobody knows whether it was ordered, and so whether it is charged. NOT_SENT: nothing was ordered."""

    DONE = "done"
    EXISTS = "exists"
    FAILED = "failed"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


class Refused(Exception):
    """Why the command does not even start, in one line."""

    def __init__(self, message: str, code: Exit = Exit.NOTHING_BEGUN) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class NotDone(Exception):
    """Why a photo has no result, or none yet, in one line."""

    def __init__(self, status: Status, message: str, id: str = "", cost: Decimal | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.id, self.cost = status, message, id, cost


@dataclass(frozen=True)
class Job:
    """One photo and where its result goes."""

    photo: Path
    output: Path


@dataclass(frozen=True)
class Made:
    """A result that is stored: the edit's id at the site or the task's at Wiro, and its cost in USD, None while that is
    unknown."""

    id: str
    cost: Decimal | None


@dataclass(frozen=True)
class Outcome:
    """What became of a job."""

    job: Job
    status: Status
    message: str = ""
    id: str = ""
    cost: Decimal | None = None


def exit_code(outcomes: Iterable[Outcome], *, interrupted: bool) -> Exit:
    """What the command as a whole says: the worst that happened."""
    found = {outcome.status for outcome in outcomes}
    if interrupted:
        return Exit.INTERRUPTED
    if Status.UNKNOWN in found:
        return Exit.UNKNOWN
    return Exit.DONE if found <= {Status.DONE, Status.EXISTS} else Exit.FAILED


def shown(text: object) -> str:
    """In one line, without control characters that a terminal would obey; file names may contain anything."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(str(text).split()))
