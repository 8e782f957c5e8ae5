"""What tests of the tool server share."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from tests.tool_server.calling import Assistant


@pytest.fixture
def assistant(alice: User, media: Path) -> Assistant:
    """An assistant of Alice's that may do everything."""
    return Assistant.of(alice)
