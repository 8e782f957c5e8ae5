"""What is left of an erased person: numbers and nothing else, even if the deletion was interrupted."""

import io
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from edits.accounts import deletion, retention
from edits.gallery import moderation, trash
from edits.jobs.flow_control import spending
from edits.models import (
    ENDED,
    Attempt,
    Edit,
    Event,
    EventCode,
    NotAllowed,
    Outcome,
    Photo,
    Profile,
    Review,
    ShareLink,
    Signup,
    State,
    Visibility,
)
from edits.ordering import quotas
from tests.accounts.texts import WORDS, every_text
from tests.files import files_in
from tests.fixtures import NewEdit, SignIn
from tests.rows import attempt_of, edit_in, reloaded, shared

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SAID = "sorry, aunt Eulalia is not to be seen"


@pytest.mark.parametrize("state", State.values)
def test_edits_of_a_deleted_account_are_hidden_in_every_state(
    alice: User, rita: User, photo: Photo, signed_in: SignIn, state: str
) -> None:
    edit = edit_in(state, alice, photo)
    deletion.delete_account(alice, rita)
    assert signed_in(rita).get(f"/edits/{edit.pk}/").status_code == 404
    assert not trash.in_trash().filter(pk=edit.pk).exists()
    with pytest.raises(NotAllowed):
        trash.restore(reloaded(edit), rita)
    assert edit.events.filter(code=EventCode.ACCOUNT_DELETED, actor=rita).count() == 1
    assert state in (*ENDED, State.SUBMITTING, State.RUNNING, State.FETCHING) or reloaded(edit).state == State.CANCELED


def test_gallery_and_private_links_end_at_once(alice: User, photo: Photo, client: Client) -> None:
    edit = shared(alice, photo)
    attempt_of(edit, cleanup_due_at=timezone.now())
    link = ShareLink.issue(edit, timezone.now() + timedelta(days=1))
    assert client.get(f"/s/{link.token}/").status_code == 200
    deletion.delete_account(alice, alice)
    assert str(edit.pk) not in client.get("/").text
    assert client.get(f"/s/{link.token}/").status_code == client.get(f"/s/{link.token}/result").status_code == 404
    assert client.get(f"/edits/{edit.pk}/result").status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is not None


def test_no_text_by_or_about_the_person_stays(alice: User, rita: User, photo: Photo, signed_in: SignIn) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, prompt=WORDS, visibility=Visibility.PENDING)
    moderation.reject(edit, rita, SAID)
    moderation.appeal(reloaded(edit), alice, "but aunt Eulalia wanted it")
    moderation.reject(reloaded(edit), rita, SAID)
    failed = edit_in(State.FAILED, alice, photo, failure_message=SAID)
    attempt_of(failed, error_message=SAID, output_url="https://wiro.example/Eulalia.png")
    Event.objects.create(edit=failed, kind=Event.Kind.POSTPONED, reason=SAID)
    Event.objects.create(edit=failed, kind=Event.Kind.MOVED, data={"from": "running", "to": "failed"}, reason=SAID)
    Event.objects.create(edit=failed, kind=Event.Kind.ASKED, code=EventCode.CHECK_NOW, reason=SAID)
    Profile.objects.create(user=alice, suspended_reason=SAID, is_trusted=True)
    assert "Eulalia" in every_text()
    deletion.delete_account(alice, rita)
    assert "Eulalia" not in every_text()
    assert (reloaded(edit).review, reloaded(edit).reviewed_by) == (Review.REJECTED, rita)
    assert list(edit.events.filter(kind="reviewed").values_list("code", "actor__username")) == [
        ("rejected", "rita"),
        ("appealed", f"erased-{alice.pk}"),
        ("rejected", "rita"),
    ]
    assert "editing → failed" in [event.text for event in failed.events.all()]


