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
from tests.admin.review import GRID, QUEUE, REASON, press, shown
from tests.fixtures import OfferPairs
from tests.pages import match_in, text_of
from tests.rows import reloaded

pytestmark = pytest.mark.django_db


def test_a_decision_brings_the_next_pair(reviewer: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    page = press(reviewer, "approve")
    assert reloaded(first).visibility == Visibility.PUBLIC
    assert shown(page) == [str(second.pk), str(third.pk)]
    assert "2 waiting, 1 reviewed in this session" in text_of(page)
    assert "Approved 1 edit. It is now in the gallery." in text_of(page)
    press(reviewer, "reject", reason=REASON)
    page = press(reviewer, "reject", reason=REASON, words=" In my  own\x00 words. ")
    assert [reloaded(edit).review_reason for edit in (second, third)] == [REASON, "In my own words."]
    assert "All done" in text_of(page)


def test_undo_takes_back_step_by_step(reviewer: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    press(reviewer, "approve")
    press(reviewer, "skip")
    assert shown(reviewer.get(QUEUE)) == [str(third.pk)]
    assert shown(press(reviewer, "undo")) == [str(second.pk), str(third.pk)]
    page = press(reviewer, "undo")
    assert shown(page)[0] == str(first.pk)
    assert "3 waiting, 0 reviewed" in text_of(page)
    assert "Nothing to undo" in text_of(press(reviewer, "undo"))


def test_an_undo_that_is_sent_twice_takes_back_one_step(reviewer: Client, offered: OfferPairs) -> None:
    offered(2)
    press(reviewer, "approve")
    press(reviewer, "approve")
    last = match_in(r'name="last" value="([^"]*)"', reviewer.get(QUEUE).text)
    for _ in range(2):
        reviewer.post(QUEUE, {"action": "undo", "last": last})
    assert Edit.objects.in_gallery().count() == 1


def test_a_decision_from_before_midnight_can_be_undone(
    reviewer: Client, offered: OfferPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    press(reviewer, "approve")
    monkeypatch.setattr(timezone, "localdate", lambda *_: (timezone.now() + timedelta(days=1)).date())
    press(reviewer, "undo")
    assert reloaded(edit).visibility == "pending"


def test_undo_after_ten_minutes_says_that_it_is_too_late(
    reviewer: Client, offered: OfferPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    press(reviewer, "approve")
    moment = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert "Too late" in text_of(press(reviewer, "undo"))
    assert reloaded(edit).visibility == Visibility.PUBLIC


def test_skipped_pairs_are_offered_again_when_nothing_else_waits(reviewer: Client, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    page = press(reviewer, "skip")
    assert "You skipped 1 edit." in text_of(page)
    again_now = match_in(r'href="(\?since=[^"]+)"', page.text)
    assert shown(reviewer.get(QUEUE + html.unescape(again_now))) == [str(edit.pk)]


@pytest.mark.parametrize(
    ("fields", "visibility"), [({"action": "approve"}, "public"), ({"action": "reject", "reason": REASON}, "private")]
)
def test_a_bulk_decision_is_undone_as_one(
    reviewer: Client, offered: OfferPairs, rolf: User, fields: dict[str, Any], visibility: str
) -> None:
    edits = offered(6)
    moderation.claim_next(rolf, 2)
    page = press(reviewer, page=GRID, **fields, id=[str(edit.pk) for edit in edits[:5]])
    assert [reloaded(edit).visibility for edit in edits] == ["pending"] * 2 + [visibility] * 3 + ["pending"]
    assert "2 are with other reviewers." in text_of(page)
    assert "3 reviewed" in text_of(page)
    assert "Undone. 3 edits are waiting again." in text_of(press(reviewer, "undo", page=GRID))
    assert {reloaded(edit).visibility for edit in edits} == {"pending"}
