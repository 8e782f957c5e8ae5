"""Who may see and do what: every URL of the site, visited by a stranger, the owner, somebody else, and staff."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import signing
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from edits.models import Edit, Photo, ShareLink, State
from tests.fixtures import SignIn
from tests.pages import Response
from tests.rows import attempt_of, edit_in, shared

pytestmark = pytest.mark.django_db

VISITORS = ("anonymous", "owner", "other", "staff")
LOGIN = "to the sign-in page"
# The API has a matrix of its own, tests/test_api_access.py.
PARTS = {"admin/": "admin:", "api/v1/": "api:"}

RESETS = ("account_reset_password", "account_reset_password_done", "account_reset_password_from_key")
WEBHOOK_ACTIONS = ("account-webhook", "account-webhook-delete", "account-webhook-enable", "account-webhook-replay")

# What GET answers for a private edit of Alice's, by visitor in the order above. An address that is not here fails the test.
GET = {
    "gallery": (200, 200, 200, 200),
    "edit-list": (LOGIN, 200, 200, 200),
    "edit-new": (LOGIN, 200, 200, 200),
    "edit-prompts": (LOGIN, 200, 200, 200),
    "edit-news": (LOGIN, 200, 200, 200),
    "edit-statuses": (LOGIN, 200, 200, 200),
    "edit-selection": (LOGIN, 405, 405, 405),
    "edit-trash": (LOGIN, 200, 200, 200),
    "edit-trash-card": (LOGIN, 404, 404, 404),
    "edit": (LOGIN, 200, 404, 200),
    "edit-status": (404, 200, 404, 200),
    "edit-source": (404, 200, 404, 200),
    "edit-result": (404, 200, 404, 200),
    "edit-changes": (404, 200, 404, 200),
    "edit-pair": (404, 200, 404, 200),
    "edit-painted": (404, 200, 404, 200),
    "edit-region": (404, 200, 404, 200),
    "edit-keep-rest": (LOGIN, 409, 404, 404),
    "edit-source-size": (404, 200, 404, 200),
    "edit-result-size": (404, 200, 404, 200),
    "edit-cancel": (LOGIN, 405, 405, 405),
    "edit-retry": (LOGIN, 405, 405, 405),
    "edit-delete": (LOGIN, 405, 405, 405),
    "edit-restore": (LOGIN, 405, 405, 405),
    "edit-compare": (LOGIN, 302, 404, 404),
    "edit-keep": (LOGIN, 405, 405, 405),
    "edit-pick": (LOGIN, 405, 405, 405),
    "edit-favorite": (LOGIN, 405, 405, 405),
    "edit-share": (LOGIN, 200, 404, 404),
    "edit-unshare": (LOGIN, 405, 405, 405),
    "edit-appeal": (LOGIN, 405, 405, 405),
    "edit-link": (LOGIN, 405, 405, 405),
    "edit-link-revoke": (LOGIN, 405, 405, 405),
    "shared": (200, 200, 200, 200),
    "shared-source": (200, 200, 200, 200),
    "shared-result": (200, 200, 200, 200),
    "shared-source-size": (200, 200, 200, 200),
    "shared-result-size": (200, 200, 200, 200),
    "shared-changes": (200, 200, 200, 200),
    "shared-pair": (200, 200, 200, 200),
    "about-pictures": (200, 200, 200, 200),
    "favicon": (200, 200, 200, 200),
    "apple-touch-icon": (200, 200, 200, 200),
    "apple-touch-icon-old": (200, 200, 200, 200),
    "manifest": (200, 200, 200, 200),
    "share-target": (405, 405, 405, 405),
    "service-worker": (200, 200, 200, 200),
    "manifest-icon": (200, 200, 200, 200),
    "set_language": (302, 302, 302, 302),
    "sample": (LOGIN, 200, 200, 200),
    "sample-card": (LOGIN, 200, 200, 200),
    "wiro-callback": (405, 405, 405, 405),
    "wiro-source": (200, 200, 200, 200),
    "login": (200, 302, 302, 302),
    "account_login": (200, 302, 302, 302),
    "signup": (200, 200, 200, 200),
    "account_signup": (200, 200, 200, 200),
    "account_inactive": (200, 200, 200, 200),
    "openid_connect_login": (404, 404, 404, 404),
    "openid_connect_callback": (404, 404, 404, 404),
    "account-disconnect": (LOGIN, 405, 405, 405),
    "account-sessions": (LOGIN, 200, 200, 200),
    "account-sessions-end": (LOGIN, 405, 405, 405),
    "account-mail": (LOGIN, 200, 200, 200),
    "account-export": (LOGIN, 302, 302, 302),
    "mfa_index": (LOGIN, 200, 200, 200),
    "mfa_authenticate": (302, 302, 302, 302),
    "mfa_reauthenticate": (LOGIN, 302, 302, 302),
    "mfa_activate_totp": (LOGIN, 302, 302, 302),
    "mfa_deactivate_totp": (LOGIN, 302, 302, 302),
    "mfa_view_recovery_codes": (LOGIN, 302, 302, 302),
    "mfa_generate_recovery_codes": (LOGIN, 302, 302, 302),
    "mfa_download_recovery_codes": (LOGIN, 302, 302, 302),
    "account_email": (LOGIN, 302, 302, 302),
    "account_confirm_email": (200, 200, 200, 200),
    **dict.fromkeys(RESETS, (200, 200, 200, 200)),
    "account_reauthenticate": (LOGIN, 200, 200, 200),
    "account": (LOGIN, 200, 200, 200),
    "account-password": (LOGIN, 200, 200, 200),
    "account-delete": (LOGIN, 200, 200, 200),
    "account-api": (LOGIN, 200, 200, 200),
    "account-token": (LOGIN, 405, 405, 405),
    "account-token-revoke": (LOGIN, 405, 405, 405),
    "account-webhooks": (LOGIN, 200, 200, 200),
    **dict.fromkeys(WEBHOOK_ACTIONS, (LOGIN, 405, 405, 405)),
    "mcp": (405, 405, 405, 405),
    "logout": (LOGIN, 405, 405, 405),
    "healthz": (200, 200, 200, 200),
    "readyz": (503, 503, 503, 503),
    "metrics": (200, 200, 200, 200),
}
# Once the edit is shared, these pages are open as well.
OPENED = (
    "edit",
    "edit-source",
    "edit-result",
    "edit-source-size",
    "edit-result-size",
    "edit-changes",
    "edit-pair",
    "edit-painted",
    "edit-region",
)
GET_SHARED = GET | dict.fromkeys(OPENED, (200, 200, 200, 200)) | {"edit-share": (LOGIN, 302, 404, 404)}
ACTIONS = (
    "edit-cancel",
    "edit-retry",
    "edit-delete",
    "edit-keep",
    "edit-pick",
    "edit-favorite",
    "edit-share",
    "edit-unshare",
    "edit-appeal",
    "edit-link",
    "edit-link-revoke",
    "edit-keep-rest",
)
OF_NO_EDIT = ("edit-list", "edit-new", "edit-news", "edit-prompts", "edit-statuses", "edit-selection", "edit-trash")
OF_AN_EDIT = [name for name in GET if name.startswith("edit") and name not in OF_NO_EDIT]


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Every (name, route) of the project, included ones too; the names of the PARTS begin with theirs."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            part = next((part for start, part in PARTS.items() if route.startswith(start)), "")
            yield part + str(pattern.name), route


def path_of(route: str, edit: Edit, token: str = "") -> str:
    """The route with this edit in the place of its arguments."""
    values = {"edit_id": str(edit.pk), "object_id": str(edit.pk), "size": "card", "name": "coffee.png", "token": token}
    values |= {"extension": edit.photo.extension, "content_type_id": "1", "app_label": "edits", "url": "nothing-here", "id": "1"}
    values |= {"shape": "rounded", "side": "192", "token_id": "1", "endpoint_id": str(edit.pk)}
    values |= {"provider_id": "oidc", "key": "no-key", "uidb36": "1"}
    values |= {"delivery_id": str(edit.pk), "rest": "nothing-here"}
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda group: values[group[1]], route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", lambda argument: values[argument[1]], route)
    return "/" + route.replace("^", "").replace("$", "").replace("\\", "")


@pytest.fixture
def visitors(signed_in: SignIn, alice: User, bob: User, rita: User) -> dict[str, Client]:
    return dict(zip(VISITORS, (Client(), signed_in(alice), signed_in(bob), signed_in(rita)), strict=True))


def outcome(response: Response) -> str | int:
    if response.status_code == 302 and "/login/?next=" in response["Location"]:
        return LOGIN
    return response.status_code


def routes() -> dict[str, str]:
    return {name: route for name, route in patterns() if not name.startswith(("admin:", "api:"))}


def walk(edit: Edit, visitors: dict[str, Client]) -> dict[str, tuple[str | int, ...]]:
    _, callback = attempt_of(edit)
    link = ShareLink.issue(edit, timezone.now() + timedelta(days=1))
    tokens = {name: link.token for name in GET if name.startswith("shared")}
    tokens["wiro-source"] = signing.dumps(str(edit.pk), salt="edits.source")
    return {
        name: tuple(outcome(visitors[who].get(path_of(route, edit, tokens.get(name, callback)))) for who in VISITORS)
        for name, route in routes().items()
    }


def test_every_address_is_in_the_matrix() -> None:
    assert set(routes()) == set(GET)


def test_a_private_edit_is_its_owners_alone(visitors: dict[str, Client], alice: User, photo: Photo) -> None:
    assert walk(edit_in(State.SUCCEEDED, alice, photo, change_map=photo.card.name, region=photo.card.name), visitors) == GET


def test_a_shared_edit_is_open_with_its_pictures_and_nothing_more(visitors: dict[str, Client], alice: User, photo: Photo) -> None:
    assert walk(shared(alice, photo, change_map=photo.card.name, region=photo.card.name), visitors) == GET_SHARED


@pytest.mark.parametrize("state", State.values)
def test_an_edit_in_any_state_is_hidden_from_others(visitors: dict[str, Client], alice: User, photo: Photo, state: str) -> None:
    edit = edit_in(state, alice, photo)
    for name in OF_AN_EDIT:
        for who in ("anonymous", "other"):
            assert outcome(visitors[who].get(path_of(routes()[name], edit))) in (404, 405, LOGIN), (name, who)


def test_staff_without_the_permission_to_view_edits_see_nothing_private(
    signed_in: SignIn, bob: User, alice: User, photo: Photo
) -> None:
    bob.is_staff = True
    bob.save()
    edit = edit_in(State.SUCCEEDED, alice, photo, change_map=photo.card.name, region=photo.card.name)
    names = [name for name in OF_AN_EDIT if GET[name] == (404, 200, 404, 200) or name == "edit"]
    assert len(names) > 6
    answers = {name: signed_in(bob).get(path_of(routes()[name], edit)).status_code for name in names}
    assert answers == dict.fromkeys(names, 404)
    bob.groups.add(Group.objects.get(name="viewer"))
    answers = {name: signed_in(bob).get(path_of(routes()[name], edit)).status_code for name in names}
    assert answers == dict.fromkeys(names, 200)


def test_waiting_for_review_is_still_private(visitors: dict[str, Client], alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, visibility="pending")
    assert outcome(visitors["anonymous"].get(f"/edits/{edit.pk}/")) == LOGIN
    assert visitors["other"].get(f"/edits/{edit.pk}/result").status_code == 404
    assert visitors["staff"].get(f"/edits/{edit.pk}/result").status_code == 200


@pytest.mark.parametrize("make", [shared, lambda *who: edit_in(State.SUCCEEDED, *who)], ids=["shared", "private"])
def test_a_deleted_edit_is_gone_for_everybody(visitors: dict[str, Client], alice: User, photo: Photo, make: Any) -> None:
    edit = make(alice, photo)
    Edit.objects.filter(pk=edit.pk).update(change_map=photo.card.name, region=photo.card.name)
    visitors["owner"].post(f"/edits/{edit.pk}/delete/")
    for name in ("edit-status", *OPENED):
        path = path_of(routes()[name], edit)
        # Only its owner can restore it.
        gone, trashed = (LOGIN, 200) if name == "edit" else (404, 404)
        assert [outcome(visitors[who].get(path)) for who in VISITORS] == [gone, trashed, 404, 404], name
    for action in ACTIONS:
        assert visitors["owner"].post(path_of(routes()[action], edit)).status_code == 404
    # The message offers to undo it and names the edit; no card does.
    assert f'id="edit-{edit.pk}"' not in visitors["owner"].get("/edits/").content.decode()
    assert str(edit.pk) not in visitors["anonymous"].get("/").content.decode()


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_owner_may_ask_anything_of_an_edit(visitors: dict[str, Client], alice: User, photo: Photo, action: str) -> None:
    edit = shared(alice, photo) if action == "edit-unshare" else edit_in(State.SUCCEEDED, alice, photo)
    before = Edit.objects.filter(pk=edit.pk).values().get()
    path = path_of(routes()[action], edit)
    assert [outcome(visitors[who].post(path)) for who in ("anonymous", "other", "staff")] == [LOGIN, 404, 404]
    assert Edit.objects.filter(pk=edit.pk).values().get() == before
    assert Edit.objects.count() == 1
    assert visitors["owner"].post(path).status_code == 302


@pytest.mark.parametrize("name", OF_AN_EDIT)
def test_a_missing_edit_looks_like_another_owners_edit(visitors: dict[str, Client], alice: User, photo: Photo, name: Any) -> None:
    foreign, nothing = edit_in(State.SUCCEEDED, alice, photo), Edit(photo=photo)
    for who in ("anonymous", "other"):
        for verb in ("get", "post"):
            answers = [getattr(visitors[who], verb)(path_of(routes()[name], edit)) for edit in (foreign, nothing)]
            assert outcome(answers[0]) == outcome(answers[1])


def test_the_admin_is_for_staff(visitors: dict[str, Client], alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    walked = [(name, path_of(route, edit)) for name, route in patterns() if name.startswith("admin:")]
    assert len(walked) > 30
    for name, path in walked:
        if name != "admin:login":
            assert outcome(visitors["anonymous"].get(path)) in (LOGIN, 302), path
            for who in ("owner", "other"):
                answer = visitors[who].get(path)
                assert answer.status_code in (302, 404), path
                assert answer.status_code == 404 or "login" in answer["Location"] or name == "admin:logout", path
        assert visitors["staff"].get(path).status_code in (200, 302, 403, 404, 405), path


def test_a_forbidden_page_tells_the_staff_without_rights(signed_in: SignIn, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    answer = signed_in(bob).get("/admin/edits/edit/")
    assert (answer.status_code, "You don’t have access to this page" in answer.text) == (403, True)
