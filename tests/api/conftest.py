"""What tests of the API share."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from tests.api.calling import Script


@pytest.fixture
def script(alice: User, media: Path) -> Script:
    """A script of Alice's that may do everything."""
    return Script.of(alice)
