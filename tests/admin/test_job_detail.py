"""The page of one job: everything known about it is shown, nothing can be edited, and only operators may act on it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from edits.jobs import actions, engine
from edits.models import Attempt, Edit, Failure, Outcome, Photo, State
from edits.operations import request_preview
from edits.wiro.sandbox import SandboxServer
from tests.fixtures import MakeStaff, NewEdit, SignIn
from tests.pages import Response
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db

# Who may open the page, and who may do something about the edit.
LOOKERS = {"anonymous": False, "owner": False, "nobody": False, "viewer": True, "reviewer": True, "operator": True, "rita": True}
OPERATORS = ("operator", "rita")
# A state in which each operation has something to do.
OPERATIONS = {
    "look": State.RUNNING,
    "fetch_again": State.FETCHING,
    "cancel": State.QUEUED,
    "retry": State.FAILED,
    "try_again": State.UNCONFIRMED,
    "give_up": State.UNCONFIRMED,
    "give_up_result": State.FETCHING,
    "erase": State.SUCCEEDED,
}


@pytest.fixture
def people(signed_in: SignIn, alice: User, rita: User, staff: MakeStaff) -> dict[str, Client]:
    found = {name: signed_in(staff(name)) for name in ("nobody", "viewer", "reviewer", "operator")}
    return found | {"anonymous": Client(), "owner": signed_in(alice), "rita": signed_in(rita)}


@pytest.fixture
def operator(people: dict[str, Client]) -> Client:
    return people["operator"]


def ready_for(name: str, alice: User, photo: Photo) -> Edit:
    edit = edit_in(OPERATIONS[name], alice, photo)
    if edit.state == State.FETCHING:
        Edit.objects.filter(pk=edit.pk).update(due_at=None)
    if name == "erase":
        attempt_of(edit)
    return edit


def page_of(edit: Edit) -> str:
    return f"/admin/edits/edit/{edit.pk}/change/"


def operate(client: Client, edit: Edit, name: str, **fields: Any) -> Response:
    return client.post(f"/admin/edits/edit/{edit.pk}/operate/", {"operation": name, "confirmed": "1", "nonce": "n"} | fields)


def state_of(edit: Edit) -> Any:
    fresh = Edit.objects.filter(pk=edit.pk).values().get()
    return fresh, list(Attempt.objects.filter(edit=edit).values()), edit.events.count(), Edit.objects.count()


@pytest.mark.parametrize("who", LOOKERS)
def test_staff_with_the_permission_may_look(people: dict[str, Client], alice: User, photo: Photo, who: str) -> None:
    answer = people[who].get(page_of(edit_in(State.SUCCEEDED, alice, photo)))
    assert (answer.status_code == 200) is LOOKERS[who]


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_operators_may_do_something(people: dict[str, Client], alice: User, photo: Photo, name: str) -> None:
    edit = ready_for(name, alice, photo)
    before = state_of(edit)
    for who in LOOKERS:
        if who not in OPERATORS:
            assert operate(people[who], edit, name).status_code in (302, 403), who
            assert state_of(edit) == before, who
    assert f'value="{name}"' not in people["viewer"].get(page_of(edit)).content.decode()
    assert f'value="{name}"' in people["operator"].get(page_of(edit)).content.decode()
    operate(people["operator"], edit, name)
    assert state_of(edit) != before


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_done_twice_is_done_once_and_says_who_and_why(operator: Client, alice: User, photo: Photo, name: str) -> None:
    edit = ready_for(name, alice, photo)
    operate(operator, edit, name, reason="the owner\x00 asked  for it")
    once = state_of(edit)
    told = edit.events.latest("pk")
    assert present(told.actor).username == "operator"
    assert "the owner asked for it" in told.text
    operate(operator, edit, name)
    assert state_of(edit) == once


def test_nothing_can_be_posted_to_the_page_itself(people: dict[str, Client], alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    for who in ("operator", "rita"):
        assert people[who].post(page_of(edit), {"prompt": "other words", "cost": "0"}).status_code == 403
    assert Edit.objects.get().prompt == edit.prompt


def test_the_forms_need_a_csrf_token(rita: User, alice: User, photo: Photo) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rita, backend="django.contrib.auth.backends.ModelBackend")
    edit = edit_in(State.QUEUED, alice, photo)
    assert operate(client, edit, "cancel").status_code == 403
    assert client.post("/admin/submitting/", {"action": "pause"}).status_code == 403


@pytest.mark.parametrize("name", ["retry", "try_again"])
def test_what_may_be_charged_has_to_be_confirmed(operator: Client, alice: User, photo: Photo, name: str) -> None:
    edit = ready_for(name, alice, photo)
    before = state_of(edit)
    operator.post(f"/admin/edits/edit/{edit.pk}/operate/", {"operation": name})
    assert state_of(edit) == before
    assert "Confirm the charge first" in operator.get(page_of(edit)).content.decode()


def test_trying_again_makes_a_new_edit_for_the_same_owner(operator: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.FAILED, alice, photo, seed=99, prompt="Make it night")
    answer = operate(operator, edit, "retry", reason="outage")
    fresh = Edit.objects.exclude(pk=edit.pk).get()
    assert answer["Location"] == page_of(fresh)
    assert (fresh.owner, fresh.state, fresh.seed, fresh.prompt) == (alice, State.QUEUED, 99, "Make it night")
    assert "outage" in fresh.events.latest("pk").text
    assert str(fresh.pk) in edit.events.latest("pk").text


def test_the_owners_limit_holds_when_an_operator_tries_again(
    operator: Client, alice: User, photo: Photo, settings: Settings
) -> None:
    settings.EDITS_PER_DAY = 0
    edit = edit_in(State.FAILED, alice, photo)
    operate(operator, edit, "retry")
    assert Edit.objects.count() == 1
    assert "the owner has reached a limit" in operator.get(page_of(edit)).content.decode()


def test_giving_up_ends_the_edit(operator: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo)
    operate(operator, edit, "give_up")
    edit.refresh_from_db()
    assert (edit.state, edit.failure_code) == (State.FAILED, Failure.TIMED_OUT)


def test_a_result_that_is_given_up_fails_the_edit(operator: Client, alice: User, photo: Photo) -> None:
    edit = ready_for("give_up_result", alice, photo)
    operate(operator, edit, "give_up_result")
    edit.refresh_from_db()
    assert (edit.state, edit.failure_code) == (State.FAILED, Failure.OUTPUT_UNAVAILABLE)


def test_a_result_is_fetched_again_at_once_unless_it_is_being_fetched(operator: Client, alice: User, photo: Photo) -> None:
    edit = ready_for("fetch_again", alice, photo)
    operate(operator, edit, "fetch_again")
    edit.refresh_from_db()
    assert present(edit.due_at) <= timezone.now()
    assert 'value="fetch_again"' not in operator.get(page_of(edit)).content.decode()


def test_wiros_copies_are_due_at_once(operator: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    later = timezone.now() + timedelta(hours=1)
    attempt, _ = attempt_of(edit, cleanup_due_at=later)
    operate(operator, edit, "erase")
    attempt.refresh_from_db()
    assert present(attempt.cleanup_due_at) < later


@pytest.mark.parametrize(
    "path", ["/admin/edits/edit/nonsense/change/", "/admin/edits/edit/00000000-0000-4000-8000-000000000000/change/"]
)
def test_what_is_not_there_is_not_found(operator: Client, path: str) -> None:
    assert operator.get(path).status_code == 404


def test_an_unknown_operation_is_refused(operator: Client, alice: User, photo: Photo) -> None:
    assert operate(operator, edit_in(State.QUEUED, alice, photo), "drop\x00table").status_code == 400


def test_what_wiro_said_is_text_and_nothing_else(operator: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.FAILED, alice, photo, failure_message="<script>alert(1)</script>", prompt="<b>bold</b>")
    attempt_of(edit, Outcome.REJECTED, error_code="0", error_message="<img src=x onerror=alert(2)>")
    page = operator.get(page_of(edit)).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>bold" not in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in page


@pytest.mark.parametrize("base", ["", "https://edits.example.org"])
def test_the_request_is_told_as_it_was_sent_with_every_secret_masked(
    operator: Client, alice: User, photo: Photo, settings: Settings, base: str
) -> None:
    settings.PUBLIC_BASE_URL = base
    edit = edit_in(State.RUNNING, alice, photo, prompt="Größer, bitte", seed=4711, guidance_scale=4.5)
    _, token = attempt_of(edit)
    request = present(request_preview.sent_request(edit))
    assert request.url == f"{settings.WIRO_BASE_URL}/Run/ByteDance/image-to-image-seededit-v3"
    assert dict(request.headers)["x-api-key"] == "***"
    assert dict(request.headers)["x-nonce"] == dict(request.headers)["x-signature"] == "(made for each call)"
    for words in ('"prompt": "Größer, bitte"', '"seed": 4711', '"guidanceScale": "4.5"', '"watermark": "false"'):
        assert words in request.body
    assert ("https://edits.example.org/wiro/callback/***/" in request.body) is bool(base)
    assert ("File/Upload" in request.body) is not bool(base)
    page = operator.get(page_of(edit)).content.decode()
    assert "Request to Wiro" in page
    for secret in (
        settings.WIRO_API_KEY,
        settings.WIRO_API_SECRET,
        token,
        "secret-task-token",
        edit.attempts.get().callback_token_hash,
    ):
        assert secret not in page


def test_the_told_request_is_what_the_sandbox_received(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit(prompt="Größer")
    told = json.loads(present(request_preview.sent_request(edit)).body)
    engine.advance(edit.pk)
    sent = dict(sandbox.runs()[0].parameters)
    assert sent.pop("inputImageUrl").startswith("http")
    assert told.pop("inputImageUrl") == "(the address that File/Upload returned; it is not stored)"
    assert told == sent


def test_a_deleted_edits_pictures_are_not_shown(operator: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now())
    page = operator.get(page_of(edit)).content.decode()
    assert "trash" in page
    assert f"/edits/{edit.pk}/source" not in page


def test_the_page_makes_few_queries_however_long_the_history(
    operator: Client, alice: User, photo: Photo, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    edit = edit_in(State.RUNNING, alice, photo)
    attempt_of(edit)
    for number in range(40):
        actions.check_now(edit, alice)
        Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now() + timedelta(minutes=number + 1))
    with django_assert_max_num_queries(14):
        assert operator.get(page_of(edit)).status_code == 200
