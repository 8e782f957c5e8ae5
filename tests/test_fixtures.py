"""What the fixtures promise every test."""

import pytest
from django.contrib.auth.models import Group


@pytest.mark.django_db(transaction=True)
def test_a_test_with_real_transactions_empties_the_tables() -> None:
    Group.objects.all().delete()


@pytest.mark.django_db
def test_and_leaves_the_groups_to_the_next_one() -> None:
    operator = Group.objects.get(name="operator")
    assert operator.permissions.filter(codename="operate_edit").exists()
