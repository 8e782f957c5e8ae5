"""Every machine reads the database's time, however wrong its own clock is."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from edits.models import clock

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SECOND = timedelta(seconds=1)


def database_time() -> float:
    """Unix seconds. SQLite has no clock but this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now().timestamp()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch from clock_timestamp())")
        return float(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def _not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_difference", clock._Difference())


@pytest.mark.parametrize("hours", [-26, -1, 0, 3])
def test_a_machine_whose_clock_is_wrong_reads_the_databases(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    true_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: true_now() + timedelta(hours=hours))
    assert abs(clock.now().timestamp() - database_time()) < 1


def test_the_difference_is_measured_again_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.now()
    true_now, true_time = timezone.now, time.time
    monkeypatch.setattr(timezone, "now", lambda: true_now() + timedelta(hours=3))
    monkeypatch.setattr(time, "time", lambda: true_time() + 3 * 3600)
    assert abs(clock.now().timestamp() - database_time()) < 1


def test_a_measurement_is_used_for_a_while() -> None:
    clock.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock._Difference, "_measure", lambda self: pytest.fail("measured again"))
        assert abs(clock.now() - timezone.now()) < 5 * SECOND
