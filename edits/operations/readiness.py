"""Is the work getting done? Red: it is not. Degraded: it is, but somebody should look.

The broker and the circuit breaker never turn it red: without the broker, `manage.py dispatch --loop` does the work, and while the
circuit breaker is open, edits wait as they should.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError

from ..jobs import scheduler, task_id_spool
from ..jobs.flow_control import storage_health
from ..models import CircuitBreaker, Pause, clock
from ..storage import free_bytes as disk_space
from ..storage import pictures

Check = dict[str, Any]

# With less free space than this many times the minimum, somebody should make room.
LITTLE_ROOM = 10
BROKER_SECONDS = 1.0
# Seconds for which the broker's answer is reused, since anybody may request readiness.
BROKER_ANSWER_HOLDS = 2.0


def checks() -> dict[str, Check]:
    """The checks by name; each has `ok`, and `degraded` if it is ok but somebody should look."""
    asked: dict[str, Callable[[], Check]] = {
        "storage": _storage,
        "sweep": _sweep,
        "queue": _queue,
        "disk": _disk,
        "broker": _broker,
        "breaker": _breaker,
        "spool": _spool,
    }
    return {name: _asked(check) for name, check in asked.items()}


def _asked(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except DatabaseError:
        return {"ok": False, "detail": "the database does not answer"}


def _storage() -> Check:
    """Real bytes, free space, and the right media folder."""
    problem = storage_health.problem()
    if problem:
        # Everybody may read this, so only the log says which folder or bucket it is.
        return {"ok": False, "code": problem.code, "detail": f"pictures cannot be stored ({problem.code})"}
    return {"ok": True}


def _sweep() -> Check:
    age = scheduler.last_tick_age()
    if age is None:
        return {"ok": False, "detail": "the scheduler has not run yet"}
    return {"ok": age.total_seconds() <= scheduler.TICK_AGE_LIMIT, "seconds_since_last": round(age.total_seconds(), 1)}


def _queue() -> Check:
    age = scheduler.oldest_due_age()
    return {"ok": age.total_seconds() <= scheduler.DUE_AGE_LIMIT, "oldest_due_seconds": round(age.total_seconds(), 1)}


def _disk() -> Check:
    free = min(free_bytes().values(), default=0)
    found = {"ok": free >= settings.STORAGE_MIN_FREE, "free_bytes": free}
    return _degraded(found, f"{free // 1_000_000} MB free") if free < LITTLE_ROOM * settings.STORAGE_MIN_FREE else found


def free_bytes() -> dict[str, int]:
    """Of the disks with the data folder (the spool, SQLite's file) and with the pictures, if those are on a disk."""
    media = pictures().free_bytes()
    return {"data": disk_space(Path(settings.DATA_DIR))} | ({} if media is None else {"media": media})


_broker_answer = {"until": 0.0, "up": False}


def broker_is_up() -> bool:
    if time.monotonic() >= _broker_answer["until"]:
        _broker_answer.update(up=_ping_broker(), until=time.monotonic() + BROKER_ANSWER_HOLDS)
    return bool(_broker_answer["up"])


def _ping_broker() -> bool:
    seconds = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL.split(";")[0], **seconds) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def _broker() -> Check:
    return {"ok": True} if broker_is_up() else _degraded({"ok": True}, "the broker does not answer")


def _breaker() -> Check:
    pause, breaker = Pause.current(), CircuitBreaker.current()
    found: Check = {"ok": True, "state": breaker_state(breaker), "paused": pause.is_on}
    if pause.is_on:
        return _degraded(found, "submitting is paused")
    return found if breaker.is_closed else _degraded(found, str(breaker.trip_reason))


def breaker_state(breaker: CircuitBreaker) -> str:
    if breaker.is_closed:
        return "closed"
    return "open" if breaker.is_open(clock.now()) else "half_open"


def _spool() -> Check:
    """On this machine; other machines report their own."""
    count = task_id_spool.size()
    found = {"ok": True, "entries": count}
    return _degraded(found, "task ids wait to be saved") if count else found


def _degraded(found: Check, detail: str) -> Check:
    return found | {"degraded": True, "detail": detail}
