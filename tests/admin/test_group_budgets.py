"""Budgets of groups in the admin: who may set them, and what they show."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User

from edits.accounts import deletion
from edits.models import GroupBudget, Photo, State
from tests.fixtures import MakeStaff, SignIn
from tests.pages import text_of
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/groupbudget/"


def test_an_administrator_sets_a_budget_and_sees_what_was_spent(rita: User, alice: User, photo: Photo, signed_in: SignIn) -> None:
    group = Group.objects.create(name="Friends")
    alice.groups.add(group)
    edit_in(State.SUCCEEDED, alice, photo, cost="0.05")
    browser = signed_in(rita)
    browser.post(f"{LIST}add/", {"group": group.pk, "spend_per_day": "3.50", "owners": str(alice.pk)})
    budget = GroupBudget.objects.get()
    assert (budget.spend_per_day, list(budget.owners.all())) == (Decimal("3.5"), [alice])
    assert "Friends 3.500000 $0.05" in text_of(browser.get(LIST))
    refused = browser.post(f"{LIST}{group.pk}/change/", {"spend_per_day": "-1", "owners": ""})
    assert "greater than or equal to 0" in text_of(refused)


@pytest.mark.parametrize(("group", "status"), [("viewer", 403), ("reviewer", 403), ("nobody", 403)])
def test_others_do_not_even_see_it(staff: MakeStaff, signed_in: SignIn, group: str, status: int) -> None:
    assert signed_in(staff(group)).get(LIST).status_code == status


def test_operators_may_set_it(alice: User, signed_in: SignIn) -> None:
    alice.is_staff = True
    alice.save()
    alice.groups.add(Group.objects.get(name="operator"))
    assert signed_in(alice).get(f"{LIST}add/").status_code == 200


def test_an_erased_person_owns_no_budget(alice: User) -> None:
    budget = GroupBudget.objects.create(group=Group.objects.create(name="Friends"))
    budget.owners.set([alice])
    deletion.delete_account(alice, None)
    assert not budget.owners.exists()
