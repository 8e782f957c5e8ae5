"""Members of the staff, signed in to the admin."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def viewer(signed_in: Callable[[User], Client], staff: Callable[..., User]) -> Client:
    """A browser of somebody who may look at edits and do nothing."""
    return signed_in(staff("viewer"))
