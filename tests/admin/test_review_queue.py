"""The desk and the grid as pages without scripts: who gets in, what the buttons do, how much it asks of the database."""

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edits.gallery import moderation
from edits.models import Edit, Photo, State, Visibility
from edits.web import addresses, user_messages
from tests.fixtures import MakeStaff, OfferPairs, SignIn
from tests.pages import Response, match_in, text_of
from tests.rows import edit_in, present, reloaded

pytestmark = pytest.mark.django_db

DESK, GRID, LIST = "/admin/edits/edit/review/", "/admin/edits/edit/waiting/", "/admin/edits/edit/"
REASON = user_messages.REJECTIONS[0]


@pytest.fixture
def desk(signed_in: SignIn, rena: User) -> Client:
    return signed_in(rena)


def shown(response: Response) -> list[str]:
    """The pairs of a desk page in their order; the first is the one to decide on."""
    return re.findall(r'data-pair="([^"]+)"', response.content.decode())


def press(desk: Client, action: str, page: str = DESK, **fields: Any) -> Response:
    """What a button sends, with the hidden fields of the page it is on; the page that follows."""
    found = desk.get(page).content.decode()
    last = match_in(r'name="last" value="([^"]*)"', found)
    ids = (shown(desk.get(page)) or [""])[:1] if page == DESK else []
    return desk.post(page, {"action": action, "id": ids, "last": last} | fields, follow=True)


# --- Who gets in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [DESK, GRID])
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
    for path in (DESK, GRID):
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
        assert (DESK in page) == (name in ("superuser", "reviewer"))
    decide, operate = {"approve", "reject"}, {"look_now", "try_again", "give_up"}
    assert offers == {"superuser": decide | operate, "viewer": set(), "reviewer": decide, "operator": operate}


def test_the_overview_links_reviewers_to_the_review_queue(signed_in: SignIn, staff: MakeStaff) -> None:
    assert DESK in signed_in(staff("reviewer")).get("/admin/").content.decode()
    assert DESK not in signed_in(staff("operator")).get("/admin/").content.decode()


# --- One by one -----------------------------------------------------------------------------------------------------


def test_the_review_queue_shows_the_pair_with_all_that_the_decision_needs(
    desk: Client, offered: OfferPairs, alice: User, photo: Photo
) -> None:
    moderation.approve(offered(1)[0], alice)
    moderation.reject(offered(1)[0], alice, "no")
    edit, following = offered(2, changed_percent=12.5, watermark=True)
    edit.change_map.save("map.webp", ContentFile(b"RIFF-a-map"))
    page = desk.get(DESK)
    assert shown(page) == [str(edit.pk), str(following.pk)]
    found = page.content.decode()
    for address in (
        addresses.before(edit).page,
        present(addresses.after(edit)).page,
        f"/edits/{edit.pk}/changes",
        present(addresses.after(following)).page,
    ):
        assert f'src="{address}"' in found
    for fact in (
        "Pair 0",
        "alice",
        "12.5%",
        "3 : 1 approved, 1 rejected",
        "guidance 4.0, seed 7, watermark",
        "2 waiting, 0 reviewed",
    ):
        assert fact in text_of(page), fact


def test_a_pair_without_a_measure_or_a_history_is_shown_as_well(desk: Client, offered: OfferPairs) -> None:
    offered(1)
    page = text_of(desk.get(DESK))
    assert "not measured" in page
    assert "none" in page


