"""The same work in many threads at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

from edits.models import NotAllowed
from edits.ordering import quotas

Result = TypeVar("Result")


def at_once(count: int, work: Callable[[int], Result]) -> list[Result]:
    """What `work(number)` returns in `count` threads that start together."""
    barrier = Barrier(count)

    def start(number: int) -> Result:
        try:
            barrier.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def at_once_or_refused(count: int, work: Callable[[int], Result]) -> list[Result | quotas.QuotaExceeded | NotAllowed]:
    """Like `at_once`, with each refusal in place of the result."""

    def attempt(number: int) -> Result | quotas.QuotaExceeded | NotAllowed:
        try:
            return work(number)
        except (quotas.QuotaExceeded, NotAllowed) as refusal:
            return refusal

    return at_once(count, attempt)
