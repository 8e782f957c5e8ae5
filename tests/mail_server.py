"""A real mail server on this machine, which keeps the mail it gets and can be told to refuse some."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from pytest_django.fixtures import Settings

from editor_site.ports import free_port

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class MailServer:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        # What it answers to the next mails instead of taking them, such as "451 Try later".
        self.refusals: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 Taken"

    @property
    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    def path_in(self, number: int = -1) -> str:
        """The path of the link in a mail."""
        found = re.search(r"https?://[^/\s]+(/\S+)", text_in(self.mails[number]))
        assert found
        return found[1]


def text_in(mail: EmailMessage) -> str:
    return str(mail.get_content())


@contextmanager
def listening() -> Iterator[tuple[MailServer, int]]:
    """The server, and its port on this machine."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield server, controller.port
    finally:
        controller.stop()


@contextmanager
def running_mail_server(settings: Settings) -> Iterator[MailServer]:
    """The site in this process sends its mail there."""
    with listening() as (server, port):
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
        yield server
