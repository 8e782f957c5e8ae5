"""What a reviewer has done is counted and can be undone."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.gallery import moderation
from edits.models import Edit, Visibility
from tests.admin.review import DESK, GRID, REASON, press, shown
from tests.fixtures import OfferPairs
from tests.pages import match_in, text_of
from tests.rows import reloaded

pytestmark = pytest.mark.django_db


def test_a_decision_brings_the_next_pair(desk: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    page = press(desk, "approve")
    assert reloaded(first).visibility == Visibility.PUBLIC
    assert shown(page) == [str(second.pk), str(third.pk)]
    assert "2 waiting, 1 reviewed in this session" in text_of(page)
    assert "Approved 1 edit. It is now in the gallery." in text_of(page)
    press(desk, "reject", reason=REASON)
    page = press(desk, "reject", reason=REASON, words=" In my  own\x00 words. ")
    assert [reloaded(edit).review_reason for edit in (second, third)] == [REASON, "In my own words."]
    assert "All done" in text_of(page)


def test_undo_takes_back_step_by_step(desk: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    press(desk, "approve")
    press(desk, "skip")
    assert shown(desk.get(DESK)) == [str(third.pk)]
    assert shown(press(desk, "undo")) == [str(second.pk), str(third.pk)]
    page = press(desk, "undo")
    assert shown(page)[0] == str(first.pk)
    assert "3 waiting, 0 reviewed" in text_of(page)
    assert "Nothing to undo" in text_of(press(desk, "undo"))


def test_an_undo_that_is_sent_twice_takes_back_one_step(desk: Client, offered: OfferPairs) -> None:
    offered(2)
    press(desk, "approve")
    press(desk, "approve")
    last = match_in(r'name="last" value="([^"]*)"', desk.get(DESK).text)
    for _ in range(2):
        desk.post(DESK, {"action": "undo", "last": last})
    assert Edit.objects.in_gallery().count() == 1


def test_undo_after_ten_minutes_says_that_it_is_too_late(
    desk: Client, offered: OfferPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    press(desk, "approve")
    moment = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert "Too late" in text_of(press(desk, "undo"))
    assert reloaded(edit).visibility == Visibility.PUBLIC


def test_skipped_pairs_are_offered_again_when_nothing_else_waits(desk: Client, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    page = press(desk, "skip")
    assert "You skipped 1 edit." in text_of(page)
    again_now = match_in(r'href="(\?since=[^"]+)"', page.text)
    assert shown(desk.get(DESK + html.unescape(again_now))) == [str(edit.pk)]


@pytest.mark.parametrize(
    ("fields", "visibility"), [({"action": "approve"}, "public"), ({"action": "reject", "reason": REASON}, "private")]
)
def test_a_bulk_decision_is_undone_as_one(
    desk: Client, offered: OfferPairs, rolf: User, fields: dict[str, Any], visibility: str
) -> None:
    edits = offered(6)
    moderation.claim_next(rolf, 2)
    page = press(desk, page=GRID, **fields, id=[str(edit.pk) for edit in edits[:5]])
    assert [reloaded(edit).visibility for edit in edits] == ["pending"] * 2 + [visibility] * 3 + ["pending"]
    assert "2 are with other reviewers." in text_of(page)
    assert "3 reviewed" in text_of(page)
    assert "Undone. 3 edits are waiting again." in text_of(press(desk, "undo", page=GRID))
    assert {reloaded(edit).visibility for edit in edits} == {"pending"}
