"""The figures for Prometheus, from the database: web server and workers are different processes, often on different machines,
and the database is what all of them share. `docs/grafana/reword.json` draws them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ..gallery import moderation
from ..jobs import provider_calls, scheduler, task_id_spool
from ..jobs.flow_control import spending
from ..models import ENDED, PENDING, CircuitBreaker, Edit, Pause, State
from ..version import VERSION
from . import readiness

# Counting a million edits that have ended takes a tenth of a second.
ENDED_SECONDS = 60


def exposition() -> bytes:
    """The page that Prometheus reads, in its text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return generate_latest(registry)


class _Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        """What this machine knows is reported even while the database is unavailable: that is when somebody looks."""
        try:
            known = [*_edits(), *_engine(), *_money(), _provider_calls()]
        except DatabaseError:
            known = []
        yield from known
        yield _single("database_up", "1 while the database answers; without it, figures from it are missing", bool(known))
        yield from _this_machine()


def _gauge(name: str, text: str, values: Mapping[str, float], label: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"reword_{name}", text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _single(name: str, text: str, value: float | Decimal) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"reword_{name}", text, value=float(value))


def _edits() -> Iterator[Metric]:
    ended: dict[tuple[str, str], float] = cache.get_or_set("prometheus:ended", _count_ended, ENDED_SECONDS)  # type: ignore[assignment]
    counts = dict.fromkeys(map(str, State.values), 0.0)
    for (_model, state), number in {**ended, **_count(PENDING)}.items():
        counts[state] += number
    yield _gauge("edits", "Edits by state", counts, "state")
    by_model = GaugeMetricFamily("reword_edits_ended", "Edits that have ended, by model and state", labels=["model", "state"])
    for labels, number in ended.items():
        by_model.add_metric(labels, number)
    yield by_model
    parked = Edit.objects.filter(state__in=PENDING, due_at__isnull=True).count()
    yield _single("edits_awaiting_decision", "Edits that wait for a person and for nothing else", parked)
    yield _single("review_backlog", "Pairs that wait for a reviewer", moderation.waiting().count())


def _count_ended() -> dict[tuple[str, str], float]:
    return _count(ENDED)


def _count(states: tuple[State, ...]) -> dict[tuple[str, str], float]:
    """By model and state."""
    found = Edit.objects.order_by().filter(state__in=states).values_list("model", "state").annotate(Count("pk"))
    return {(model, str(state)): float(count) for model, state, count in found}


def _engine() -> Iterator[Metric]:
    yield _single("oldest_due_seconds", "How long the most overdue edit has been due", scheduler.oldest_due_age().total_seconds())
    age = scheduler.last_tick_age()
    if age is not None:
        yield _single("scheduler_age_seconds", "How long ago the scheduler's last tick ended", age.total_seconds())
    state = readiness.breaker_state(CircuitBreaker.current())
    states = {name: float(name == state) for name in ("closed", "half_open", "open")}
    yield _gauge("circuit_breaker", "1 for the state in which the circuit breaker is", states, "state")
    yield _single("submitting_paused", "1 while an operator has paused submitting", Pause.current().is_on)


def _money() -> Iterator[Metric]:
    yield _single("spent_today_usd", "Spent today (UTC), including what is reserved", spending.spent_today())
    yield _single("spend_cap_usd", "What the site may spend in a day", settings.SPEND_PER_DAY)


def _provider_calls() -> Metric:
    text = "How long calls to Wiro took, by call and by how they ended"
    family = HistogramMetricFamily("reword_provider_call_seconds", text, labels=["call", "outcome"])
    for labels, rows in provider_calls.totals().items():
        count, buckets = 0, []
        for bound in provider_calls.BUCKETS:
            count += rows.get(bound, (0, 0.0))[0]
            buckets.append((str(bound), float(count)))
        buckets.append(("+Inf", float(sum(row[0] for row in rows.values()))))
        family.add_metric(labels, buckets, sum_value=sum(row[1] for row in rows.values()))
    return family


def _this_machine() -> Iterator[Metric]:
    yield _single("task_id_spool_entries", "Task ids that wait on this machine to be saved", task_id_spool.size())
    free = {name: float(count) for name, count in readiness.free_bytes().items()}
    yield _gauge("free_disk_bytes", "Free where the data and where the pictures are", free, "folder")
    yield _single("broker_up", "1 while the broker answers", readiness.broker_is_up())
    yield _gauge("build_info", "Always 1; the version is its label", {VERSION: 1.0}, "version")