def test_the_account_has_no_name_and_no_way_in(alice: User, bob: User, rita: User, client: Client, signed_in: SignIn) -> None:
    alice.first_name, alice.last_name, alice.email = "Alice", "Liddell", "alice@example.org"
    alice.is_staff = alice.is_superuser = True
    alice.save()
    alice.groups.add(Group.objects.create(name="friends"))
    hers, his = signed_in(alice), signed_in(bob)
    client.post("/accounts/login/", {"username": "alice", "password": "wrong"})
    users = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=rita, content_type=users, object_id=str(alice.pk), object_repr="alice", action_flag=CHANGE)
    assert AccessAttempt.objects.count() == 1
    deletion.delete_account(alice, rita)
    alice = User.objects.get(pk=alice.pk)
    assert alice.username == f"erased-{alice.pk}"
    assert not any((alice.first_name, alice.last_name, alice.email, alice.last_login, alice.has_usable_password()))
    assert not any((alice.is_active, alice.is_staff, alice.is_superuser, alice.groups.exists()))
    assert "alice" not in every_text().lower()
    assert hers.get("/edits/").status_code == 302
    assert his.get("/edits/").status_code == 200
    assert Session.objects.count() == 1
    assert client.post("/accounts/login/", {"username": "alice", "password": "correct horse"}).status_code == 200
    assert alice.profile.deleted_at is not None


def test_the_name_is_free_again_and_opens_nothing_of_the_old_account(alice: User, photo: Photo) -> None:
    shared(alice, photo)
    deletion.delete_account(alice, alice)
    assert User.objects.create_user("alice").edits.count() == 0


def test_deletion_works_even_if_the_replacement_name_is_taken(alice: User, bob: User) -> None:
    bob.username = f"erased-{alice.pk}"
    bob.save()
    assert deletion.delete_account(alice, alice)
    alice.refresh_from_db()
    assert alice.username.startswith(f"erased-{alice.pk}-")


def test_the_note_of_a_new_account_holds_no_name_and_stays(alice: User) -> None:
    Signup.objects.create(address="192.0.2.7")
    deletion.delete_account(alice, alice)
    assert {field.name for field in Signup._meta.get_fields()} == {"id", "address", "at"}
    assert Signup.objects.count() == 1


def test_erasing_twice_changes_nothing_more(alice: User, rita: User, photo: Photo, caplog: pytest.LogCaptureFixture) -> None:
    edit = shared(alice, photo)
    with caplog.at_level(logging.WARNING):
        assert deletion.delete_account(alice, rita, "asked\nby mail") is True
        before = every_text()
        assert deletion.delete_account(alice, rita) is False
    assert every_text() == before
    assert [f"person {alice.pk} was erased by person {rita.pk}: asked by mail"] == [
        record.getMessage() for record in caplog.records if "was erased" in record.getMessage()
    ]
    assert "alice" not in caplog.text
    assert reloaded(edit).purged_at is not None


def test_counts_and_money_are_as_before(alice: User, photo: Photo) -> None:
    for cost in ("0.05", "0.03"):
        edit_in(State.SUCCEEDED, alice, photo, cost=cost)
    late, _ = attempt_of(edit_in(State.RUNNING, alice, photo, cost_reserved="0.05"))
    Attempt.objects.create(
        edit=late.edit, number=2, callback_token_hash="x", started_at=timezone.now(), outcome=Outcome.SUPERSEDED,
        wiro_task_id="8", cost="0.02",
    )  # fmt: skip
    money, count = spending.spent_today(), Edit.objects.count()
    left = quotas.remaining(alice)
    deletion.delete_account(alice, alice)
    assert (spending.spent_today(), Edit.objects.count(), quotas.remaining(alice)) == (money, count, left)
    assert money > 0


