"""What the review queue shows about a pair, and how many queries that takes."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edits.gallery import moderation
from edits.models import Edit, Photo, State
from edits.web import addresses
from tests.admin.review import GRID, QUEUE, shown
from tests.fixtures import OfferPairs
from tests.pages import text_of
from tests.rows import edit_in, present

pytestmark = pytest.mark.django_db


def test_the_review_queue_shows_the_pair_with_all_that_the_decision_needs(
    reviewer: Client, offered: OfferPairs, alice: User, photo: Photo
) -> None:
    moderation.approve(offered(1)[0], alice)
    moderation.reject(offered(1)[0], alice, "no")
    edit, following = offered(2, changed_percent=12.5, watermark=True)
    edit.change_map.save("map.webp", ContentFile(b"RIFF-a-map"))
    page = reviewer.get(QUEUE)
    assert shown(page) == [str(edit.pk), str(following.pk)]
    found = page.content.decode()
    for address in (
        addresses.before(edit).page,
        present(addresses.after(edit)).page,
        f"/edits/{edit.pk}/changes",
        present(addresses.after(following)).page,
    ):
        assert f'src="{address}"' in found
    for fact in (
        "Pair 0",
        "alice",
        "12.5%",
        "3 : 1 approved, 1 rejected, 1 waiting",
        "1 more waiting",
        "guidance 4.0, seed 7, watermark",
        "2 waiting, 0 reviewed",
    ):
        assert fact in text_of(page), fact


def test_the_other_versions_of_the_photo_are_shown_and_say_how_they_are_shared(
    reviewer: Client, offered: OfferPairs, alice: User, photo: Photo
) -> None:
    offered(1)
    other = edit_in(State.SUCCEEDED, alice, photo, prompt="Make it day", review="rejected")
    edit_in(State.FAILED, alice, photo)
    page = reviewer.get(QUEUE).content.decode()
    assert "Other versions of this photo" in page
    assert 'alt="Make it day, Rejected"' in page
    assert page.count(f'src="/edits/{other.pk}/result/card"') == 1


def test_a_pair_without_a_measure_or_a_history_is_shown_as_well(reviewer: Client, offered: OfferPairs) -> None:
    offered(1)
    page = text_of(reviewer.get(QUEUE))
    assert "not measured" in page
    assert "none" in page


def test_an_appeal_is_marked_and_what_was_said_is_told(reviewer: Client, offered: OfferPairs, alice: User, rolf: User) -> None:
    (edit,) = offered(1)
    moderation.reject(edit, rolf, "too <dark>")
    moderation.appeal(edit, alice, "It is night.")
    page = text_of(reviewer.get(QUEUE))
    for words in ("Appealed:", "Rejected: too <dark>", "rolf", "Appealed: It is night."):
        assert words in page


@pytest.mark.parametrize(("path", "limit"), [(QUEUE, 16), (GRID, 9)])
def test_two_hundred_waiting_pairs_cost_no_more_queries_than_three(
    reviewer: Client, offered: OfferPairs, bob: User, path: Any, limit: int
) -> None:
    offered(3)
    reviewer.get(path)
    few = queries(reviewer, path)
    offered(100)
    offered(97, owner=bob)
    assert queries(reviewer, path) == few
    assert few <= limit


def test_deciding_on_sixty_takes_as_many_queries_as_on_one(reviewer: Client, offered: OfferPairs) -> None:
    one, *sixty = (str(edit.pk) for edit in offered(61))
    reviewer.get(GRID)
    costs = [queries(reviewer, GRID, {"action": "approve", "id": ids}) for ids in ([one], sixty)]
    assert costs[0] == costs[1]
    assert Edit.objects.in_gallery().count() == 61


def queries(reviewer: Client, path: str, posted: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = reviewer.post(path, posted) if posted else reviewer.get(path)
    assert answer.status_code in (200, 302)
    return len(captured)


def test_the_record_counts_what_the_owner_offered_and_nothing_of_others(
    reviewer: Client, offered: OfferPairs, alice: User, bob: User, photo: Photo
) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    edit_in(State.SUCCEEDED, bob, photo, visibility="public", review="approved")
    offered(1)
    assert "none" in text_of(reviewer.get(QUEUE))
