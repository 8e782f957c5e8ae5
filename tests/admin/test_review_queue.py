"""The review queue and its grid as pages without scripts: who gets in, and what the buttons do."""

import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.gallery import moderation
from edits.models import Edit, Visibility
from tests.admin.review import GRID, LIST, QUEUE, REASON, press
from tests.fixtures import MakeStaff, OfferPairs, SignIn
from tests.pages import text_of
from tests.rows import reloaded

pytestmark = pytest.mark.django_db


# --- Who gets in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [QUEUE, GRID])
def test_the_review_queue_is_for_reviewers(
    signed_in: SignIn, staff: MakeStaff, alice: User, rita: User, offered: OfferPairs, path: Any
) -> None:
    (edit,) = offered(1)
    allowed = {}
    people = {"owner": alice, "superuser": rita} | {name: staff(name) for name in ("viewer", "operator", "reviewer", "nobody")}
    for verb in ("get", "post"):
        for name, user in people.items():
            answer = getattr(signed_in(user), verb)(path, {"action": "approve", "id": str(uuid.uuid4())})
            allowed[verb, name] = answer.status_code == 403 or "login" in answer.get("Location", "")
        assert "login" in getattr(Client(), verb)(path)["Location"]
    refused = {name for (_, name), is_refused in allowed.items() if is_refused}
    assert refused == {"owner", "viewer", "operator", "nobody"}
    assert reloaded(edit).visibility == Visibility.PENDING


@pytest.mark.parametrize("name", ["viewer", "operator", "nobody", "alice"])
@pytest.mark.parametrize("action", ["approve", "reject", "skip", "undo"])
def test_no_action_works_for_others(
    signed_in: SignIn, staff: MakeStaff, alice: User, offered: OfferPairs, name: str, action: str
) -> None:
    (edit,) = offered(1)
    client = signed_in(alice if name == "alice" else staff(name))
    for path in (QUEUE, GRID):
        client.post(path, {"action": action, "id": str(edit.pk), "reason": REASON})
    client.post(LIST, {"action": action, "_selected_action": str(edit.pk), "reason": REASON})
    assert (reloaded(edit).visibility, reloaded(edit).review_claimed_by) == (Visibility.PENDING, None)
    assert not edit.events.exists()


def test_the_list_offers_each_group_its_own_actions(signed_in: SignIn, staff: MakeStaff, offered: OfferPairs, rita: User) -> None:
    offered(1)
    offers = {}
    for name, user in {"superuser": rita, **{name: staff(name) for name in ("viewer", "reviewer", "operator")}}.items():
        page = signed_in(user).get(LIST).content.decode()
        offers[name] = set(re.findall(r'<option value="(approve|reject|look_now|try_again|give_up)"', page))
        assert (QUEUE in page) == (name in ("superuser", "reviewer"))
    decide, operate = {"approve", "reject"}, {"look_now", "try_again", "give_up"}
    assert offers == {"superuser": decide | operate, "viewer": set(), "reviewer": decide, "operator": operate}


def test_the_overview_links_reviewers_to_the_review_queue(signed_in: SignIn, staff: MakeStaff) -> None:
    assert QUEUE in signed_in(staff("reviewer")).get("/admin/").content.decode()
    assert QUEUE not in signed_in(staff("operator")).get("/admin/").content.decode()


# --- One by one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"reason": "made up"}, {"words": " \x00 "}])
def test_nothing_is_rejected_without_a_reason(reviewer: Client, offered: OfferPairs, fields: dict[str, Any]) -> None:
    (edit,) = offered(1)
    assert "Nothing was rejected" in text_of(press(reviewer, "reject", **fields))
    assert reloaded(edit).visibility == Visibility.PENDING


def test_of_two_reviewers_the_second_is_told(reviewer: Client, offered: OfferPairs, rolf: User) -> None:
    (edit,) = offered(1)
    reviewer.get(QUEUE)
    Edit.objects.filter(pk=edit.pk).update(review_claimed_by=rolf)
    page = reviewer.post(QUEUE, {"action": "approve", "id": str(edit.pk)}, follow=True)
    assert "Another reviewer decided first" in text_of(page)
    assert "Other reviewers are working on the remaining edits" in text_of(page)


