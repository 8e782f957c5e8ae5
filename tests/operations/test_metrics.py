"""Figures for operators: true, sampled where there are many, and never counted twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from edits.models import Outcome, State
from edits.operations import metrics
from edits.ordering import quotas
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(monkeypatch):
    """Noon of the 20th, so that yesterday is in the same month."""
    moment = timezone.now().replace(day=20, hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


def made(state, owner, photo, at, waited=5, took=20, **fields):
    times = {"created_at": at}
    if state in (State.SUCCEEDED, State.FAILED):
        times |= {"started_at": at + timedelta(seconds=waited), "ended_at": at + timedelta(seconds=waited + took)}
    return edit_in(state, owner, photo, **(times | fields))


def test_the_numbers_of_now_are_those_of_the_rows(alice, bob, photo, noon):
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


def test_a_day_is_counted_and_its_middle_found(alice, photo, noon):
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
    assert (day.editing.median, day.editing.p95) == (30, 100)
    assert (day.waiting.median, day.spent) == (5, Decimal("0.50"))
    assert before.spent == Decimal("0.13")
    assert days[-1].jobs == 0
    assert days[-1].success_rate is None
    assert metrics.spent_this_month(days) == Decimal("0.63")


def test_today_agrees_with_what_the_cap_is_compared_with(alice, photo, noon):
    made(State.SUCCEEDED, alice, photo, noon, cost="0.10")
    made(State.QUEUED, alice, photo, noon, cost_reserved="0.05")
    assert metrics.daily_figures()[-1].spent == quotas.spent_today() == Decimal("0.15")


def test_a_busy_day_is_sampled(alice, photo, noon, monkeypatch):
    monkeypatch.setattr(metrics, "SAMPLE", 10)
    for number in range(60):
        made(State.SUCCEEDED, alice, photo, noon, took=20 + number % 2)
    day = metrics.daily_figures()[-1]
    assert day.jobs == 60
    assert day.editing is None or 20 <= day.editing.median <= 21


def test_the_overview_asks_few_questions_once_it_is_warm(viewer, alice, photo, django_assert_max_num_queries):
    for _ in range(30):
        edit_in(State.SUCCEEDED, alice, photo)
    viewer.get("/admin/")
    with django_assert_max_num_queries(8):
        viewer.get("/admin/")


def test_every_number_leads_to_its_edits(viewer, alice, photo):
    edit_in(State.FAILED, alice, photo, prompt="the failed one")
    page = viewer.get("/admin/").content.decode()
    since = metrics.now_figures().failed_since.isoformat().replace("+", "%2B").replace(":", "%3A")
    assert since in page
    for query in ("state=active", "state=queued", "state=unconfirmed", "created=today", f"owner__id__exact={alice.pk}"):
        assert query in page or "none yet" in page
        assert viewer.get(f"/admin/edits/edit/?{query}").status_code == 200
    assert b"the failed one" in viewer.get(f"/admin/edits/edit/?state=failed&ended_at__gte={since}").content


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_drawn_for_both_themes_without_a_script(viewer, alice, photo, name):
    edit_in(State.SUCCEEDED, alice, photo)
    drawn = [viewer.get(f"/admin/figures/{name}-{theme}.svg") for theme in ("light", "dark")]
    assert [answer["Content-Type"] for answer in drawn] == ["image/svg+xml"] * 2
    assert drawn[0].content != drawn[1].content
    assert b"<svg" in drawn[0].content
    assert not [answer for answer in drawn if b"script" in answer.content]


@pytest.mark.parametrize("name", ["jobs", "jobs-blue", "nothing-light", "%00-light"])
def test_a_chart_that_is_not_there_is_not_found(viewer, name):
    assert viewer.get(f"/admin/figures/{name}.svg").status_code == 404


def test_who_may_not_look_sees_no_numbers(signed_in, staff, alice, client):
    nobody = signed_in(staff("nobody"))
    assert b"Spent today" not in nobody.get("/admin/").content
    assert nobody.get("/admin/figures/jobs-light.svg").status_code == 403
    for stranger in (client, signed_in(alice)):
        assert stranger.get("/admin/").status_code == stranger.get("/admin/figures/jobs-light.svg").status_code == 302


@pytest.mark.parametrize("who", ["anonymous", "owner", "nobody", "viewer", "reviewer"])
def test_only_operators_stop_submitting(signed_in, staff, alice, who):
    client = {"anonymous": Client, "owner": lambda: signed_in(alice)}.get(who, lambda: signed_in(staff(who)))()
    assert client.post(GATE, {"action": "pause"}).status_code in (302, 403)
    assert Gate.current().closed_because == Reason.NONE
    assert b"Pause submitting" not in client.get("/admin/", follow=True).content


def test_an_operator_stops_and_resumes_and_that_is_noted_once(signed_in, staff):
    operator = signed_in(staff("operator", "olga"))
    for _ in range(2):
        operator.post(GATE, {"action": "pause", "reason": "Wiro is\x00 down"})
    assert Gate.current().closed_because == Reason.PAUSED
    assert [(entry.user.username, entry.change_message) for entry in LogEntry.objects.all()] == [("olga", "pause: Wiro is down")]
    page = operator.get("/admin/").content.decode()
    assert "By olga (pause: Wiro is down)." in page
    for _ in range(2):
        operator.post(GATE, {"action": "resume"})
    assert Gate.current().closed_because == Reason.NONE
    assert LogEntry.objects.count() == 2
    assert operator.post(GATE, {"action": "explode"}).status_code == 400
    assert operator.get(GATE).status_code == 405


def test_old_days_are_not_counted_again(alice, photo, noon, django_assert_max_num_queries):
    metrics.daily_figures()
    cache.delete(f"figures:{noon.date()}")
    with django_assert_max_num_queries(3):
        metrics.daily_figures()
