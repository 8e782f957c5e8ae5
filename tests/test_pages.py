"""Pages and JSON that people and programs read: states, status, health, errors, headers."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from edits.models import Edit, Failure, Heartbeat, State
from tests.rows import edit_in, shared

pytestmark = pytest.mark.django_db

STATUS_KEYS = {"id", "state", "wiro_status", "progress", "eta_seconds", "failure", "result_url", "stage", "text"}


@pytest.fixture
def photo(new_edit):
    edit = new_edit()
    photo = edit.photo
    edit.delete()
    return photo


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_a_page_and_a_card(browser, alice, photo, state):
    edit = edit_in(state, alice, photo, prompt=f"Snow & <b>ice</b> {state}")
    for path in (edit.get_absolute_url(), "/edits/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert f"Snow &amp; &lt;b&gt;ice&lt;/b&gt; {state}" in page.content.decode()


OFFERS = {
    State.QUEUED: {"cancel"},
    State.SUBMITTING: {"cancel"},
    State.UNCONFIRMED: {"cancel", "retry"},
    State.RUNNING: {"cancel"},
    State.FETCHING: {"cancel"},
    State.SUCCEEDED: {"retry", "share", "link"},
    State.FAILED: {"retry"},
    State.CANCELED: {"retry"},
}


@pytest.mark.parametrize("state", State.values)
def test_a_page_offers_what_can_be_done_and_only_to_the_owner(browser, signed_in, rita, alice, photo, state):
    edit = edit_in(state, alice, photo)
    for client, offered in ((browser, OFFERS[State(state)] | {"delete"}), (signed_in(rita), set())):
        page = client.get(edit.get_absolute_url()).content.decode()
        actions = ("cancel", "retry", "delete", "share", "unshare", "link")
        assert {verb for verb in actions if f'action="{edit.get_absolute_url()}{verb}/"' in page} == offered


@pytest.mark.parametrize("code", Failure.values)
def test_every_failure_says_what_to_do_and_what_it_cost(browser, alice, photo, code):
    free = browser.get(edit_in(State.FAILED, alice, photo, failure_code=code).get_absolute_url()).content.decode()
    assert "This cost nothing." in free
    paid = edit_in(State.FAILED, alice, photo, failure_code=code, cost=Decimal("0.030000"))
    assert "This cost $0.03." in browser.get(paid.get_absolute_url()).content.decode()
    failure = browser.get(paid.status_url).json()["failure"]
    assert failure["code"] == code
    assert len(failure["message"]) > 20


@pytest.mark.parametrize("state", State.values)
def test_the_status_has_exactly_the_promised_keys(browser, alice, photo, state):
    edit = edit_in(state, alice, photo, wiro_status="task_start" if state == State.RUNNING else "")
    answer = browser.get(edit.status_url)
    status = answer.json()
    assert set(status) == STATUS_KEYS
    assert (status["id"], status["state"]) == (str(edit.pk), state)
    assert 0 <= status["progress"] <= 100
    assert (status["progress"] == 100) == edit.is_ended
    assert status["eta_seconds"] is None or status["eta_seconds"] >= 0
    assert (status["failure"] is not None) == (state == State.FAILED)
    assert status["result_url"] == (f"/edits/{edit.pk}/result" if state == State.SUCCEEDED else None)
    assert status["text"]
    assert "no-store" in answer["Cache-Control"]


def test_the_estimate_comes_from_recent_edits(browser, alice, photo):
    running = edit_in(State.RUNNING, alice, photo)
    assert browser.get(running.status_url).json()["eta_seconds"] is None
    for _ in range(3):
        edit_in(State.SUCCEEDED, alice, photo)
    cache.clear()
    assert 10 <= browser.get(running.status_url).json()["eta_seconds"] <= 16


def test_a_program_gets_the_status_back_from_what_it_asks(browser, alice, photo):
    edit = edit_in(State.QUEUED, alice, photo)
    answer = browser.post(f"{edit.get_absolute_url()}cancel/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")


def test_trying_again_is_an_edit_of_its_own(browser, alice, photo):
    edit = edit_in(State.FAILED, alice, photo, seed=7)
    for seed, same in (("same", True), ("new", False)):
        answer = browser.post(f"{edit.get_absolute_url()}retry/", {"seed": seed}, headers={"accept": "application/json"})
        assert answer.status_code == 201
        fresh = Edit.objects.get(pk=answer.json()["id"])
        assert (fresh.photo, fresh.prompt, fresh.state) == (edit.photo, edit.prompt, State.QUEUED)
        assert (fresh.seed == 7) is same
    assert Edit.objects.get(pk=edit.pk).state == State.FAILED


def test_the_same_try_sent_twice_is_one_edit_even_with_an_odd_nonce(browser, alice, photo):
    edit = edit_in(State.FAILED, alice, photo)
    answers = [browser.post(f"{edit.get_absolute_url()}retry/", {"nonce": "a\x00b" + "c" * 100}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert "\x00" not in Edit.objects.exclude(pk=edit.pk).get().nonce


def test_trying_again_over_quota_says_when_it_renews(browser, alice, photo, settings):
    settings.EDITS_PER_DAY = 1
    edit_in(State.SUCCEEDED, alice, photo)
    failed = edit_in(State.FAILED, alice, photo)
    page = browser.post(f"{failed.get_absolute_url()}retry/")
    answer = browser.post(f"{failed.get_absolute_url()}retry/", headers={"accept": "application/json"})
    assert (page.status_code, answer.status_code) == (429, 429)
    assert "midnight UTC" in page.content.decode()
    assert answer.json()["errors"]["__all__"][0]["code"] == "edits_per_day"


def test_an_unfinished_edit_is_not_tried_again(browser, alice, photo):
    edit = edit_in(State.RUNNING, alice, photo)
    assert browser.post(f"{edit.get_absolute_url()}retry/").status_code == 302
    assert Edit.objects.count() == 1


ICONS = dict.fromkeys(State.values, "waiting") | {"succeeded": "ready", "failed": "failed", "canceled": "failed"}


@pytest.mark.parametrize("state", State.values)
def test_the_tab_of_ones_own_edit_tells_its_state(browser, signed_in, rita, alice, photo, state):
    edit = edit_in(state, alice, photo)
    assert f"favicon-{ICONS[state]}" in browser.get(edit.get_absolute_url()).content.decode()
    assert "favicon-" not in signed_in(rita).get(edit.get_absolute_url()).content.decode()


def test_a_result_can_be_edited_further_and_its_original_begun_with_again(browser, alice, photo):
    first = edit_in(State.SUCCEEDED, alice, photo)
    second = edit_in(State.SUCCEEDED, alice, first.result, parent=first, origin=photo)
    page = browser.get(second.get_absolute_url()).content.decode()
    assert f'href="/edits/new/?version={second.pk}&amp;side=result"' in page
    assert f'href="/edits/new/?version={first.pk}&amp;side=source"' in page


def version_rows(page):
    """Number, words and lines of each row of the tree."""
    tree = page[page.index("versions-title") :].split("</ol>")[0]
    rows = [row for row in tree.split("<li>") if "version-prompt" in row]
    return [(re.search(r"(\d+) · ([^<]*)", row).groups(), re.findall(r"guide guide-(\w+)", row)) for row in rows]


def test_the_versions_are_drawn_as_a_tree(browser, alice, photo):
    now = timezone.now()

    def version(at, words, parent=None, state=State.SUCCEEDED):
        fields = {"created_at": now + timedelta(seconds=at), "parent": parent, "origin": photo, "prompt": words}
        return edit_in(state, alice, photo, **fields)

    night = version(1, "night")
    snow = version(2, "snow", night)
    version(3, "rain", night, State.FAILED)
    version(4, "day")
    version(5, "ice", snow, State.QUEUED)
    page = browser.get(snow.get_absolute_url()).content.decode()
    assert version_rows(page) == [
        (("1", "night"), ["fork"]),
        (("2", "snow"), ["line", "fork"]),
        (("5", "ice"), ["line", "line", "end"]),
        (("3", "rain"), ["line", "end"]),
        (("4", "day"), ["end"]),
    ]
    assert page.count('aria-current="page"') == 1
    assert f'href="{snow.get_absolute_url()}" aria-current="page"' in page
    assert "from version 2" in page


def test_versions_are_ones_own_and_not_deleted(browser, signed_in, rita, alice, bob, photo):
    edit = edit_in(State.SUCCEEDED, alice, photo)
    parent = edit_in(State.SUCCEEDED, alice, photo, prompt="thrown away", deleted_at=timezone.now())
    edit_in(State.SUCCEEDED, alice, photo, prompt="a child", parent=parent)
    edit_in(State.SUCCEEDED, bob, photo, prompt="somebody else's")
    page = browser.get(edit.get_absolute_url()).content.decode()
    assert {words for (_, words), _ in version_rows(page)} == {edit.prompt, "a child"}
    assert "Versions of this photo" not in signed_in(rita).get(edit.get_absolute_url()).content.decode()


def test_many_and_deep_versions_are_shown_with_few_queries(browser, alice, photo, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("edits.web.views.versions.VERSIONS_MAX", 12)
    now, parent = timezone.now(), None
    for number in range(15):
        made = {"created_at": now + timedelta(seconds=number), "prompt": f"step {number}"}
        parent = edit_in(State.SUCCEEDED, alice, photo, parent=parent, **made)
    with django_assert_max_num_queries(14):
        page = browser.get(parent.get_absolute_url()).content.decode()
    rows = version_rows(page)
    assert [words for (_, words), _ in rows] == [f"step {number}" for number in range(3, 15)]
    assert max(len(guides) for _, guides in rows) == 4
    assert "Showing the newest 12 versions" in page


def test_health_is_up(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert client.post("/healthz").status_code == 405


def test_readiness_follows_the_sweep_the_queue_and_the_disk(client, alice, photo, settings, tmp_path):
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


def test_error_pages_speak_plainly(client, browser):
    missing = client.get("/nothing/")
    assert missing.status_code == 404
    assert b"Page not found" in missing.content
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert b"Bad request" in client.get("/", headers={"host": "evil.example"}).content


def test_our_own_mistake_has_a_page(browser, alice, photo, monkeypatch):
    edit = edit_in(State.QUEUED, alice, photo)
    monkeypatch.setattr("edits.web.views.edit_detail.status_of", lambda edit: 1 / 0)
    browser.raise_request_exception = False
    response = browser.get(edit.get_absolute_url())
    assert response.status_code == 500
    assert b"Something went wrong" in response.content
    assert b"ZeroDivisionError" not in response.content


@pytest.mark.parametrize(
    "path", ["/", "/edits/", "/edits/new/", "/accounts/login/", "/accounts/signup/", "/nothing/", "/healthz"]
)
def test_every_page_has_the_security_headers(browser, client, path):
    for visitor in (browser, client):
        response = visitor.get(path)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/edits/", "/edits/new/", "/accounts/login/", "/accounts/signup/"])
def test_no_page_has_inline_styles_or_scripts(browser, client, alice, photo, path):
    shared(alice, photo)
    for visitor in (browser, client):
        page = visitor.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert not [event for event in (" onclick=", " onload=", " onerror=", " onsubmit=", "javascript:") if event in page]


def test_private_pages_are_not_kept_by_browsers(browser, alice, photo):
    for path in ("/edits/", edit_in(State.RUNNING, alice, photo).get_absolute_url()):
        assert "no-store" in browser.get(path)["Cache-Control"]
