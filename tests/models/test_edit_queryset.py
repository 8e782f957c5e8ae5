"""Which edits are due, whatever the clocks said when their leases were taken."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from edits.models import Edit, Photo, State
from edits.models.edit_queryset import LONGEST_LEASE, EditQuerySet
from tests.fixtures import NewEdit
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

SOON, LONG = timedelta(seconds=60), LONGEST_LEASE + timedelta(seconds=60)


@pytest.mark.parametrize(("lease", "is_due"), [(None, True), (-SOON, True), (SOON, False), (LONG, True)])
def test_an_edit_is_due_unless_somebody_can_be_at_work_on_it(
    alice: User, photo: Photo, lease: timedelta | None, is_due: bool
) -> None:
    now = timezone.now()
    edit_in(State.QUEUED, alice, photo, due_at=now, lease_until=lease and now + lease)
    assert Edit.objects.due(now).exists() is is_due


@pytest.mark.parametrize(
    ("state", "minutes"), [("submitting", 10), ("running", 10), ("unconfirmed", 20), ("fetching", 40), ("queued", 120)]
)
def test_what_is_due_later_than_any_planned_wait_is_due_now(alice: User, photo: Photo, state: str, minutes: int) -> None:
    """The clock has been set back since then."""
    now = timezone.now()
    edit = edit_in(state, alice, photo, due_at=now + timedelta(minutes=minutes - 1))
    assert not Edit.objects.due(now).exists()
    Edit.objects.filter(pk=edit.pk).update(due_at=now + timedelta(minutes=minutes + 1))
    assert Edit.objects.due(now).exists()


def test_a_claimed_edit_is_nobody_elses_until_its_lease_ends(alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo, due_at=timezone.now())
    assert Edit.objects.claim(edit.pk, 300)
    assert Edit.objects.claim(edit.pk, 300) is None
    Edit.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert Edit.objects.claim(edit.pk, 300)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_nothing_is_claimed_that_could_not_be_read(new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("the database went away between the claim and the answer")

    edit = new_edit()
    with monkeypatch.context() as patch:
        patch.setattr(EditQuerySet, "prefetch_related", fail)
        with pytest.raises(OperationalError):
            Edit.objects.claim_many([edit.pk], 60)
    edit.refresh_from_db()
    assert (edit.lease_token, edit.fruitless_claims) == (None, 0)
