"""Sentry is told what broke, but nothing that people wrote and no secrets. Here, a real HTTP server stands in for it."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

from pytest_httpserver import HTTPServer

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzTOKEN"
# A page that raises an error, requested with everything that a request may carry.
SCRIPT = f"""
import django
django.setup()
from django.test import Client
from edits.web.views import health
from edits.models import Pause
def broken(*_):
    words = "Paint my secret wish"
    raise ValueError("it broke at /wiro/callback/{TOKEN}/ with test-api-key\\nDETAIL: Failing row: Paint my secret wish")
health.readiness.checks = broken
client = Client(raise_request_exception=False, headers={{"Cookie": "new_link={TOKEN}"}})
client.get("/readyz?q=secret+wish")
import sentry_sdk, sys
sentry_sdk.flush(10)
assert "mcp" not in sys.modules
"""


def test_an_error_is_told_without_secrets_and_without_peoples_words(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/api/1/envelope/").respond_with_json({})
    dsn = f"http://public@127.0.0.1:{httpserver.port}/1"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "editor_site.settings", "SENTRY_DSN": dsn, "DATA_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    bodies = [request.get_data() for request, _answer in httpserver.log]
    told = b"".join(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body for body in bodies).decode()
    assert "ValueError" in told
    assert "it broke at /wiro/callback/***/" in told
    assert not [secret for secret in (TOKEN, "test-api-key", "secret wish", "secret+wish") if secret in told]
