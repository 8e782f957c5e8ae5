"""Members of the staff, signed in to the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.fixtures import MakeStaff, SignIn


@pytest.fixture
def viewer(signed_in: SignIn, staff: MakeStaff) -> Client:
    """A browser of somebody who may look at edits and do nothing."""
    return signed_in(staff("viewer"))


@pytest.fixture
def reviewer(signed_in: SignIn, rena: User) -> Client:
    """A reviewer's browser."""
    return signed_in(rena)
