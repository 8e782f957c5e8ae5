"""What Prometheus reads is true, and the dashboard in docs/grafana/ draws what is there."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from edits.jobs import engine, provider_calls
from edits.models import CircuitBreaker, Heartbeat, Photo, State, TripReason, Visibility
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import edit_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DASHBOARD = Path(__file__).resolve().parent.parent.parent / "docs" / "grafana" / "reword.json"


def figures(client: Client) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_edits_the_money_and_the_backlog_are_those_of_the_rows(client: Client, alice: User, photo: Photo) -> None:
    edit_in(State.QUEUED, alice, photo, due_at=timezone.now() - timedelta(seconds=90), cost_reserved="0.05")
    edit_in(State.UNCONFIRMED, alice, photo, cost_reserved="0.05")
    edit_in(State.SUCCEEDED, alice, photo, cost="0.40", visibility=Visibility.PENDING)
    found = figures(client)
    assert [found["reword_edits", state] for state in ("queued", "unconfirmed", "succeeded", "failed")] == [1, 1, 1, 0]
    assert found["reword_edits_ended", "ByteDance/image-to-image-seededit-v3", "succeeded"] == 1
    assert found["reword_edits_awaiting_decision",] == 1
    assert found["reword_review_backlog",] == 1
    assert found["reword_oldest_due_seconds",] >= 90
    assert (found["reword_spent_today_usd",], found["reword_spend_cap_usd",]) == (0.5, 20)
    assert found["reword_task_id_spool_entries",] == 0
    assert found["reword_free_disk_bytes", "media"] > 0
    assert found["reword_broker_up",] == 0


def test_while_the_database_is_away_the_machines_own_figures_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("the database is away")

    assert figures(client)["reword_database_up",] == 1
    monkeypatch.setattr("edits.operations.prometheus.spending.spent_today", fail)
    found = figures(client)
    assert found["reword_database_up",] == 0
    assert found["reword_free_disk_bytes", "media"] > 0
    assert ("reword_edits", "queued") not in found


def test_the_circuit_breaker_is_in_exactly_one_state(client: Client) -> None:
    CircuitBreaker.current()
    states = {"": "closed", TripReason.BALANCE: "open"}
    for reason, state in states.items():
        CircuitBreaker.objects.update(trip_reason=reason, retry_at=timezone.now() + timedelta(minutes=1))
        found = figures(client)
        assert [name for name in ("closed", "half_open", "open") if found["reword_circuit_breaker", name]] == [state]


def test_calls_to_wiro_are_counted_by_how_they_ended(client: Client, sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Run", "error", code=97, message="Insufficient balance")
    engine.advance(new_edit().pk)
    CircuitBreaker.objects.update(**CircuitBreaker.CLOSED)
    advance_to_rest(new_edit(prompt="Another"))
    provider_calls.save()
    found = figures(client)
    assert found["reword_provider_call_seconds_count", "Run", "refused"] == 1
    assert found["reword_provider_call_seconds_count", "Run", "answered"] == 1
    assert found["reword_provider_call_seconds_count", "Task/Detail", "answered"] >= 1
    assert found["reword_provider_call_seconds_sum", "Run", "answered"] > 0
    assert found["reword_provider_call_seconds_bucket", "Run", "+Inf", "answered"] == 1


def test_the_dashboard_draws_everything_that_is_there_and_nothing_else(client: Client, alice: User, photo: Photo) -> None:
    edit_in(State.FAILED, alice, photo)
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    provider_calls.note("Run", "answered", 0.2)
    provider_calls.save()
    given = {name for name, *_labels in figures(client)}
    expressions = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    drawn = {name for expression in expressions for name in re.findall(r"reword_\w+", expression)}
    assert drawn == given
