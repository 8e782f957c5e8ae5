"""A list is complete when it was read back beyond the given time, or to an empty page; a short page proves nothing.

That time is by our clock, whatever Wiro's says.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from edits.jobs.steps import task_listing
from edits.models import Photo, State
from edits.wiro import WiroTask, WiroTaskList
from tests.rows import attempt_of, edit_in

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


pytestmark = pytest.mark.django_db


def task(minutes: float | None, task_id: str = "1") -> WiroTask:
    """A task created so many minutes after the given time; None: at an unreadable time."""
    created = "junk" if minutes is None else str(int((MOMENT + timedelta(minutes=minutes)).timestamp()))
    return WiroTask.from_answer({"id": task_id, "createtime": created})


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
    found, asked = read(monkeypatch, pages)
    assert (asked, found.is_complete) == (starts, is_complete)
    assert len(found.tasks) == sum(len(page) for page in pages)


@pytest.mark.parametrize("tasks", [(9, 8, 7), (9, -3)])
def test_a_server_that_gives_the_same_page_again_is_not_asked_on(monkeypatch: pytest.MonkeyPatch, tasks: tuple[int, ...]) -> None:
    """The server ignores the start position, so its list cannot be read back, and absence from it means nothing."""
    found, asked = read(monkeypatch, [page(*tasks)] * 4)
    assert (len(asked), found.is_complete, len(found.tasks)) == (2, False, len(tasks))


def read(monkeypatch: pytest.MonkeyPatch, pages: list[WiroTaskList]) -> tuple[task_listing.TaskListing, list[int]]:
    """What four pages read back to the given time, and where each page began."""
    asked: list[int] = []

    def task_list(_model: str, *, start: int, deadline: float) -> WiroTaskList:
        asked.append(start)
        return pages[len(asked) - 1]

    monkeypatch.setattr(task_listing, "client", lambda: SimpleNamespace(task_list=task_list))
    return task_listing.read_back_to(MOMENT, 4, "owner/model"), asked


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_wiro_with_a_wrong_clock_is_read_back_by_ours(
    monkeypatch: pytest.MonkeyPatch, alice: User, photo: Photo, hours: int
) -> None:
    attempt_of(edit_in(State.RUNNING, alice, photo), wiro_task_id="4711", sent_at=MOMENT + timedelta(minutes=9))
    ahead = 60 * hours
    first = WiroTaskList((task(ahead + 9, "4711"), task(ahead + 8)), None, 2)
    pages = [first, page(ahead + 7, ahead + 6), page(ahead - 1, ahead - 2)]
    found, asked = read(monkeypatch, pages)
    assert (asked, found.is_complete) == ([0, 2, 4], True)
    assert [task.created_at for task in found.tasks] == [MOMENT + timedelta(minutes=at) for at in (9, 8, 7, 6, -1, -2)]
