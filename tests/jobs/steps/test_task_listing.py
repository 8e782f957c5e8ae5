"""A list is complete when it was read to before the moment, or to an empty page; a short page says nothing."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from edits.jobs.steps import task_listing
from edits.wiro import WiroTask, WiroTaskList

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def task(minutes: float | None) -> WiroTask:
    """Created so many minutes after the moment; None: at no time that can be read."""
    created = "junk" if minutes is None else str(int((MOMENT + timedelta(minutes=minutes)).timestamp()))
    return WiroTask.from_answer({"id": "1", "createtime": created})


def page(*minutes: float | None, unreadable: int = 0) -> WiroTaskList:
    return WiroTaskList(tuple(map(task, minutes)), None, len(minutes) + unreadable)


@pytest.mark.parametrize(
    ("pages", "starts", "is_complete"),
    [
        ([page(9, 5, 3), page()], [0, 3], True),
        ([page(9), page(5), page(3), page()], [0, 1, 2, 3], True),
        ([page(9, 5, -3, -4)], [0], True),
        ([page(9, -3), page(-4, -5)], [0, 2], True),
        ([page(9, 5, unreadable=1), page(3, -1, -2)], [0, 3], True),
        ([page(unreadable=4), page()], [0, 4], True),
        ([page(None, None), page(9), page(8), page(7)], [0, 2, 3, 4], False),
        ([page(9), page(8), page(7), page(6)], [0, 1, 2, 3], False),
    ],
)
def test_what_makes_a_list_complete(
    monkeypatch: pytest.MonkeyPatch, pages: list[WiroTaskList], starts: list[int], is_complete: bool
) -> None:
    asked: list[int] = []

    def task_list(_model: str, *, start: int, deadline: float) -> WiroTaskList:
        asked.append(start)
        return pages[len(asked) - 1]

    monkeypatch.setattr(task_listing, "client", lambda: SimpleNamespace(task_list=task_list))
    found = task_listing.read_back_to(MOMENT, 4)
    assert (asked, found.is_complete) == (starts, is_complete)
    assert len(found.tasks) == sum(len(page) for page in pages)
