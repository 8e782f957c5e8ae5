"""Mail is sent once, later if the server is down, and never to somebody whose account is gone."""

import socket
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import deletion, mail_delivery, retention
from edits.jobs.worker_pool import Kind, WorkerPool
from edits.models import Mail, MailKind
from edits.tasks import dispatch_due
from tests.mail_server import SMTP, MailServer
from tests.parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def queued(user: User, address: str = "alice@example.org") -> Mail:
    return Mail.objects.create(user=user, kind=MailKind.RESET, address=address, origin="http://testserver")


def reloaded(mail: Mail) -> Mail:
    return Mail.objects.get(pk=mail.pk)


def test_however_many_workers_there_are_a_mail_is_sent_once(alice: User, mail_server: MailServer) -> None:
    mails = [queued(alice, f"alice{number}@example.org") for number in range(5)]
    at_once(4, lambda _: mail_delivery.deliver_all())
    assert sorted(mail_server.recipients) == [mail.address for mail in mails]
    assert all(reloaded(mail).sent_at for mail in mails)


def test_a_server_that_is_gone_delays_the_mail(alice: User, mail_server: MailServer, settings: Settings) -> None:
    working = settings.EMAIL_PORT
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
    first, second = queued(alice), queued(alice, "second@example.org")
    mail_delivery.deliver_all()
    assert (reloaded(first).tries, reloaded(first).sent_at) == (1, None)
    assert reloaded(second).tries == 0
    settings.EMAIL_PORT = working
    Mail.objects.update(due_at=timezone.now())
    mail_delivery.deliver_all()
    assert sorted(mail_server.recipients) == ["alice@example.org", "second@example.org"]


def test_a_server_that_never_answers_is_left_after_a_while(alice: User, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.1
        mail = queued(alice)
        mail_delivery.deliver_all()
    assert reloaded(mail).tries == 1


@pytest.mark.parametrize(("refusal", "is_tried_again"), [("451 Try later", True), ("550 No such person", False)])
def test_a_refusal_is_final_only_if_the_server_says_so(
    alice: User, mail_server: MailServer, refusal: str, is_tried_again: bool
) -> None:
    mail, other = queued(alice), queued(alice, "other@example.org")
    mail_server.refusals.append(refusal)
    mail_delivery.deliver_all()
    assert mail_server.recipients == [other.address]
    assert (reloaded(mail).due_at is not None) == is_tried_again
    assert reloaded(mail).sent_at is None


def test_tries_end_after_a_day(alice: User, settings: Settings) -> None:
    assert timedelta(hours=20) < timedelta(seconds=sum(mail_delivery.DELAYS)) < timedelta(hours=28)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 9
    mail = queued(alice)
    Mail.objects.update(tries=len(mail_delivery.DELAYS))
    mail_delivery.deliver_all()
    assert reloaded(mail).due_at is None


def test_an_erased_person_gets_no_mail(alice: User, mail_server: MailServer) -> None:
    queued(alice)
    deletion.delete_account(alice, alice)
    assert not Mail.objects.exists()
    queued(alice)
    mail_delivery.deliver_all()
    assert mail_server.mails == []


def test_the_scheduler_hands_over_what_is_due_and_does_not_wait(
    alice: User, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_delivery, "pool", WorkerPool(1, {Kind.MAIL: 1}))
    queued(alice)
    dispatch_due()
    mail_delivery.pool.drain()
    assert mail_server.recipients == ["alice@example.org"]


def test_old_mail_is_forgotten(alice: User) -> None:
    sent, waiting = queued(alice), queued(alice)
    Mail.objects.update(created_at=timezone.now() - timedelta(days=31))
    Mail.objects.filter(pk=sent.pk).update(due_at=None)
    retention.clean_up()
    assert list(Mail.objects.all()) == [waiting]