@pytest.mark.parametrize(
    "fields",
    [{"action": "approve", "id": "x"}, {"action": "approve", "id": "\x00"}, {"action": "burn", "id": str(uuid.uuid4())}],
)
def test_a_malformed_request_is_refused(reviewer: Client, fields: dict[str, Any]) -> None:
    for path in (QUEUE, GRID):
        assert reviewer.post(path, fields).status_code == 400


@pytest.mark.parametrize("query", ["since=x", "since=2026-13-40", "since=2026-01-01", "since=%00", "page=0", "page=-3", "page=²"])
def test_a_malformed_query_is_ignored(reviewer: Client, query: str) -> None:
    for path in (QUEUE, GRID):
        assert reviewer.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize(
    "fields", [{"action": "approve"}, {"action": "undo", "last": "\x00"}, {"action": "skip", "id": str(uuid.uuid4())}]
)
def test_what_is_not_there_changes_nothing(reviewer: Client, offered: OfferPairs, fields: dict[str, Any]) -> None:
    (edit,) = offered(1)
    assert reviewer.post(QUEUE, fields, follow=True).status_code == 200
    assert reloaded(edit).visibility == Visibility.PENDING


def test_the_review_queue_has_nothing_that_the_content_policy_forbids(reviewer: Client, offered: OfferPairs) -> None:
    offered(2)
    for path in (QUEUE, GRID):
        page = reviewer.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*src=)", page)


def test_every_post_needs_a_token(rena: User, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    client = Client(enforce_csrf_checks=True)
    client.force_login(rena, backend="django.contrib.auth.backends.ModelBackend")
    for path in (QUEUE, GRID):
        assert client.post(path, {"action": "approve", "id": str(edit.pk)}).status_code == 403


# --- Many at once ---------------------------------------------------------------------------------------------------


def test_the_grid_shows_pairs_that_no_other_reviewer_has_claimed(reviewer: Client, offered: OfferPairs, rolf: User) -> None:
    edits = offered(4)
    moderation.claim_next(rolf, 2)
    page = reviewer.get(GRID).content.decode()
    assert [str(edit.pk) in page for edit in edits] == [False, False, True, True]


def test_a_long_grid_has_pages(reviewer: Client, offered: OfferPairs) -> None:
    edits = offered(70)
    first, second = reviewer.get(GRID).content.decode(), reviewer.get(f"{GRID}?page=2").content.decode()
    assert [str(edits[n].pk) in first for n in (0, 59, 60)] == [True, True, False]
    assert [str(edits[n].pk) in second for n in (59, 60, 69)] == [False, True, True]
    assert "?page=2" in first


def test_all_that_waits_of_one_owner_is_seen_and_decided_together(
    reviewer: Client, offered: OfferPairs, alice: User, bob: User
) -> None:
    hers, his = offered(2), offered(1, owner=bob)
    address = f"{GRID}?owner={alice.pk}"
    page = reviewer.get(address).text
    assert [str(edit.pk) in page for edit in (*hers, *his)] == [True, True, False]
    assert "Only edits by alice" in page
    answer = reviewer.post(address, {"action": "approve", "id": [str(edit.pk) for edit in hers]})
    assert answer["Location"] == address


@pytest.mark.parametrize("owner", ["0", "-1", "²", "9" * 30, "\x00"])
def test_an_owner_that_is_nobody_is_ignored(reviewer: Client, offered: OfferPairs, owner: str) -> None:
    (edit,) = offered(1)
    assert str(edit.pk) in reviewer.get(GRID, {"owner": owner}).text


def test_the_list_rejects_with_a_reason_only(reviewer: Client, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    fields = {"action": "reject", "_selected_action": str(edit.pk)}
    assert "Choose a reason" in text_of(reviewer.post(LIST, fields, follow=True))
    assert reloaded(edit).visibility == Visibility.PENDING
    reviewer.post(LIST, fields | {"reason": REASON})
    assert reloaded(edit).review_reason == REASON
