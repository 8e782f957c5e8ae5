"""The steps that this process is doing, for whoever watches: Celery's tools, tests. Watching never delays a step."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

observer: "Callable[[str, Step], None] | None" = None
"""Called in the step's thread with "started", "succeeded" or "failed"; must return at once and must not raise."""


@dataclass(eq=False)
class Step:
    """`name` is submit, poll, fetch, …; `subject` the id of an edit or, for work that follows its end, of an attempt; `outcome`
    the state in which it left the edit."""

    name: str
    subject: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_at: float = field(default_factory=time.time)
    thread: int = field(default_factory=threading.get_ident)
    outcome: str = ""

    @property
    def seconds(self) -> float:
        return max(time.time() - self.started_at, 0.0)


_in_progress: dict[str, Step] = {}


def in_progress() -> list[Step]:
    """Oldest first."""
    return sorted(_in_progress.values(), key=lambda step: step.started_at)


@contextmanager
def doing(name: str, subject: object) -> Iterator[Step]:
    step = Step(name, str(subject))
    _in_progress[step.id] = step
    try:
        _tell("started", step)
        yield step
    except BaseException:
        _tell("failed", step)
        raise
    else:
        _tell("succeeded", step)
    finally:
        del _in_progress[step.id]


def _tell(what: str, step: Step) -> None:
    if observer:
        observer(what, step)
