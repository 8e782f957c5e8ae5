"""Operators see where the ledger and Wiro disagree, and dismiss what they can explain."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.models import LedgerDifference, Photo, State
from tests.fixtures import MakeStaff, SignIn
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/ledgerdifference/"
UNDISMISSED = f"{LIST}?dismissed_at__isempty=1"


@pytest.fixture
def difference(alice: User, photo: Photo) -> LedgerDifference:
    attempt, _token = attempt_of(edit_in(State.SUCCEEDED, alice, photo))
    return LedgerDifference.objects.create(
        wiro_task_id="4711", kind="cost", attempt=attempt, charged=Decimal("0.5"), booked=Decimal("0.2"), found_at=timezone.now()
    )


@pytest.fixture
def operator(signed_in: SignIn, staff: MakeStaff) -> Client:
    return signed_in(staff("operator"))


def test_the_overview_counts_them_and_leads_there(operator: Client, difference: LedgerDifference) -> None:
    page = operator.get("/admin/").content.decode()
    assert UNDISMISSED in page
    found = operator.get(UNDISMISSED).content.decode()
    assert "4711" in found
    assert f"/admin/edits/edit/{difference.attempt.edit_id}/" in found if difference.attempt else False


def test_a_dismissed_one_is_counted_no_more_and_says_by_whom(operator: Client, difference: LedgerDifference) -> None:
    operator.post(LIST, {"action": "dismiss", "_selected_action": [difference.pk]})
    difference.refresh_from_db()
    assert difference.dismissed_at
    assert str(difference.dismissed_by) == "operator"
    assert UNDISMISSED not in operator.get("/admin/").content.decode()


def test_only_operators_see_it(viewer: Client, difference: LedgerDifference) -> None:
    assert viewer.get(LIST).status_code == 403
    assert UNDISMISSED.encode() not in viewer.get("/admin/").content


def test_a_task_without_an_attempt_has_no_edit_to_lead_to(operator: Client) -> None:
    LedgerDifference.objects.create(wiro_task_id="4712", kind="unknown_task", found_at=timezone.now())
    assert "4712" in operator.get(LIST).content.decode()
