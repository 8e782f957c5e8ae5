"""People in the admin: who may look, who may erase whom, and that nobody is ever deleted from the ledger."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.accounts import retention
from edits.models import Edit, Photo, State
from tests.fixtures import MakeStaff, SignIn
from tests.pages import Response, match_in, text_of
from tests.rows import attempt_of, edit_in, shared

pytestmark = pytest.mark.django_db

LIST = "/admin/auth/user/"
REFUSED = "refused"


def page_of(user: User) -> str:
    return f"{LIST}{user.pk}/change/"


def erase_page(user: User) -> str:
    return f"{LIST}{user.pk}/erase/"


def outcome(response: Response) -> str | int:
    if response.status_code == 403 or "login" in response.get("Location", ""):
        return REFUSED
    return response.status_code


def press(client: Client, user: User, **fields: Any) -> Response:
    return client.post(erase_page(user), {"username": user.username, "reason": "asked by mail"} | fields)


@pytest.fixture
def visitors(signed_in: SignIn, staff: MakeStaff, alice: User, rita: User) -> dict[str, Client]:
    people = {"owner": alice, "superuser": rita} | {name: staff(name) for name in ("nobody", "viewer", "reviewer", "operator")}
    return {"anonymous": Client()} | {name: signed_in(user) for name, user in people.items()}


# --- Who may what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [lambda _: LIST, page_of, erase_page], ids=["list", "person", "erase"])
def test_only_operators_and_administrators_see_people(visitors: dict[str, Client], bob: User, page: Any) -> None:
    seen = {name for name, client in visitors.items() if outcome(client.get(page(bob))) != REFUSED}
    assert seen == {"operator", "superuser"}


@pytest.mark.parametrize("name", ["anonymous", "owner", "nobody", "viewer", "reviewer"])
def test_others_cannot_erase_accounts(visitors: dict[str, Client], bob: User, name: str) -> None:
    assert outcome(press(visitors[name], bob)) == REFUSED
    assert User.objects.filter(username="bob", is_active=True).exists()


@pytest.mark.parametrize("name", ["operator", "superuser"])
def test_operators_and_administrators_erase_a_person(visitors: dict[str, Client], bob: User, name: str) -> None:
    assert press(visitors[name], bob).status_code == 302
    bob.refresh_from_db()
    assert (bob.username, bob.is_active) == (f"erased-{bob.pk}", False)


def test_an_operator_cannot_erase_staff(visitors: dict[str, Client], staff: MakeStaff, rita: User) -> None:
    for colleague in (rita, staff("viewer", "vera"), staff("operator", "otto")):
        assert visitors["operator"].get(erase_page(colleague)).status_code == 403
        assert press(visitors["operator"], colleague).status_code == 403
        assert "Erase user" not in visitors["operator"].get(page_of(colleague)).text
    assert User.objects.filter(is_active=False).count() == 0
    assert press(visitors["superuser"], User.objects.get(username="vera")).status_code == 302


def test_staff_cannot_erase_themselves_by_mistake(visitors: dict[str, Client], rita: User) -> None:
    assert press(visitors["superuser"], rita).status_code == 403
    operator = User.objects.get(username="operator")
    assert press(visitors["operator"], operator).status_code == 403
    assert User.objects.filter(is_active=False).count() == 0


def test_an_operator_looks_and_changes_nothing(visitors: dict[str, Client], bob: User) -> None:
    page = visitors["operator"].get(page_of(bob))
    assert not re.search(r'<input type="(?:text|checkbox|submit)"', page.text)
    assert "password" not in page.text.partition('id="content"')[2].lower()
    fields = {"username": "robert", "is_superuser": "on", "is_staff": "on"}
    assert visitors["operator"].post(page_of(bob), fields).status_code == 403
    assert visitors["operator"].get(f"{LIST}add/").status_code == 403
    assert visitors["operator"].get(f"{LIST}{bob.pk}/password/").status_code == 403
    bob.refresh_from_db()
    assert (bob.username, bob.is_superuser) == ("bob", False)


def test_the_permission_to_change_accounts_does_not_allow_erasing_them(staff: MakeStaff, signed_in: SignIn, bob: User) -> None:
    clerk = staff("viewer", "clara")
    codenames = ["view_user", "change_user", "delete_user"]
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = signed_in(clerk)
    assert client.get(page_of(bob)).status_code == 200
    assert press(client, bob).status_code == 403
    assert client.post(f"{LIST}{bob.pk}/delete/", {"post": "yes"}).status_code == 403


# --- No deletion ----------------------------------------------------------------------------------------------------


def test_there_is_no_way_to_delete_an_account(rita: User, alice: User, photo: Photo, signed_in: SignIn) -> None:
    edit = shared(alice, photo)
    admin = signed_in(rita)
    assert "delete_selected" not in admin.get(LIST).text
    assert "/delete/" not in admin.get(page_of(alice)).text
    assert admin.post(f"{LIST}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    admin.post(LIST, {"action": "delete_selected", "_selected_action": str(alice.pk), "post": "yes"})
    assert User.objects.filter(pk=alice.pk).exists()
    assert Edit.objects.get(pk=edit.pk).is_shared


# --- The pages ------------------------------------------------------------------------------------------------------


def test_the_list_tells_the_edits_and_spend_of_a_week_and_leads_to_all_edits(
    rita: User, alice: User, bob: User, photo: Photo, signed_in: SignIn
) -> None:
    hers = [edit_in(State.SUCCEEDED, alice, photo, cost=cost) for cost in ("0.03", "0.09")]
    his = edit_in(State.FAILED, bob, photo)
    old = edit_in(State.SUCCEEDED, alice, photo, cost="0.05")
    Edit.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    admin = signed_in(rita)
    row = match_in(r"<tr>(?:(?!</tr>).)*alice.*?</tr>", admin.get(LIST).text, re.DOTALL)
    assert '<td class="field-recently_spent">0.12</td>' in row
    link = html.unescape(match_in(r'class="field-recent_edits"><a href="([^"]+)">2</a>', row))
    found = admin.get(link).text
    assert all(str(edit.pk) in found for edit in (*hers, old))
    assert str(his.pk) not in found
    person = text_of(admin.get(page_of(alice)))
    assert re.search(r"Edits: 3 .*Images: 1 · .*Spent \(USD\): 0.17", person)


def test_the_list_asks_the_same_few_questions_however_many_people(
    rita: User, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        User.objects.create_user(f"person{number}")
    admin = signed_in(rita)
    with django_assert_max_num_queries(9):
        admin.get(LIST)


def test_the_page_says_what_goes_and_what_stays(rita: User, alice: User, photo: Photo, signed_in: SignIn) -> None:
    shared(alice, photo)
    edit_in(State.RUNNING, alice, photo)
    admin = signed_in(rita)
    assert f'href="{erase_page(alice)}"' in admin.get(page_of(alice)).text
    said = text_of(admin.get(erase_page(alice)))
    for words in (
        "alice will be permanently erased",
        "1 image (",
        "1 edit in the gallery",
        "1 edit is in progress",
        "What will be kept",
    ):
        assert words in said


@pytest.mark.parametrize(
    "fields", [{"username": "alicia"}, {"username": ""}, {"username": "alice\x00"}, {"username": " alice"}, {"reason": " "}]
)
def test_an_account_is_not_erased_without_its_name_and_a_reason(
    rita: User, alice: User, photo: Photo, signed_in: SignIn, fields: dict[str, Any]
) -> None:
    answer = press(signed_in(rita), alice, **fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert User.objects.filter(username="alice", is_active=True).exists()


def test_opening_the_page_erases_no_account(rita: User, alice: User, signed_in: SignIn) -> None:
    signed_in(rita).get(erase_page(alice), {"username": "alice", "reason": "x"})
    assert User.objects.filter(username="alice").exists()


def test_erasing_needs_the_token_of_the_page(rita: User, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rita, backend="django.contrib.auth.backends.ModelBackend")
    assert press(client, alice).status_code == 403
    assert User.objects.filter(username="alice").exists()


def test_what_is_left_is_told_and_who_did_it_is_kept(rita: User, alice: User, photo: Photo, signed_in: SignIn) -> None:
    attempt, _ = attempt_of(edit_in(State.SUCCEEDED, alice, photo), cleanup_due_at="2026-01-01T00:00Z")
    admin = signed_in(rita)
    said = text_of(admin.post(erase_page(alice), {"username": "alice", "reason": "asked"}, follow=True))
    assert "The account is closed" in said
    assert "1 image will be deleted once" in said
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (rita, f"erased-{alice.pk}")
    attempt.cleanup_due_at, attempt.cleaned_up_at = None, timezone.now()
    attempt.save()
    retention.clean_up()
    assert not Photo.objects.filter(purged_at__isnull=True).exists()


def test_an_erased_person_is_looked_at_and_never_revived(rita: User, alice: User, signed_in: SignIn) -> None:
    admin = signed_in(rita)
    press(admin, alice)
    assert "Erase user…" not in admin.get(page_of(alice)).text
    assert "was erased on" in text_of(admin.get(erase_page(alice)))
    assert admin.post(page_of(alice), {"username": "alice", "is_active": "on"}).status_code == 403
    assert admin.post(f"{LIST}{alice.pk}/password/", {"password1": "x", "password2": "x"}).status_code == 403
    alice.refresh_from_db()
    assert press(admin, alice).status_code == 302
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("path", [f"{LIST}nobody/erase/", f"{LIST}999999/erase/", f"{LIST}%00/erase/"])
def test_an_unknown_account_is_not_found(rita: User, signed_in: SignIn, path: str) -> None:
    assert signed_in(rita).get(path).status_code == 404


def test_administrators_and_nobody_else_turn_off_a_second_factor(
    rita: User, alice: User, staff: MakeStaff, signed_in: SignIn
) -> None:
    lost = Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    action = {"action": "turn_off_second_factor", "_selected_action": alice.pk}
    signed_in(staff("operator")).post("/admin/auth/user/", action)
    assert Authenticator.objects.filter(pk=lost.pk).exists()
    signed_in(rita).post("/admin/auth/user/", action)
    assert not Authenticator.objects.exists()
    assert LogEntry.objects.filter(object_id=alice.pk, change_message="Turned off two-factor authentication").count() == 1
