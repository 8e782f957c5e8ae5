"""Between an edit's turn and its Run: anything that speaks against sending prevents it, up to the last moment."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import actions, engine
from edits.jobs.flow_control import circuit_breaker, pause, storage_health
from edits.models import CircuitBreaker, Edit, EventCode, Pause
from edits.wiro import WiroAPIError, WiroClient
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance, its_worker_died

pytestmark = pytest.mark.django_db


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(storage_health, "probe", lambda: storage_health.StorageProblem("full", "0 MB free"))
    storage_health.invalidate()
    yield
    storage_health.invalidate()


def test_a_pause_between_the_turn_and_the_run_sends_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    upload = WiroClient.upload

    def pause_meanwhile(self: WiroClient, *args: Any, **kwargs: Any) -> str:
        monkeypatch.setattr(WiroClient, "upload", upload)
        pause.pause(alice)
        return upload(self, *args, **kwargs)

    monkeypatch.setattr(WiroClient, "upload", pause_meanwhile)
    assert advance(edit).state == "queued"
    assert not sandbox.runs()
    pause.resume(alice)
    assert advance_to_rest(edit).state == "succeeded"


def test_a_disk_that_fills_up_between_the_turn_and_the_run_keeps_the_run_from_being_sent(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    upload, probe = WiroClient.upload, storage_health.probe

    def fill_meanwhile(self: WiroClient, *args: Any, **kwargs: Any) -> str:
        monkeypatch.setattr(storage_health, "probe", lambda: storage_health.StorageProblem("full", "0 MB free"))
        storage_health.invalidate()
        return upload(self, *args, **kwargs)

    monkeypatch.setattr(WiroClient, "upload", fill_meanwhile)
    assert advance(edit).state == "queued"
    assert not sandbox.runs()
    monkeypatch.setattr(WiroClient, "upload", upload)
    monkeypatch.setattr(storage_health, "probe", probe)
    storage_health.invalidate()
    assert advance_to_rest(edit).state == "succeeded"


def test_an_upload_that_outlasts_its_lease_changes_nothing_of_an_ended_edit(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    upload = WiroClient.upload

    def end_meanwhile(self: WiroClient, *args: Any, **kwargs: Any) -> str:
        actions.cancel(Edit.objects.get(pk=edit.pk), alice)
        its_worker_died(edit)
        assert advance(edit).state == "canceled"
        return upload(self, *args, **kwargs)

    monkeypatch.setattr(WiroClient, "upload", end_meanwhile)
    engine.advance(edit.pk)
    assert Edit.objects.get(pk=edit.pk).uploaded_source_url == ""
    assert not sandbox.runs()


@pytest.mark.usefixtures("full_disk")
def test_while_results_cannot_be_stored_no_attempt_is_begun(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    assert advance(edit).state == "queued"
    assert not edit.attempts.exists()
    assert not edit.events.filter(code="not_sent").exists()


def test_an_edit_that_was_refused_for_itself_lets_another_one_probe(new_edit: NewEdit, bob: User) -> None:
    refused, other = new_edit(), new_edit(owner=bob)
    breaker = CircuitBreaker(trip_reason="credentials", tripped_by=refused.pk, retry_at=timezone.now() - timedelta(seconds=1))
    assert circuit_breaker.is_probe_for_another(breaker, refused.pk)
    assert not circuit_breaker.is_probe_for_another(breaker, other.pk)
    actions.cancel(other, bob)
    assert not circuit_breaker.is_probe_for_another(breaker, refused.pk)


def test_a_refusal_does_not_end_a_pause(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    pause.pause(alice, "maintenance")
    edit = new_edit()
    circuit_breaker.trip_for(WiroAPIError(97, "no balance", 200), edit)
    assert Pause.current().is_on
    assert Pause.current().reason == "maintenance"


def test_a_cap_that_others_have_used_up_meanwhile_holds_back_what_was_accepted_before(
    sandbox: SandboxServer, new_edit: NewEdit, browser: Client, settings: Settings
) -> None:
    """Prices are estimates: the reserved amounts fitted the cap, but then the first edit cost more."""
    settings.SPEND_PER_DAY = Decimal("0.10")
    dear, next_one = new_edit(), new_edit(prompt="Make it snow")
    assert advance_to_rest(dear).state == "succeeded"
    Edit.objects.filter(pk=dear.pk).update(cost=Decimal("0.09"))
    waiting = advance(next_one)
    assert (waiting.state, len(sandbox.runs())) == ("queued", 1)
    assert waiting.events.filter(code=EventCode.WAITING_FOR_BUDGET).count() == 1
    assert "spending limit" in browser.get(f"/edits/{next_one.pk}/").text
    settings.SPEND_PER_DAY = Decimal("0.20")
    Edit.objects.filter(pk=next_one.pk).update(due_at=timezone.now())
    assert advance_to_rest(next_one).state == "succeeded"


def test_what_was_ordered_yesterday_needs_room_in_todays_cap(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    edit = new_edit()
    Edit.objects.update(created_at=timezone.now() - timedelta(days=1))
    settings.SPEND_PER_DAY = Decimal("0.01")
    assert advance(edit).state == "queued"
    settings.SPEND_PER_DAY = Decimal("0.50")
    Edit.objects.update(due_at=timezone.now())
    assert advance_to_rest(edit).state == "succeeded"