def test_cleanup_completes_a_deletion_that_crashed_after_closing_the_account(
    alice: User, photo: Photo, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [edit_in(state, alice, photo, prompt=WORDS) for state in (State.SUCCEEDED, State.QUEUED, State.UNCONFIRMED)]
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "_continue_deletion", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deletion.delete_account(alice, alice)
    assert files_in(media)
    retention.clean_up()
    assert files_in(media) == []
    assert "Eulalia" not in every_text()
    assert all(reloaded(edit).purged_at for edit in edits)


def test_a_crash_before_that_leaves_everything_as_it_was(
    alice: User, photo: Photo, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = shared(alice, photo)
    before = every_text()
    monkeypatch.setattr(deletion, "_anonymize", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deletion.delete_account(alice, alice)
    assert every_text() == before
    assert reloaded(edit).is_shared
    retention.clean_up()
    assert files_in(media)


def test_a_form_that_was_on_its_way_begins_nothing(alice: User, new_edit: NewEdit, media: Path) -> None:
    deletion.delete_account(alice, alice)
    with pytest.raises(quotas.QuotaExceeded):
        new_edit(prompt=WORDS)
    assert not Edit.objects.exists()
    assert files_in(media) == []


def test_edits_that_become_unconfirmed_after_the_account_was_closed_are_given_up(alice: User, photo: Photo, media: Path) -> None:
    edit = edit_in(State.SUBMITTING, alice, photo)
    deletion.delete_account(alice, alice)
    Edit.objects.filter(pk=edit.pk).update(state=State.UNCONFIRMED, due_at=None)
    retention.clean_up()
    assert reloaded(edit).state == State.CANCELED
    assert files_in(media) == []


def test_a_task_that_a_callback_has_named_is_looked_up_before_it_is_given_up(alice: User, photo: Photo) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo, due_at=timezone.now())
    deletion.delete_account(alice, alice)
    assert reloaded(edit).state == State.UNCONFIRMED
    assert reloaded(edit).deleted_at is not None


def test_a_picture_that_never_got_an_edit_goes_too(alice: User, photo: Photo, media: Path) -> None:
    assert len(files_in(media)) == 3
    assert not photo.edits.exists()
    deletion.delete_account(alice, alice)
    assert files_in(media) == []


def test_many_edits_are_hidden_at_once_and_removed_bit_by_bit(
    alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    edits = [shared(alice, photo) for _ in range(5)]
    monkeypatch.setattr(deletion, "AT_ONCE", 2)
    monkeypatch.setattr(deletion, "BATCH", 2)
    monkeypatch.setattr(trash, "MOST_PURGES", 2)
    deletion.delete_account(alice, alice)
    assert not Edit.objects.in_gallery().exists()
    assert deletion.belongings(alice).edits == 3
    retention.clean_up()
    assert files_in(media) == []
    assert all(reloaded(edit).purged_at for edit in edits)


def test_the_last_administrator_stays(rita: User, bob: User) -> None:
    with pytest.raises(deletion.LastAdministrator):
        deletion.delete_account(rita, rita)
    rita.refresh_from_db()
    assert rita.is_active
    bob.is_superuser = True
    bob.save()
    assert deletion.delete_account(rita, rita)


def test_an_edit_that_goes_alone_takes_its_words_along(alice: User, rita: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, prompt=WORDS, visibility=Visibility.PENDING)
    moderation.reject(edit, rita, SAID)
    trash.delete(reloaded(edit), alice)
    trash.delete_for_good(reloaded(edit), alice)
    assert "Eulalia" not in every_text()
    assert list(edit.events.filter(kind="reviewed").values_list("code", flat=True)) == ["rejected"]


# --- The command ----------------------------------------------------------------------------------------------------


def test_the_command_asks_and_erases(alice: User, photo: Photo, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("builtins.input", lambda _: "alicia")
    with pytest.raises(CommandError, match="nothing was erased"):
        call_command("erase_person", "alice", stdout=out)
    assert files_in(media)
    monkeypatch.setattr("builtins.input", lambda _: "alice")
    call_command("erase_person", "alice", stdout=out)
    assert files_in(media) == []
    assert "alice: images 1, edits 0" in out.getvalue()


def test_the_command_refuses_what_cannot_be(rita: User) -> None:
    with pytest.raises(CommandError, match="no user is named alice"):
        call_command("erase_person", "alice", "--yes")
    with pytest.raises(CommandError, match="rita is the only administrator"):
        call_command("erase_person", "rita", "--yes")