def test_a_decision_brings_the_next_pair(desk: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    page = press(desk, "approve")
    assert reloaded(first).visibility == Visibility.PUBLIC
    assert shown(page) == [str(second.pk), str(third.pk)]
    assert "2 waiting, 1 reviewed in this session" in text_of(page)
    assert "Approved 1 edit. It is now in the gallery." in text_of(page)
    press(desk, "reject", reason=REASON)
    page = press(desk, "reject", reason=REASON, words=" In my  own\x00 words. ")
    assert [reloaded(edit).review_reason for edit in (second, third)] == [REASON, "In my own words."]
    assert "All done" in text_of(page)


@pytest.mark.parametrize("fields", [{}, {"reason": "made up"}, {"words": " \x00 "}])
def test_nothing_is_rejected_without_a_reason(desk: Client, offered: OfferPairs, fields: dict[str, Any]) -> None:
    (edit,) = offered(1)
    assert "Nothing was rejected" in text_of(press(desk, "reject", **fields))
    assert reloaded(edit).visibility == Visibility.PENDING


def test_undo_takes_back_step_by_step(desk: Client, offered: OfferPairs) -> None:
    first, second, third = offered(3)
    press(desk, "approve")
    press(desk, "skip")
    assert shown(desk.get(DESK)) == [str(third.pk)]
    assert shown(press(desk, "undo")) == [str(second.pk), str(third.pk)]
    page = press(desk, "undo")
    assert shown(page)[0] == str(first.pk)
    assert "3 waiting, 0 reviewed" in text_of(page)
    assert "Nothing to undo" in text_of(press(desk, "undo"))


def test_an_undo_that_is_sent_twice_takes_back_one_step(desk: Client, offered: OfferPairs) -> None:
    offered(2)
    press(desk, "approve")
    press(desk, "approve")
    last = match_in(r'name="last" value="([^"]*)"', desk.get(DESK).text)
    for _ in range(2):
        desk.post(DESK, {"action": "undo", "last": last})
    assert Edit.objects.in_gallery().count() == 1


def test_undo_after_ten_minutes_says_that_it_is_too_late(
    desk: Client, offered: OfferPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edit,) = offered(1)
    press(desk, "approve")
    moment = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert "Too late" in text_of(press(desk, "undo"))
    assert reloaded(edit).visibility == Visibility.PUBLIC


def test_of_two_reviewers_the_second_is_told(desk: Client, offered: OfferPairs, rolf: User) -> None:
    (edit,) = offered(1)
    desk.get(DESK)
    Edit.objects.filter(pk=edit.pk).update(review_claimed_by=rolf)
    page = desk.post(DESK, {"action": "approve", "id": str(edit.pk)}, follow=True)
    assert "Another reviewer decided first" in text_of(page)
    assert "Other reviewers are working on the remaining edits" in text_of(page)


def test_skipped_pairs_are_offered_again_when_nothing_else_waits(desk: Client, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    page = press(desk, "skip")
    assert "You skipped 1 edit." in text_of(page)
    again_now = match_in(r'href="(\?since=[^"]+)"', page.text)
    assert shown(desk.get(DESK + html.unescape(again_now))) == [str(edit.pk)]


def test_an_appeal_is_marked_and_what_was_said_is_told(desk: Client, offered: OfferPairs, alice: User, rolf: User) -> None:
    (edit,) = offered(1)
    moderation.reject(edit, rolf, "too <dark>")
    moderation.appeal(edit, alice, "It is night.")
    page = text_of(desk.get(DESK))
    for words in ("Appealed:", "Rejected: too <dark>", "rolf", "Appealed: It is night."):
        assert words in page


@pytest.mark.parametrize(
    "fields",
    [{"action": "approve", "id": "x"}, {"action": "approve", "id": "\x00"}, {"action": "burn", "id": str(uuid.uuid4())}],
)
def test_a_malformed_request_is_refused(desk: Client, fields: dict[str, Any]) -> None:
    for path in (DESK, GRID):
        assert desk.post(path, fields).status_code == 400


@pytest.mark.parametrize("query", ["since=x", "since=2026-13-40", "since=2026-01-01", "since=%00", "page=0", "page=-3", "page=²"])
def test_a_malformed_query_is_ignored(desk: Client, query: str) -> None:
    for path in (DESK, GRID):
        assert desk.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize(
    "fields", [{"action": "approve"}, {"action": "undo", "last": "\x00"}, {"action": "skip", "id": str(uuid.uuid4())}]
)
def test_what_is_not_there_changes_nothing(desk: Client, offered: OfferPairs, fields: dict[str, Any]) -> None:
    (edit,) = offered(1)
    assert desk.post(DESK, fields, follow=True).status_code == 200
    assert reloaded(edit).visibility == Visibility.PENDING


def test_the_review_queue_has_nothing_that_the_content_policy_forbids(desk: Client, offered: OfferPairs) -> None:
    offered(2)
    for path in (DESK, GRID):
        page = desk.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*src=)", page)


def test_every_post_needs_a_token(rena: User, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    client = Client(enforce_csrf_checks=True)
    client.force_login(rena, backend="django.contrib.auth.backends.ModelBackend")
    for path in (DESK, GRID):
        assert client.post(path, {"action": "approve", "id": str(edit.pk)}).status_code == 403


# --- Many at once ---------------------------------------------------------------------------------------------------


def test_the_grid_shows_pairs_that_no_other_reviewer_has_claimed(desk: Client, offered: OfferPairs, rolf: User) -> None:
    edits = offered(4)
    moderation.claim_next(rolf, 2)
    page = desk.get(GRID).content.decode()
    assert [str(edit.pk) in page for edit in edits] == [False, False, True, True]


@pytest.mark.parametrize(
    ("fields", "visibility"), [({"action": "approve"}, "public"), ({"action": "reject", "reason": REASON}, "private")]
)
def test_a_bulk_decision_is_undone_as_one(
    desk: Client, offered: OfferPairs, rolf: User, fields: dict[str, Any], visibility: str
) -> None:
    edits = offered(6)
    moderation.claim_next(rolf, 2)
    page = press(desk, page=GRID, **fields, id=[str(edit.pk) for edit in edits[:5]])
    assert [reloaded(edit).visibility for edit in edits] == ["pending"] * 2 + [visibility] * 3 + ["pending"]
    assert "2 are with other reviewers." in text_of(page)
    assert "3 reviewed" in text_of(page)
    assert "Undone. 3 edits are waiting again." in text_of(press(desk, "undo", page=GRID))
    assert {reloaded(edit).visibility for edit in edits} == {"pending"}


def test_a_long_grid_has_pages(desk: Client, offered: OfferPairs) -> None:
    edits = offered(70)
    first, second = desk.get(GRID).content.decode(), desk.get(f"{GRID}?page=2").content.decode()
    assert [str(edits[n].pk) in first for n in (0, 59, 60)] == [True, True, False]
    assert [str(edits[n].pk) in second for n in (59, 60, 69)] == [False, True, True]
    assert "?page=2" in first


def test_the_list_rejects_with_a_reason_only(desk: Client, offered: OfferPairs) -> None:
    (edit,) = offered(1)
    fields = {"action": "reject", "_selected_action": str(edit.pk)}
    assert "Choose a reason" in text_of(desk.post(LIST, fields, follow=True))
    assert reloaded(edit).visibility == Visibility.PENDING
    desk.post(LIST, fields | {"reason": REASON})
    assert reloaded(edit).review_reason == REASON


# --- What it costs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "limit"), [(DESK, 16), (GRID, 9)])
def test_two_hundred_waiting_pairs_cost_no_more_queries_than_three(
    desk: Client, offered: OfferPairs, bob: User, path: Any, limit: int
) -> None:
    offered(3)
    desk.get(path)
    few = queries(desk, path)
    offered(100)
    offered(97, owner=bob)
    assert queries(desk, path) == few
    assert few <= limit


def test_deciding_on_sixty_takes_as_many_queries_as_on_one(desk: Client, offered: OfferPairs) -> None:
    one, *sixty = (str(edit.pk) for edit in offered(61))
    desk.get(GRID)
    costs = [queries(desk, GRID, {"action": "approve", "id": ids}) for ids in ([one], sixty)]
    assert costs[0] == costs[1]
    assert Edit.objects.in_gallery().count() == 61


def queries(desk: Client, path: str, posted: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = desk.post(path, posted) if posted else desk.get(path)
    assert answer.status_code in (200, 302)
    return len(captured)


def test_the_record_counts_what_the_owner_offered_and_nothing_of_others(
    desk: Client, offered: OfferPairs, alice: User, bob: User, photo: Photo
) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    edit_in(State.SUCCEEDED, bob, photo, visibility="public", review="approved")
    offered(1)
    assert "none" in text_of(desk.get(DESK))
