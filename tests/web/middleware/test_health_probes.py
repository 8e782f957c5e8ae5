"""Health checks work with any host name and without TLS."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("host", ["10.1.2.3", "photos.example.org", "[::1]:8000", "under_score", "a b", ""])
def test_health_does_not_depend_on_the_host_name(client: Client, settings: Settings, host: Any) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["photos.example.net"], True
    assert client.get("/healthz", HTTP_HOST=host).json() == {"status": "ok"}
    assert client.get("/readyz", HTTP_HOST=host).json()["status"] == "red"
    assert client.get("/readyz", HTTP_HOST=host)["Cache-Control"].startswith("max-age=0")
    assert client.get("/", HTTP_HOST="10.1.2.3").status_code == 400


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_nothing_below_it_is_health(client: Client) -> None:
    assert client.get("/healthz/x").status_code == 404
