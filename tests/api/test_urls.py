"""What holds for every address of the API: problems in place of pages, no sign-in page, no cookie, nothing for other origins."""

import pytest
from django.test import Client

from tests.api.calling import ROOT, Script, problem

pytestmark = pytest.mark.django_db


def test_nothing_is_a_problem_too(script: Script, client: Client) -> None:
    for path in ("/", "/nothing", "/edits/", "/edits/1", "/edits/00000000-0000-0000-0000-000000000000"):
        assert problem(script.get(path), 404) == "not_found"
    assert problem(client.get(f"{ROOT}/nothing"), 404) == "not_found"


def test_another_method_is_a_problem_that_says_which_are_allowed(script: Script) -> None:
    answer = script.call("put", "/edits")
    assert problem(answer, 405) == "method_not_allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
    # No CORS header allows another site's pages to call it.
    assert "Access-Control-Allow-Origin" not in script.call("options", "/edits", origin="https://example.org")


def test_a_mistake_of_ours_is_a_problem_and_logged(
    script: Script, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("edits.api.account.offers.offered", lambda: 1 / 0)
    assert problem(script.get("/models"), 500) == "internal_error"
    assert "ZeroDivisionError" in caplog.text


def test_problems_are_in_the_readers_language(script: Script) -> None:
    answer = script.call("post", "/edits", {}, accept_language="de")
    assert "Wähl zuerst ein Foto." in answer.json()["detail"]


def test_answers_are_not_stored(script: Script) -> None:
    assert script.get("/account")["Cache-Control"] == "no-store"
