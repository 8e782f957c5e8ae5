"""Webhooks out: signed so that the public library verifies them, retried for a day, kept away from private networks."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook
from werkzeug import Request, Response

from edits.accounts import deletion, retention
from edits.gallery import moderation
from edits.jobs import actions, scheduler, webhook_delivery
from edits.jobs.webhook_delivery import DELAYS, AddressNotAllowed
from edits.models import Disabled, Edit, Photo, State, WebhookDelivery, WebhookEndpoint, WebhookEvent, clock
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[HTTPServer]:
    """A receiver of messages in a private network, where webhooks may go."""
    settings.WEBHOOK_PRIVATE_NETWORKS = True
    with HTTPServer(threaded=True) as server:
        server.expect_request("/hook", "POST").respond_with_data("thanks")
        yield server


@pytest.fixture
def endpoint(alice: User, receiver: HTTPServer) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(owner=alice, url=receiver.url_for("/hook"), events=WebhookEvent.values)


def queued(endpoint: WebhookEndpoint, **fields: Any) -> WebhookDelivery:
    values: dict[str, Any] = {"event": WebhookEvent.SUCCEEDED, "data": {"id": "x"}, "due_at": clock.now()}
    return WebhookDelivery.objects.create(endpoint=endpoint, **(values | fields))


def reloaded(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery.pk)


def test_a_receiver_verifies_a_message_with_the_public_library(
    endpoint: WebhookEndpoint, receiver: HTTPServer, sandbox: SandboxServer, new_edit: NewEdit
) -> None:
    edit = advance_to_rest(new_edit())
    webhook_delivery.deliver_to(endpoint.pk)
    ((request, _answer),) = receiver.log
    message = Webhook(endpoint.secret).verify(request.get_data(), dict(request.headers))
    assert message["type"] == "edit.succeeded"
    assert message["data"] == {"id": str(edit.pk), "status": "succeeded", "failure": None}
    delivery = WebhookDelivery.objects.get()
    assert (delivery.due_at, delivery.status_code, delivery.tries) == (None, 200, 1)
    assert request.headers["webhook-id"] == delivery.message_id
    webhook_delivery.deliver_to(endpoint.pk)
    assert len(receiver.log) == 1


def test_its_owner_is_told_of_each_end_and_of_a_review(endpoint: WebhookEndpoint, alice: User, rita: User, photo: Photo) -> None:
    actions.cancel(edit_in(State.QUEUED, alice, photo), alice)
    actions.give_up_unconfirmed(edit_in(State.UNCONFIRMED, alice, photo), alice)
    offered = [edit_in(State.SUCCEEDED, alice, photo, visibility="pending") for _ in range(2)]
    moderation.approve(offered[0], rita)
    moderation.reject(offered[1], rita, "Too dark, blurry or small")
    told = [(delivery.event, delivery.data) for delivery in WebhookDelivery.objects.order_by("created_at")]
    assert [event for event, _ in told] == ["edit.canceled", "edit.failed", "review.decided", "review.decided"]
    assert told[1][1]["failure"] == "timed_out"
    assert [data["decision"] for _, data in told[2:]] == ["approved", "rejected"]
    # Nothing that people wrote leaves the site.
    assert "dark" not in json.dumps([data for _, data in told])


def test_others_and_other_events_are_not_told(endpoint: WebhookEndpoint, alice: User, bob: User, photo: Photo) -> None:
    WebhookEndpoint.objects.update(events=[WebhookEvent.FAILED])
    actions.cancel(edit_in(State.QUEUED, alice, photo), alice)
    WebhookEndpoint.objects.update(events=WebhookEvent.values)
    actions.cancel(edit_in(State.QUEUED, bob, photo), bob)
    WebhookEndpoint.objects.update(disabled=Disabled.FAILING)
    actions.cancel(edit_in(State.QUEUED, alice, photo), alice)
    assert not WebhookDelivery.objects.exists()


def test_a_move_that_is_undone_tells_nobody(endpoint: WebhookEndpoint, alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    Edit.objects.filter(pk=edit.pk).update(state=State.RUNNING)
    assert not edit.move(State.CANCELED)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("status", [500, 404, 301, 302, 307])
def test_what_fails_is_tried_again_later_and_later(endpoint: WebhookEndpoint, receiver: HTTPServer, status: int) -> None:
    receiver.clear()
    elsewhere = {"Location": receiver.url_for("/elsewhere")}
    receiver.expect_request("/hook").respond_with_data("", status, elsewhere)
    delivery = queued(endpoint)
    for number, delay in enumerate(DELAYS):
        WebhookDelivery.objects.update(due_at=clock.now())
        webhook_delivery.deliver_to(endpoint.pk)
        delivery = reloaded(delivery)
        assert delivery.due_at is not None
        assert (delivery.tries, delivery.status_code) == (number + 1, status)
        assert abs(delivery.due_at - clock.now() - timedelta(seconds=delay)) < timedelta(seconds=delay / 2 + 3)
    WebhookDelivery.objects.update(due_at=clock.now())
    webhook_delivery.deliver_to(endpoint.pk)
    delivery = reloaded(delivery)
    assert (delivery.due_at, delivery.endpoint.disabled) == (None, Disabled.FAILING)
    # A redirect is not followed.
    assert {request.path for request, _ in receiver.log} == {"/hook"}


def test_the_tries_last_about_a_day() -> None:
    assert 23 < sum(DELAYS) / 3600 < 25


def test_an_endpoint_that_is_gone_is_disabled_at_once_and_can_be_enabled(endpoint: WebhookEndpoint, receiver: HTTPServer) -> None:
    receiver.clear()
    receiver.expect_oneshot_request("/hook").respond_with_data("", 410)
    receiver.expect_request("/hook").respond_with_data("")
    delivery, later = queued(endpoint), queued(endpoint, due_at=clock.now() + timedelta(hours=1))
    webhook_delivery.deliver_to(endpoint.pk)
    assert reloaded(delivery).endpoint.disabled == Disabled.GONE
    assert not webhook_delivery.replay(delivery)
    webhook_delivery.enable(endpoint)
    assert webhook_delivery.replay(delivery)
    webhook_delivery.deliver_to(endpoint.pk)
    assert reloaded(delivery).delivered_at
    assert reloaded(later).delivered_at


def test_after_a_failure_the_other_messages_wait_for_the_next_tick(endpoint: WebhookEndpoint, receiver: HTTPServer) -> None:
    receiver.clear()
    receiver.expect_request("/hook").respond_with_data("", 500)
    for _ in range(3):
        queued(endpoint)
    webhook_delivery.deliver_to(endpoint.pk)
    assert len(receiver.log) == 1


ADDRESSES = [
    "http://example.org/",
    "ftp://example.org/",
    "https://user:word@example.org/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost:8000/",
    "https://printer.local/",
    "https://example.org/#x",
    "https://exa mple.org/",
    "https://example.org\\@127.0.0.1/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://[::1/",
    "https:///x",
    "//example.org/",
    "",
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_no_webhook_may_have(url: str, settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = False
    with pytest.raises(AddressNotAllowed):
        webhook_delivery.check_url(url)
    webhook_delivery.check_url("https://example.org:8443/hooks?x=1")


def test_a_name_that_leads_into_a_private_network_is_not_even_connected_to(
    endpoint: WebhookEndpoint, receiver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = False
    found = [(2, 1, 6, "", ("127.0.0.1", receiver.port))]
    monkeypatch.setattr("edits.wiro.wire.socket.getaddrinfo", lambda *_, **__: found)
    connected: list[object] = []
    monkeypatch.setattr("edits.wiro.wire.socket.socket.connect", lambda *address: connected.append(address))
    WebhookEndpoint.objects.update(url="https://receiver.example.org/hook")
    delivery = queued(endpoint)
    webhook_delivery.deliver_to(endpoint.pk)
    assert (reloaded(delivery).status_code, reloaded(delivery).tries) == (None, 1)
    assert connected == []


def test_a_slow_receiver_has_a_deadline_and_holds_up_nobody_else(
    endpoint: WebhookEndpoint, receiver: HTTPServer, bob: User, settings: Settings
) -> None:
    settings.ENGINE_TIME_SCALE = 0.05
    released = threading.Event()

    def drip(request: Request) -> Response:
        def pieces() -> Iterator[bytes]:
            while not released.wait(0.05):
                yield b"."

        return Response(pieces(), headers={"X-Slow": "yes"})

    def silent(request: Request) -> Response:
        released.wait(20)
        return Response("")

    receiver.expect_request("/drip").respond_with_handler(drip)
    receiver.expect_request("/silent").respond_with_handler(silent)
    slow = WebhookEndpoint.objects.create(owner=bob, url=receiver.url_for("/silent"), events=WebhookEvent.values)
    endless = WebhookEndpoint.objects.create(owner=bob, url=receiver.url_for("/drip"), events=WebhookEvent.values)
    waiting, answered = queued(slow), queued(endless)
    try:
        webhook_delivery.deliver_to(slow.pk)
        # Its status is an answer; what comes after it is not read.
        webhook_delivery.deliver_to(endless.pk)
        assert not released.is_set()
    finally:
        released.set()
    assert reloaded(waiting).status_code is None
    assert reloaded(answered).delivered_at


def test_an_endpoint_gets_one_message_at_a_time(endpoint: WebhookEndpoint, receiver: HTTPServer) -> None:
    queued(endpoint)
    WebhookEndpoint.objects.update(busy_until=clock.now() + timedelta(seconds=30))
    webhook_delivery.deliver_to(endpoint.pk)
    assert not receiver.log
    # Its worker has died.
    WebhookEndpoint.objects.update(busy_until=clock.now() - timedelta(seconds=1))
    webhook_delivery.deliver_to(endpoint.pk)
    assert len(receiver.log) == 1


def test_the_scheduler_hands_each_endpoint_over_once(
    endpoint: WebhookEndpoint, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = WebhookEndpoint.objects.create(owner=bob, url="https://example.org/", events=[])
    for each in (endpoint, endpoint, other):
        queued(each)
    queued(endpoint, due_at=clock.now() + timedelta(hours=1))
    handed: list[Any] = []

    def offer(_kind: object, _work: object, endpoint_id: object) -> bool:
        handed.append(endpoint_id)
        return True

    monkeypatch.setattr(webhook_delivery.pool, "offer", offer)
    scheduler.dispatch_due()
    assert sorted(handed) == sorted([endpoint.pk, other.pk])
    handed.clear()
    WebhookEndpoint.objects.filter(pk=other.pk).update(disabled=Disabled.FAILING)
    scheduler.dispatch_due()
    assert handed == [endpoint.pk]


def test_the_secret_is_nowhere_in_the_database(endpoint: WebhookEndpoint, settings: Settings) -> None:
    assert endpoint.secret not in repr(WebhookEndpoint.objects.values().get())
    before = endpoint.secret
    assert WebhookEndpoint.objects.get().secret == before
    settings.SECRET_KEY = "another one"
    assert WebhookEndpoint.objects.get().secret != before


def test_webhooks_go_with_the_account_and_old_deliveries_with_time(endpoint: WebhookEndpoint, alice: User, media: Any) -> None:
    old, recent = queued(endpoint, due_at=None), queued(endpoint, due_at=None)
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=31))
    retention.clean_up()
    assert list(WebhookDelivery.objects.all()) == [recent]
    deletion.delete_account(alice, alice)
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()
