"""Metrics for operators: true, sampled where there are many, and never counted twice."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from edits.jobs.flow_control import spending
from edits.models import Edit, Outcome, Photo, State
from edits.operations import metrics
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Noon of the 20th, so that yesterday is in the same month."""
    moment = timezone.now().replace(day=20, hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


def made(state: str, owner: User, photo: Photo, at: datetime, waited: int = 5, took: int = 20, **fields: Any) -> Edit:
    times = {"created_at": at}
    if state in (State.SUCCEEDED, State.FAILED):
        times |= {"started_at": at + timedelta(seconds=waited), "ended_at": at + timedelta(seconds=waited + took)}
    return edit_in(state, owner, photo, **(times | fields))


def test_the_numbers_of_now_are_those_of_the_rows(alice: User, bob: User, photo: Photo, noon: datetime) -> None:
    for state in (State.SUBMITTING, State.RUNNING, State.FETCHING, State.QUEUED, State.UNCONFIRMED):
        made(
            state,
            alice,
            photo,
            noon,
            cost_reserved="0.05",
            due_at=None if state == State.UNCONFIRMED else noon - timedelta(seconds=90),
        )
    made(State.FAILED, alice, photo, noon - timedelta(hours=3))
    made(State.FAILED, alice, photo, noon - timedelta(hours=30))
    made(State.SUCCEEDED, bob, photo, noon - timedelta(hours=2), cost="0.40")
    now = metrics.now_figures()
    assert (now.active, now.waiting, now.unconfirmed, now.failed) == (3, 1, 1, 1)
    assert now.oldest_due == timedelta(seconds=90)
    assert now.is_due_late
    assert now.last_sweep is None
    assert [(person.username, usd) for person, usd in now.spenders] == [("bob", Decimal("0.40")), ("alice", Decimal("0.25"))]


def test_a_day_is_counted_and_its_middle_found(alice: User, photo: Photo, noon: datetime) -> None:
    yesterday = noon - timedelta(days=1)
    for took in (10, 20, 30, 40, 100):
        made(State.SUCCEEDED, alice, photo, yesterday, took=took, cost="0.10")
    made(State.FAILED, alice, photo, yesterday, waited=50)
    made(State.CANCELED, alice, photo, yesterday)
    lost = made(State.SUCCEEDED, alice, photo, noon - timedelta(days=2), cost="0.10")
    attempt_of(lost, Outcome.SUPERSEDED, wiro_task_id="1", cost="0.03", started_at=noon - timedelta(days=2))
    days = metrics.daily_figures()
    day, before = days[-2], days[-3]
    assert (day.jobs, day.succeeded, day.failed, day.canceled, day.pending) == (7, 5, 1, 1, 0)
    assert day.success_rate == pytest.approx(100 * 5 / 6)
    assert (present(day.editing).median, present(day.editing).p95) == (30, 100)
    assert (present(day.waiting).median, day.spent) == (5, Decimal("0.50"))
    assert before.spent == Decimal("0.13")
    assert days[-1].jobs == 0
    assert days[-1].success_rate is None
    assert metrics.spent_this_month(days) == Decimal("0.63")


def test_today_agrees_with_what_the_cap_is_compared_with(alice: User, photo: Photo, noon: datetime) -> None:
    made(State.SUCCEEDED, alice, photo, noon, cost="0.10")
    made(State.QUEUED, alice, photo, noon, cost_reserved="0.05")
    assert metrics.daily_figures()[-1].spent == spending.spent_today() == Decimal("0.15")


def test_a_busy_day_is_sampled(alice: User, photo: Photo, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SAMPLE", 10)
    for number in range(60):
        key = UUID(int=2**128 * number // 60)
        made(State.SUCCEEDED, alice, photo, noon, took=20 if number < 10 else 500, id=key)
    day = metrics.daily_figures()[-1]
    assert day.jobs == 60
    assert present(day.editing).p95 == 20


def test_old_days_are_not_counted_again(
    alice: User, photo: Photo, noon: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    metrics.daily_figures()
    cache.delete(f"figures:{noon.date()}")
    with django_assert_max_num_queries(3):
        metrics.daily_figures()


def test_a_day_of_money_is_a_day_of_utc_in_every_time_zone(alice: User, photo: Photo, noon: datetime, settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"
    made(State.SUCCEEDED, alice, photo, noon - timedelta(hours=11), cost="0.10")
    assert metrics.daily_figures()[-1].spent == spending.spent_today() == Decimal("0.10")
