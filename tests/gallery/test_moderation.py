"""Decisions about the gallery: who has which pair, what a decision does, how it is taken back, how an owner appeals."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.gallery import moderation, sharing, trash
from edits.models import Edit, Event, Photo, Profile, State, Visibility
from edits.web import user_messages
from tests.fixtures import OfferPairs, SignIn
from tests.rows import edit_in, present, reloaded, shared

pytestmark = pytest.mark.django_db


def notes(edit: Edit) -> list[tuple[str, str]]:
    return [
        (f"{event.code}: {event.reason}".removesuffix(": "), present(event.actor).username)
        for event in edit.events.filter(kind=Event.Kind.REVIEWED)
    ]


def later(monkeypatch: pytest.MonkeyPatch, **time: Any) -> None:
    moment = timezone.now() + timedelta(**time)
    monkeypatch.setattr(timezone, "now", lambda: moment)


# --- Claims ---------------------------------------------------------------------------------------------------------


def test_appeals_come_first_and_then_what_was_offered_first(offered: OfferPairs, alice: User, rena: User) -> None:
    early, late, appealed = offered(3)
    for edit in (late, early, appealed):
        sharing.unshare(edit, alice)
        sharing.share(edit, alice)
    moderation.reject(appealed, rena, "no")
    moderation.appeal(reloaded(appealed), alice)
    assert [edit.pk for edit in moderation.waiting()] == [appealed.pk, late.pk, early.pk]


def test_the_oldest_pairs_come_first(offered: OfferPairs, rena: User) -> None:
    edits = offered(4)
    assert moderation.claim_next(rena, 3) == [edit.pk for edit in edits[:3]]


def test_two_reviewers_never_get_the_same_pair(offered: OfferPairs, rena: User, rolf: User) -> None:
    edits = [edit.pk for edit in offered(5)]
    assert moderation.claim_next(rena, 2) == edits[:2]
    assert moderation.claim_next(rolf, 2) == edits[2:4]
    assert moderation.claim_next(rena, 2) == edits[:2]


def test_a_claim_lapses_and_is_renewed_by_looking(
    offered: OfferPairs, rena: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    moderation.claim_next(rena)
    later(monkeypatch, minutes=4)
    moderation.claim_next(rena)
    later(monkeypatch, minutes=4)
    assert moderation.claim_next(rolf) == []
    later(monkeypatch, minutes=6)
    assert moderation.claim_next(rolf) == [edit.pk]
    assert moderation.claim_next(rena) == []


def test_a_claimed_pair_stays_claimed_when_an_older_pair_becomes_free(
    offered: OfferPairs, rena: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [edit.pk for edit in offered(4)]
    moderation.claim_next(rolf, 2)
    later(monkeypatch, minutes=3)
    moderation.claim_next(rena, 2)
    later(monkeypatch, minutes=3)
    assert moderation.claim_next(rena, 2) == edits[2:]


@pytest.mark.parametrize("fields", [{"deleted_at": timezone.now()}, {"visibility": "private"}, {"visibility": "public"}])
def test_only_what_waits_is_reviewed(offered: OfferPairs, rena: User, fields: dict[str, Any]) -> None:
    offered(1, **fields)
    assert moderation.claim_next(rena) == []


def test_a_skipped_pair_is_offered_to_the_others_for_half_an_hour(
    offered: OfferPairs, rena: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = offered(2)
    moderation.claim_next(rena, 1)
    assert moderation.skip(first.pk, rena)
    assert moderation.claim_next(rena, 2) == [second.pk]
    assert moderation.skipped_count(rena) == 1
    assert moderation.claim_next(rolf, 2) == [first.pk]
    assert notes(first) == [("skipped", "rena")]
    later(monkeypatch, minutes=31)
    assert moderation.claim_next(rena, 2) == [first.pk, second.pk]


def test_skipping_counts_once_and_only_for_the_reviewer_who_claimed(offered: OfferPairs, rena: User, rolf: User) -> None:
    (edit,) = offered(1)
    moderation.claim_next(rena)
    assert not moderation.skip(edit.pk, rolf)
    assert [moderation.skip(edit.pk, rena) for _ in range(2)] == [True, False]
    assert len(notes(edit)) == 1


def test_skipped_pairs_can_be_looked_at_again_at_once(offered: OfferPairs, rena: User) -> None:
    (edit,) = offered(1)
    moderation.claim_next(rena)
    moderation.skip(edit.pk, rena)
    assert moderation.claim_next(rena, 2, timezone.now()) == [edit.pk]


# --- Decisions ------------------------------------------------------------------------------------------------------


def test_approving_publishes_once_and_says_who_did_it(offered: OfferPairs, rena: User, rolf: User) -> None:
    (edit,) = offered(1)
    assert [moderation.approve(edit, who) for who in (rena, rena, rolf)] == [True, False, False]
    assert Edit.objects.in_gallery().get() == edit
    assert notes(edit) == [("approved", "rena")]
    assert (reloaded(edit).reviewed_by, reloaded(edit).review_claimed_by) == (rena, None)


def test_rejecting_tells_the_owner_why(offered: OfferPairs, rena: User, rolf: User) -> None:
    (edit,) = offered(1)
    assert [moderation.reject(edit, who, "too dark") for who in (rena, rolf)] == [True, False]
    assert moderation.reject_all([edit.pk], rolf, "too bright") == []
    assert user_messages.review(reloaded(edit)) == "Not published: too dark"
    assert notes(edit) == [("rejected: too dark", "rena")]
    assert not Edit.objects.in_gallery().exists()


def test_the_owner_reads_a_chosen_reason_in_the_owners_language(offered: OfferPairs, rena: User) -> None:
    (edit,) = offered(1)
    for reason in user_messages.REJECTIONS:
        moderation.reject_all([edit.pk], rena, reason)
        assert reason in user_messages.review(reloaded(edit))
        moderation.undo(rena, present(reloaded(edit).reviewed_at))


def test_a_published_pair_can_still_be_taken_down(alice: User, photo: Photo, rena: User) -> None:
    edit = shared(alice, photo)
    assert moderation.reject_all([edit.pk], rena, "no") == []
    assert moderation.reject(edit, rena, "it was reported")
    assert reloaded(edit).visibility == Visibility.PRIVATE


def test_a_pair_claimed_by_another_reviewer_is_not_decided(
    offered: OfferPairs, rena: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    moderation.claim_next(rena)
    assert not moderation.approve(edit, rolf)
    assert not moderation.reject(edit, rolf, "no")
    later(monkeypatch, minutes=6)
    assert moderation.approve(edit, rolf)


@pytest.mark.parametrize("fields", [{"deleted_at": timezone.now()}, {"visibility": "private"}])
def test_what_its_owner_has_withdrawn_cannot_be_approved(offered: OfferPairs, rena: User, fields: dict[str, Any]) -> None:
    (edit,) = offered(1, **fields)
    assert not moderation.approve(edit, rena)
    assert notes(edit) == []


# --- Undo -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [moderation.approve_all, lambda ids, who: moderation.reject_all(ids, who, "no")])
def test_a_decision_is_undone_once_and_the_pair_waits_again(offered: OfferPairs, rena: User, rolf: User, verb: Any) -> None:
    (edit,) = offered(1)
    verb([edit.pk], rena)
    at = present(reloaded(edit).reviewed_at)
    assert [moderation.undo(rena, at) for _ in range(2)] == [[edit.pk], []]
    undone = reloaded(edit)
    assert (undone.visibility, undone.review, undone.review_reason, undone.reviewed_by) == ("pending", "", "", None)
    assert notes(edit)[-1] == ("decision_undone", "rena")
    assert moderation.claim_next(rolf) == []
    assert moderation.claim_next(rena) == [edit.pk]


def test_reviewers_undo_only_their_own_decisions_and_only_for_ten_minutes(
    offered: OfferPairs, rena: User, rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    moderation.approve(edit, rena)
    at = present(reloaded(edit).reviewed_at)
    assert moderation.undo(rolf, at) == []
    later(monkeypatch, minutes=11)
    assert moderation.undo(rena, at) == []
    assert reloaded(edit).visibility == Visibility.PUBLIC


def test_undo_does_not_overrule_the_owner(offered: OfferPairs, alice: User, rena: User) -> None:
    approved, rejected = offered(2)
    moderation.approve(approved, rena)
    sharing.unshare(approved, alice)
    moderation.reject(rejected, rena, "no")
    trash.delete(rejected, alice)
    for edit in (approved, rejected):
        assert moderation.undo(rena, present(reloaded(edit).reviewed_at)) == []
        assert reloaded(edit).visibility == Visibility.PRIVATE


def test_undoing_a_takedown_publishes_nothing(alice: User, photo: Photo, rena: User) -> None:
    edit = shared(alice, photo)
    moderation.reject(edit, rena, "no")
    moderation.undo(rena, present(reloaded(edit).reviewed_at))
    assert reloaded(edit).visibility == Visibility.PENDING


def test_decisions_made_together_are_undone_together(offered: OfferPairs, rena: User) -> None:
    edits = offered(5)
    before = moderation.approve_all([edits[4].pk], rena)
    at = timezone.now()
    moderation.approve_all([edit.pk for edit in edits[:4]], rena, at)
    assert len(moderation.undo(rena, at)) == 4
    assert [edit.pk for edit in Edit.objects.in_gallery()] == before


# --- Appeals --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rejected(offered: OfferPairs, rena: User) -> Edit:
    (edit,) = offered(1)
    moderation.reject(edit, rena, "too dark")
    return edit


def test_an_owner_asks_once_for_a_second_look(browser: Client, rejected: Edit, rena: User) -> None:
    address = f"/edits/{rejected.pk}/appeal/"
    assert browser.post(address, {"words": "It is  night,\nafter all\x00."}).status_code == 302
    assert (reloaded(rejected).visibility, reloaded(rejected).review) == (Visibility.PENDING, "")
    assert notes(rejected)[-1] == ("appealed: It is night, after all.", "alice")
    browser.post(address)
    assert len(notes(rejected)) == 2
    moderation.reject(rejected, rena, "still too dark")
    browser.post(address)
    assert reloaded(rejected).visibility == Visibility.PRIVATE
    assert not moderation.can_appeal(reloaded(rejected))


def test_an_appeal_can_succeed(browser: Client, rejected: Edit, rolf: User) -> None:
    browser.post(f"/edits/{rejected.pk}/appeal/")
    assert moderation.approve(rejected, rolf)
    assert Edit.objects.in_gallery().exists()


@pytest.mark.parametrize("is_trusted", [True, False])
def test_sharing_again_does_not_get_around_a_rejection(
    browser: Client, rejected: Edit, alice: User, rena: User, is_trusted: bool, settings: Settings
) -> None:
    settings.REVIEW_REQUIRED = not is_trusted
    Profile.objects.create(user=alice, is_trusted=is_trusted)
    browser.post(f"/edits/{rejected.pk}/share/")
    assert reloaded(rejected).visibility == Visibility.PRIVATE
    browser.post(f"/edits/{rejected.pk}/appeal/")
    browser.post(f"/edits/{rejected.pk}/unshare/")
    browser.post(f"/edits/{rejected.pk}/share/")
    assert reloaded(rejected).visibility == Visibility.PENDING
    moderation.reject(rejected, rena, "no")
    browser.post(f"/edits/{rejected.pk}/share/")
    assert reloaded(rejected).visibility == Visibility.PRIVATE


@pytest.mark.parametrize("fields", [{}, {"visibility": "public"}, {"visibility": "pending"}, {"review": "approved"}])
def test_there_is_nothing_to_appeal_without_a_rejection(
    browser: Client, alice: User, photo: Photo, fields: dict[str, Any]
) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, **fields)
    assert browser.post(f"/edits/{edit.pk}/appeal/").status_code == 302
    assert reloaded(edit).appealed_at is None


def test_only_the_owner_appeals(rejected: Edit, signed_in: SignIn, bob: User, rita: User) -> None:
    address = f"/edits/{rejected.pk}/appeal/"
    assert Client().post(address).status_code == 302
    assert [signed_in(who).post(address).status_code for who in (bob, rita)] == [404, 404]
    assert reloaded(rejected).visibility == Visibility.PRIVATE


def test_undo_after_an_appeal_changes_nothing(browser: Client, rejected: Edit, rena: User) -> None:
    at = present(reloaded(rejected).reviewed_at)
    browser.post(f"/edits/{rejected.pk}/appeal/", {"words": "x" * 2000})
    assert moderation.undo(rena, at) == []
    assert reloaded(rejected).appealed_at
