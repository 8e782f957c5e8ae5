"""What the current log line is about: the request, the edit, the attempt, the task. Read by the JSON formatter."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Where a request keeps its id, in META.
REQUEST_ID = "reword.request_id"
_facts: ContextVar[dict[str, str] | None] = ContextVar("facts", default=None)


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Every line that this thread logs inside the block is about this."""
    token = _facts.set(current() | _known(facts))
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: object) -> None:
    """Add something as soon as it is known: lines logged until the end of the innermost `about` are about this as well."""
    if _facts.get() is not None:
        _facts.set(current() | _known(facts))


def current() -> dict[str, str]:
    return _facts.get() or {}


def _known(facts: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items() if value is not None}
