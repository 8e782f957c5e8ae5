"""Health and readiness, as a load balancer asks for them."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs.flow_control import pause
from edits.models import CircuitBreaker, Edit, Heartbeat, Photo, State, TripReason
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_health_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert client.post("/healthz").status_code == 405


def test_readiness_follows_the_scheduler_the_queue_and_the_disk(
    client: Client, alice: User, photo: Photo, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/readyz").json()["checks"]["sweep"]["ok"] is False
    beat = Heartbeat.objects.create(name="sweep", at=timezone.now())
    assert client.get("/readyz").status_code == 200
    edit = edit_in(State.QUEUED, alice, photo, due_at=timezone.now() - timedelta(seconds=61))
    late = client.get("/readyz")
    assert (late.status_code, late.json()["status"], late.json()["checks"]["queue"]["ok"]) == (503, "red", False)
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now() - timedelta(seconds=30))
    assert client.get("/readyz").status_code == 200
    beat.at = timezone.now() - timedelta(seconds=31)
    beat.save()
    assert client.get("/readyz").json()["checks"]["sweep"]["ok"] is False
    beat.at = timezone.now()
    beat.save()
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    answer = client.get("/readyz")
    assert answer.json()["checks"]["storage"]["ok"] is False
    # Everybody may read the page, so only the log says where things are.
    assert str(tmp_path) not in answer.text
    assert str(tmp_path) in caplog.text


def checks_of(client: Client) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert found["degraded"] == [name for name, check in found["checks"].items() if check.get("degraded")]
    return dict(found["checks"])


def test_readiness_names_broker_breaker_disk_and_spool_without_turning_red(
    client: Client, settings: Settings, tmp_path: Path, rita: User
) -> None:
    """Edits wait while the breaker is open, as they should, and the scheduler does not need the broker."""
    settings.DATA_DIR = tmp_path
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    checks = checks_of(client)
    assert checks["breaker"] == {"ok": True, "state": "closed", "paused": False}
    assert checks["broker"] == {"ok": True, "degraded": True, "detail": "the broker does not answer"}
    assert checks["disk"]["free_bytes"] > 0
    assert checks["spool"] == {"ok": True, "entries": 0}
    CircuitBreaker.objects.update(trip_reason=TripReason.BALANCE, retry_at=timezone.now() + timedelta(minutes=1))
    (tmp_path / "task-id-spool").mkdir()
    (tmp_path / "task-id-spool" / "7-abc.json").write_text("{}")
    checks = checks_of(client)
    assert (checks["breaker"]["state"], checks["breaker"]["detail"]) == ("open", "insufficient_balance")
    assert (checks["spool"]["entries"], checks["spool"]["degraded"]) == (1, True)
    pause.pause(rita)
    assert checks_of(client)["breaker"]["detail"] == "submitting is paused"


def test_a_disk_that_is_almost_full_is_degraded_and_a_full_one_red(client: Client, settings: Settings) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    free = checks_of(client)["disk"]["free_bytes"]
    settings.STORAGE_MIN_FREE = free // 5
    assert checks_of(client)["disk"]["degraded"] is True
    settings.STORAGE_MIN_FREE = free * 2
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]["ok"]) == (503, False)


def test_metrics_are_for_this_machine_alone(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", HTTP_HOST="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    assert client.post("/metrics").status_code == 405


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Host"])
@pytest.mark.parametrize("proxies", [[], [ip_network("127.0.0.1")]])
def test_who_comes_through_a_proxy_on_this_machine_is_not_this_machine(
    client: Client, settings: Settings, header: str, proxies: list[Any]
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_with_a_token_metrics_are_for_whoever_has_it(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "sesame"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer sésame"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Basic sesame"}).status_code == 401
    allowed = client.get("/metrics", REMOTE_ADDR="192.0.2.1", headers={"Authorization": "Bearer sesame"})
    assert allowed.status_code == 200
