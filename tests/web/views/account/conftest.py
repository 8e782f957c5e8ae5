"""A site that can send mail."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.mail_server import MailServer, running_mail_server


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with running_mail_server(settings) as server:
        yield server
