"""A site that ran version 0.1 is upgraded: nothing is lost, and what people had goes on working.

The rows are those of version_0_1.json, which make_fixture.py made with the code of that version.
"""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings

from edits.models import Failure, State
from tests.upgrade import loading

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FIXTURE = loading.read(Path(__file__).with_name("version_0_1.json"))
ROWS: dict[str, list[dict[str, str]]] = FIXTURE["rows"]
EDITS = {row["id"]: row for row in ROWS["edits.Edit"]}
NOT_DELETED = [row for row in EDITS.values() if "deleted_at" not in row]
USERNAMES = {row["id"]: row["username"] for row in ROWS["auth.User"]}
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
IN_QUEUE = re.compile(r'data-pair="([0-9a-f-]{36})"')
MOVE = re.compile(r"(\w+) → (\w+)")
FACTS = re.compile(rf"\w+ → \w+|task_\w+|\b\d{{6,}}\b|{UUID.pattern}")
# Sentences of the program, which are worded differently now.
OWN_WORDS = ("asked by", "the worker that submitted it")


@pytest.fixture(scope="module")
def upgraded(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the pictures of a site of version 0.1 whose database has been migrated to this version."""
    folder = tmp_path_factory.mktemp("upgraded")
    # Links are signed with it, and the migration of version 0.2 hashes what was signed.
    with django_db_blocker.unblock(), loading.empty_database(folder), override_settings(SECRET_KEY=FIXTURE["secret_key"]):
        loading.load(FIXTURE, loading.apps_at(FIXTURE["migrations"]))
        call_command("migrate", verbosity=0)
        loading.draw_media(FIXTURE["media"], folder)
        yield folder


@pytest.fixture(autouse=True)
def _site(upgraded: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = upgraded
    settings.SECRET_KEY = FIXTURE["secret_key"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def visitor(signed_in: Callable[[User], Client]) -> Callable[[str], Client]:
    """The browser of the person with this name."""
    return lambda username: signed_in(User.objects.get(username=username))


def owner_of(edit: dict[str, str]) -> str:
    return USERNAMES[edit["owner_id"]]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def job_page(client: Client, edit_id: str) -> str:
    return text_of(client, f"/admin/edits/edit/{edit_id}/change/")


def test_the_fixture_has_every_state_outcome_failure_and_kind_of_event() -> None:
    found = {
        "state": {"queued", "submitting", "unconfirmed", "running", "fetching", "succeeded", "failed", "canceled"},
        "failure_code": {"insufficient_balance", "credentials", "rejected", "model_failed", "no_output", "output_invalid"}
        | {"output_unavailable", "timed_out", "internal_error", ""},
        "visibility": {"private", "pending", "public"},
        "review": {"", "approved", "rejected"},
    }
    for name, values in found.items():
        assert {row[name] for row in EDITS.values()} == values
    outcomes = {"pending", "accepted", "rejected", "unknown", "superseded"}
    assert {row["outcome"] for row in ROWS["edits.Attempt"]} == outcomes
    kinds = {"created", "moved", "postponed", "reported", "callback", "asked", "reviewed", "erased", "alarm"}
    assert {row["kind"] for row in ROWS["edits.Event"]} == kinds


@pytest.mark.parametrize(
    "label", ["auth.User", *(f"edits.{name}" for name in ("Edit", "Photo", "Attempt", "ShareLink", "Profile"))]
)
def test_no_row_is_lost_and_none_is_added(label: str) -> None:
    kept = {str(pk) for pk in apps.get_model(label).objects.values_list("pk", flat=True)}
    assert kept == {row.get("id") or row["user_id"] for row in ROWS[label]}


def test_every_event_is_there_and_no_other() -> None:
    assert apps.get_model("edits.Event").objects.count() == len(ROWS["edits.Event"])


def test_sign_ups_that_no_longer_count_are_removed() -> None:
    """All of the fixture are older than a day; their exact times could name the accounts."""
    assert ROWS["edits.Signup"]
    assert not apps.get_model("edits.Signup").objects.exists()


@pytest.mark.parametrize("name", ["state", "prompt", "seed", "cost", "failure_message", "review_reason", "batch"])
def test_an_edit_is_what_it_was(name: str) -> None:
    kept = {str(edit.pk): getattr(edit, name) for edit in apps.get_model("edits.Edit").objects.all()}
    assert {pk: str(value) for pk, value in kept.items() if value is not None} == {
        pk: row[name] for pk, row in EDITS.items() if name in row
    }


def test_the_limits_of_a_person_are_what_they_were() -> None:
    profile = apps.get_model("edits.Profile").objects.get(user__username="bob")
    assert (profile.edits_per_day, profile.edits_at_once, str(profile.spend_per_day)) == (7, 1, "1.500000")


def test_a_person_signs_in_with_the_password_of_before() -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"username": "alice", "password": FIXTURE["password"]})
    assert answer.status_code == 302
    assert text_of(client, "/accounts/").count("alice")


def test_every_edit_opens_for_its_owner_in_the_state_it_had(visitor: Callable[[str], Client]) -> None:
    clients = {name: visitor(name) for name in {owner_of(edit) for edit in NOT_DELETED}}
    for edit in NOT_DELETED:
        client, path = clients[owner_of(edit)], f"/edits/{edit['id']}/"
        assert edit["prompt"] in text_of(client, path)
        status = client.get(f"{path}status/").json()
        assert status["state"] == edit["state"]
        assert (status["failure"] or {"code": ""})["code"] == edit["failure_code"]


def test_every_picture_is_served(visitor: Callable[[str], Client]) -> None:
    clients = {name: visitor(name) for name in {owner_of(edit) for edit in NOT_DELETED}}
    for edit in NOT_DELETED:
        sides = ["source", "source/card", "source/page"]
        sides += ["result", "result/card", "result/page", "pair?style=side"] if "result_id" in edit else []
        sides += ["changes"] if edit["change_map"] else []
        for side in sides:
            answer = clients[owner_of(edit)].get(f"/edits/{edit['id']}/{side}")
            assert answer.status_code == 200, (side, edit)
            assert answer.headers["Content-Type"].startswith("image/")


def test_nobody_sees_a_deleted_edit_and_its_owner_may_restore_what_is_in_the_trash(visitor: Callable[[str], Client]) -> None:
    alice, bob = visitor("alice"), visitor("bob")
    deleted = [edit for edit in EDITS.values() if "deleted_at" in edit and owner_of(edit) == "alice"]
    assert deleted
    for edit in deleted:
        page, is_purged = alice.get(f"/edits/{edit['id']}/"), "purged_at" in edit
        assert page.status_code == (404 if is_purged else 200)
        assert (f"/edits/{edit['id']}/restore/" in page.content.decode()) is not is_purged
        assert alice.get(f"/edits/{edit['id']}/result").status_code == 404
        assert bob.get(f"/edits/{edit['id']}/").status_code == 404


def test_the_trash_has_what_was_not_purged_and_gives_it_back(visitor: Callable[[str], Client]) -> None:
    alice = visitor("alice")
    (trashed,) = [edit for edit in EDITS.values() if edit["prompt"] == "Only in the trash"]
    assert set(UUID.findall(text_of(alice, "/edits/trash/"))) & EDITS.keys() == {trashed["id"]}
    alice.post(f"/edits/{trashed['id']}/restore/")
    assert alice.get(f"/edits/{trashed['id']}/result").status_code == 200


def test_favorites_and_batches_are_found(visitor: Callable[[str], Client]) -> None:
    for query, name in (("favorites=1", "favorite_at"), (f"batch={_batch()}", "batch")):
        listed = set(UUID.findall(text_of(visitor("alice"), f"/edits/?{query}"))) & EDITS.keys()
        assert listed == {edit["id"] for edit in NOT_DELETED if name in edit}


def _batch() -> str:
    return next(edit["batch"] for edit in NOT_DELETED if "batch" in edit)


def test_the_gallery_shows_what_was_public() -> None:
    public = {edit["id"] for edit in NOT_DELETED if edit["visibility"] == "public"}
    assert public == set(UUID.findall(text_of(Client(), "/"))) & EDITS.keys()


@pytest.mark.parametrize("reviewer", FIXTURE["queues"])
def test_a_reviewer_is_offered_the_same_pairs_in_the_same_order(visitor: Callable[[str], Client], reviewer: str) -> None:
    """Without what another reviewer has claimed."""
    shown = dict.fromkeys(UUID.findall(text_of(visitor(reviewer), "/admin/edits/edit/waiting/")))
    assert [pk for pk in shown if pk in EDITS] == FIXTURE["queues"][reviewer]


@pytest.mark.parametrize("reviewer", FIXTURE["queues"])
def test_what_a_reviewer_has_just_skipped_is_not_in_the_queue_again(visitor: Callable[[str], Client], reviewer: str) -> None:
    in_queue = set(IN_QUEUE.findall(text_of(visitor(reviewer), "/admin/edits/edit/review/")))
    assert in_queue & set(FIXTURE["queues"][reviewer])
    assert FIXTURE["skipped"].get(reviewer) not in in_queue


@pytest.mark.parametrize("name", FIXTURE["links"])
def test_a_private_link_opens_what_it_opened(name: str) -> None:
    for behind in ("", "source", "result", "result/card"):
        assert Client().get(FIXTURE["links"][name] + behind).status_code == (200 if name == "live" else 404)


def test_an_owner_reads_the_reason_of_a_rejection_and_may_appeal_once(visitor: Callable[[str], Client]) -> None:
    carol = visitor("carol")
    rejected = {edit["prompt"]: edit for edit in NOT_DELETED if edit["review"] == "rejected"}
    for prompt, may_appeal in (("Pair to review: rejected", True), ("Pair to review: refused", False)):
        page = text_of(carol, f"/edits/{rejected[prompt]['id']}/")
        assert rejected[prompt]["review_reason"] in page
        assert (f"/edits/{rejected[prompt]['id']}/appeal/" in page) is may_appeal


def test_a_suspended_person_reads_why(visitor: Callable[[str], Client]) -> None:
    (edit,) = [edit for edit in NOT_DELETED if owner_of(edit) == "dora"]
    answer = visitor("dora").post(f"/edits/{edit['id']}/share/", follow=True)
    assert FIXTURE["words"]["suspended"] in answer.content.decode()


def test_submitting_is_still_paused_and_operators_see_who_paused_it_and_why(visitor: Callable[[str], Client]) -> None:
    overview = text_of(visitor("olga"), "/admin/")
    assert FIXTURE["words"]["paused"] in overview
    assert "olga" in overview
    (waiting,) = [edit for edit in NOT_DELETED if edit["prompt"] == "Let it shine"]
    assert "paused" in visitor("bob").get(f"/edits/{waiting['id']}/status/").json()["text"]


def _called(code: str) -> str:
    return str(Failure(code).label) if code in Failure.values else code


def told_in(note: str) -> list[str]:
    """What of an event of version 0.1 must still be read: moves, ids, statuses and reasons, whatever words go with them."""
    _, _, why = note.rpartition(": ")
    # A state is called as its badge is.
    facts = [
        MOVE.sub(lambda move: " → ".join(str(State(state).label) for state in move.groups()), fact)
        for fact in FACTS.findall(note)
    ]
    return facts + ([] if why == note or why.startswith(OWN_WORDS) else [_called(why.removeprefix("task "))])


def test_the_history_of_an_edit_still_says_what_people_said(visitor: Callable[[str], Client]) -> None:
    rita = visitor("rita")
    for edit_id in EDITS:
        page = job_page(rita, edit_id)
        events = [event for event in ROWS["edits.Event"] if event["edit_id"] == edit_id]
        for event in events:
            assert not [told for told in told_in(event["note"]) if told not in page], event


def test_who_leaves_takes_along_the_words_in_old_events(visitor: Callable[[str], Client]) -> None:
    carol, rita = visitor("carol"), visitor("rita")
    theirs = [edit["id"] for edit in EDITS.values() if owner_of(edit) == "carol"]
    words = ["That person is me", "It shows a person who may not want that", "Still no", "Pair to review", "Shared for a while"]
    assert all(any(word in job_page(rita, edit_id) for edit_id in theirs) for word in words)
    assert carol.post("/accounts/delete/", {"password": FIXTURE["password"]}).status_code in (200, 302)
    for edit_id in theirs:
        page = job_page(rita, edit_id)
        assert not [word for word in words if word in page]
