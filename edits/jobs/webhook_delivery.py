"""Outgoing webhooks, following the Standard Webhooks specification: signed, retried for a day, and never in the way of an
edit or of each other.

They have threads of their own. An endpoint gets one message at a time, so a slow receiver delays only its own messages.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import logging
import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db.models import Q

from ..models import Disabled, WebhookDelivery, WebhookEndpoint, clock
from ..version import VERSION
from ..wiro.exceptions import WiroConnectionError
from ..wiro.wire import Call, Wire
from . import timing
from .worker_pool import Kind, WorkerPool

log = logging.getLogger(__name__)

THREADS = 8
# Seconds for everything, from the name look-up to the first line of the answer. Its body is not read.
DEADLINE = 10.0
# Longer than a delivery takes; a dead worker's endpoints are free again after it.
BUSY = 60.0
# Seconds until the next try, about a day in all; after the last one the endpoint is disabled.
DELAYS = (5, 60, 300, 1800, 7200, 18_000, 28_800, 28_800)
# Messages for one endpoint in a row, so that a hundred edits that end together do not need a hundred ticks.
IN_A_ROW = 20
BATCH = 200

pool = WorkerPool(THREADS, {Kind.WEBHOOK: 1})


class AddressNotAllowed(ValueError):
    """A webhook may not have this address."""


def check_url(url: str) -> None:
    """Raise AddressNotAllowed for problems visible in the URL. Whether its host leads to a private network is checked on
    delivery."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressNotAllowed from error
    schemes = ("https", "http") if settings.WEBHOOK_PRIVATE_NETWORKS else ("https",)
    odd = parts.username is not None or parts.fragment or port == 0 or not url.isascii() or not url.isprintable() or " " in url
    if parts.scheme not in schemes or not parts.hostname or odd or "\\" in url:
        raise AddressNotAllowed
    if not settings.WEBHOOK_PRIVATE_NETWORKS and _is_private(parts.hostname):
        raise AddressNotAllowed


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.rstrip(".").rpartition(".")[2] in ("localhost", "local", "internal")


def deliver_due() -> None:
    """Hand each endpoint with a due message to a free thread; those without one wait for the next tick."""
    now = clock.now()
    due = WebhookDelivery.objects.filter(_is_free(now, "endpoint__"), due_at__lte=now, endpoint__disabled=Disabled.NO)
    for endpoint_id in dict.fromkeys(due.order_by("due_at").values_list("endpoint_id", flat=True)[:BATCH]):
        if not pool.offer(Kind.WEBHOOK, deliver_to, endpoint_id):
            return


def _is_free(now: datetime, to: str = "") -> Q:
    return Q(**{f"{to}busy_until__isnull": True}) | Q(**{f"{to}busy_until__lte": now})


def deliver_to(endpoint_id: uuid.UUID) -> None:
    """Deliver what is due to this endpoint, one message after the other, until one fails."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id)
    now = clock.now()
    if not endpoint.filter(_is_free(now)).update(busy_until=now + timing.span(BUSY)):
        return
    try:
        for _ in range(IN_A_ROW):
            due = WebhookDelivery.objects.filter(endpoint=endpoint_id, endpoint__disabled=Disabled.NO, due_at__lte=clock.now())
            delivery = due.select_related("endpoint").order_by("due_at", "created_at").first()
            if delivery is None or not _deliver(delivery):
                return
            endpoint.update(busy_until=clock.now() + timing.span(BUSY))
    finally:
        endpoint.update(busy_until=None)


def _deliver(delivery: WebhookDelivery) -> bool:
    status = _send(delivery)
    mine = WebhookDelivery.objects.filter(pk=delivery.pk)
    done = status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    tried: dict[str, Any] = {"status_code": status, "tries": delivery.tries + 1}
    if done:
        mine.update(due_at=None, delivered_at=clock.now(), **tried)
    elif status == HTTPStatus.GONE or delivery.tries >= len(DELAYS):
        mine.update(due_at=None, **tried)
        reason = Disabled.GONE if status == HTTPStatus.GONE else Disabled.FAILING
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(disabled=reason)
        log.warning("webhook endpoint %s is disabled: %s", delivery.endpoint_id, reason)
    else:
        mine.update(due_at=clock.now() + timing.span(DELAYS[delivery.tries]), **tried)
    return done


def _send(delivery: WebhookDelivery) -> int | None:
    """The receiver's status, or None without an answer. A redirect is an answer and is not followed."""
    url = delivery.endpoint.url
    call, wire = Call(timing.scaled(DEADLINE), public_peer_only=not settings.WEBHOOK_PRIVATE_NETWORKS), Wire()
    try:
        check_url(url)
        with wire.exchange(_request(delivery), call) as response:
            return int(response.status_code)
    except (AddressNotAllowed, requests.RequestException, WiroConnectionError) as error:
        log.info("webhook endpoint %s did not answer: %s", delivery.endpoint_id, type(error).__name__)
        return None
    finally:
        wire.close()


def _request(delivery: WebhookDelivery) -> requests.PreparedRequest:
    at = delivery.created_at.isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": delivery.event, "timestamp": at, "data": delivery.data}).encode()
    sent_at = int(clock.now().timestamp())
    headers = {
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(delivery.endpoint.key, delivery.message_id, sent_at, body),
        "Content-Type": "application/json",
        "Connection": "close",
        "User-Agent": f"Reword/{VERSION}",
    }
    return requests.Request("POST", delivery.endpoint.url, headers=headers, data=body).prepare()


def signature(key: bytes, message_id: str, sent_at: int, body: bytes) -> str:
    signed = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def replay(delivery: WebhookDelivery) -> bool:
    """Send it once more, with as many tries as a new one. False while its endpoint is disabled."""
    ready = WebhookDelivery.objects.filter(pk=delivery.pk, endpoint__disabled=Disabled.NO)
    return ready.update(due_at=clock.now(), tries=0, delivered_at=None) == 1


def enable(endpoint: WebhookEndpoint) -> None:
    """Let it get messages again, including those that were waiting for a retry."""
    WebhookDelivery.objects.filter(endpoint=endpoint, due_at__isnull=False).update(due_at=clock.now(), tries=0)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled=Disabled.NO)
