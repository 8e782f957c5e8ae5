"""Health and readiness, as a load balancer asks for them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import Edit, Heartbeat, Photo, State
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_health_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert client.post("/healthz").status_code == 405


def test_readiness_follows_the_scheduler_the_queue_and_the_disk(
    client: Client, alice: User, photo: Photo, settings: Settings, tmp_path: Path
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
    assert client.get("/readyz").json()["checks"]["storage"]["ok"] is False
