"""Each request has an id, and one line in the access log, without secrets."""

import logging
from typing import Any

import pytest
from django.test import Client

from edits.log import MaskingFormatter

pytestmark = pytest.mark.django_db

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzTOKEN"


def test_an_id_that_a_proxy_gave_is_kept(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-123_XYZ"})["X-Request-ID"] == "abc-123_XYZ"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with a space", "line\nbreak-12", '"quoted"-12', "umläute-12"])
def test_what_is_no_id_is_replaced(client: Client, given: Any) -> None:
    first, second = (client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (f"/s/{TOKEN}/?x={TOKEN}", "GET /s/***/ 404 in"),
        (f"/wiro/callback/{TOKEN}/", "GET /wiro/callback/***/ 405 in"),
        (f"/wiro/source/{TOKEN}:1u:{TOKEN}.jpg", "GET /wiro/source/***.jpg 404 in"),
        ("/?q=words+of+mine", "GET / 200 in"),
        ("/a%0ACRITICAL%20x/", "GET /a%0ACRITICAL%20x/ "),
    ],
)
def test_the_access_log_tells_of_the_request_and_of_no_secret(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, line: str
) -> None:
    caplog.set_level(logging.INFO, "edits.access")
    client.get(path)
    (record,) = [record for record in caplog.records if record.name == "edits.access"]
    written = MaskingFormatter().format(record)
    assert written.startswith(line)
    assert TOKEN not in written
    assert "words" not in written
    assert "\n" not in written
