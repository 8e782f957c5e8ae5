"""Limits of one person, trust and suspension: set by operators, honored by the lifecycle."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.gallery import sharing
from edits.jobs import engine
from edits.models import Edit, NotAllowed, Photo, Profile, State, Visibility
from edits.ordering import quotas
from edits.web import user_messages
from edits.wiro.sandbox import SandboxServer
from tests.fixtures import MakeStaff, NewEdit, SignIn
from tests.forms import upload
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/profile/"


@pytest.fixture
def operator(signed_in: SignIn, staff: MakeStaff) -> Client:
    user = staff("operator")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_profile", "change_profile"]))
    return signed_in(user)


def limit(user: User, **values: Any) -> Profile:
    return Profile.objects.create(user=user, **values)


def test_an_operator_sets_a_persons_limits_and_removes_them(operator: Client, alice: User) -> None:
    fields = {"username": "alice", "edits_per_day": "3", "is_suspended": "on", "suspended_reason": "spam"}
    assert operator.post(f"{LIST}add/", fields).status_code == 302
    profile = Profile.objects.get(user=alice)
    assert (profile.edits_per_day, profile.edits_at_once, profile.suspended_reason) == (3, None, "spam")
    assert profile.suspended_at
    since = profile.suspended_at
    operator.post(f"{LIST}{alice.pk}/change/", fields | {"username": "bob", "is_trusted": "on"})
    profile.refresh_from_db()
    assert (profile.user, profile.suspended_at, profile.is_trusted) == (alice, since, True)
    operator.post(f"{LIST}{alice.pk}/change/", {"edits_per_day": ""})
    profile.refresh_from_db()
    assert profile.edits_per_day is None
    assert profile.suspended_at is None


MISTAKES = ({"username": "nobody at all"}, {"username": "alice", "spend_per_day": "-1"}, {"username": "a\x00"})


@pytest.mark.parametrize("fields", MISTAKES)
def test_a_mistake_in_the_form_is_told(operator: Client, alice: User, fields: dict[str, Any]) -> None:
    assert operator.post(f"{LIST}add/", fields).status_code == 200
    assert not Profile.objects.exists()


def test_an_edit_leads_to_its_owners_limits(operator: Client, alice: User) -> None:
    assert operator.get(f"{LIST}of/{alice.pk}/")["Location"] == f"{LIST}add/?username=alice"
    limit(alice)
    assert operator.get(f"{LIST}of/{alice.pk}/")["Location"] == f"{LIST}{alice.pk}/change/"
    assert operator.get(f"{LIST}of/nobody/").status_code == 404


@pytest.mark.parametrize("who", ["nobody", "viewer", "reviewer"])
def test_others_may_not_change_limits(signed_in: SignIn, staff: MakeStaff, alice: User, who: str) -> None:
    client = signed_in(staff(who))
    limit(alice)
    for path in (LIST, f"{LIST}add/", f"{LIST}{alice.pk}/change/", f"{LIST}of/{alice.pk}/"):
        assert client.get(path).status_code == client.post(path, {"edits_per_day": "9"}).status_code == 403, path
    assert Profile.objects.get().edits_per_day is None


def test_a_persons_limit_replaces_the_sites(alice: User, bob: User, new_edit: NewEdit) -> None:
    limit(alice, edits_per_day=1)
    new_edit()
    with pytest.raises(quotas.QuotaExceeded) as refused:
        new_edit()
    assert refused.value.code == "edits_per_day"
    assert quotas.remaining(alice) == 0
    new_edit(bob)
    new_edit(bob)


def test_a_persons_spending_limit_counts_only_their_edits(alice: User, bob: User, new_edit: NewEdit, settings: Settings) -> None:
    settings.PRICE_ESTIMATE = Decimal("0.05")
    limit(alice, spend_per_day=Decimal("0.07"))
    new_edit(bob)
    new_edit()
    with pytest.raises(quotas.QuotaExceeded) as refused:
        new_edit()
    assert refused.value.code == "spend_per_person"
    assert "used your budget for today" in user_messages.quota(refused.value)


def test_as_many_run_at_once_as_the_person_may(alice: User, new_edit: NewEdit, sandbox: SandboxServer, photo: Photo) -> None:
    limit(alice, edits_at_once=1)
    edit_in(State.RUNNING, alice, photo)
    waiting = new_edit()
    engine.advance(waiting.pk)
    assert Edit.objects.get(pk=waiting.pk).state == State.QUEUED
    Profile.objects.update(edits_at_once=2)
    Edit.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    engine.advance(waiting.pk)
    assert Edit.objects.get(pk=waiting.pk).state == State.RUNNING


def test_the_suspended_make_and_share_nothing_and_read_why(signed_in: SignIn, alice: User, photo: Photo, media: Path) -> None:
    limit(alice, suspended_at=timezone.now(), suspended_reason="Too many complaints")
    answer = signed_in(alice).post("/edits/new/", upload())
    assert "Too many complaints" in answer.content.decode()
    edit = edit_in(State.SUCCEEDED, alice, photo)
    with pytest.raises(NotAllowed, match="suspended"):
        sharing.share(edit, alice)
    with pytest.raises(NotAllowed, match="suspended"):
        sharing.make_link(edit, alice, 7)
    edit.refresh_from_db()
    assert edit.visibility == Visibility.PRIVATE
    assert Edit.objects.count() == 1


def test_the_trusted_are_published_directly(alice: User, photo: Photo) -> None:
    limit(alice, is_trusted=True)
    edit = edit_in(State.SUCCEEDED, alice, photo)
    sharing.share(edit, alice)
    edit.refresh_from_db()
    assert edit.visibility == Visibility.PUBLIC
