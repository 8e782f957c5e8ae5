"""Many reviewers at once, on SQLite and on PostgreSQL: no pair is claimed by two reviewers, and none is decided twice."""

from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.gallery import moderation
from edits.models import Edit, Event
from tests.fixtures import MakeStaff, OfferPairs
from tests.parallel import at_once, at_once_or_refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def team(staff: MakeStaff) -> list[User]:
    return [staff("reviewer", f"reviewer-{number}") for number in range(6)]


def test_no_pair_is_claimed_by_two_reviewers(offered: OfferPairs, team: list[User]) -> None:
    edits = offered(12)
    claimed = at_once(6, lambda number: moderation.claim_next(team[number], 2))
    given = [edit_id for claims in claimed for edit_id in claims]
    assert len(given) == len(set(given))
    # Reviewers who skipped rows that were just being claimed come back for the rest.
    given = [edit_id for reviewer in team for edit_id in moderation.claim_next(reviewer, 2)]
    assert sorted(given) == sorted(edit.pk for edit in edits)


def test_the_last_pair_is_claimed_by_one_reviewer(offered: OfferPairs, team: list[User]) -> None:
    (edit,) = offered(1)
    claimed = at_once(6, lambda number: moderation.claim_next(team[number], 2))
    assert sorted(map(len, claimed)) == [0, 0, 0, 0, 0, 1]
    assert Edit.objects.get(pk=edit.pk).review_claimed_by is not None


def test_one_decision_counts(offered: OfferPairs, team: list[User]) -> None:
    (edit,) = offered(1)

    def decide(number: int) -> list[UUID]:
        who = team[number]
        return moderation.reject_all([edit.pk], who, "no") if number % 2 else moderation.approve_all([edit.pk], who)

    assert sorted(map(len, at_once(6, decide))) == [0, 0, 0, 0, 0, 1]
    assert edit.events.filter(kind=Event.Kind.REVIEWED).count() == 1


def test_overlapping_bulks_share_the_pairs_without_a_rest(offered: OfferPairs, team: list[User]) -> None:
    ids = [edit.pk for edit in offered(20)]
    done = at_once(6, lambda number: moderation.approve_all(ids if number % 2 else ids[::-1], team[number]))
    assert sorted(edit_id for part in done for edit_id in part) == sorted(ids)
    assert Event.objects.filter(code="approved").count() == 20


def test_undo_sent_many_times_happens_once(offered: OfferPairs, team: list[User]) -> None:
    ids, now = [edit.pk for edit in offered(5)], timezone.now()
    moderation.approve_all(ids, team[0], now)
    undone = at_once(6, lambda _: moderation.undo(team[0], now))
    assert sorted(map(len, undone)) == [0, 0, 0, 0, 0, 5]
    assert Event.objects.filter(code="decision_undone").count() == 5


def test_one_appeal_counts(offered: OfferPairs, team: list[User], alice: User) -> None:
    (edit,) = offered(1)
    moderation.reject(edit, team[0], "no")

    def appeal(_: int) -> bool:
        moderation.appeal(edit, alice, "please")
        return True

    assert at_once_or_refused(6, appeal).count(True) == 1
