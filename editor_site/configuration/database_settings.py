"""The database: SQLite in the data folder, or whatever DATABASE_URL names."""

from pathlib import Path
from typing import Any

from .environment import Env

SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"


def database_settings(env: Env, data: Path) -> dict[str, Any]:
    found: dict[str, Any] = env.db_url("DATABASE_URL", f"sqlite:///{data / 'db.sqlite3'}")
    password = env.str("POSTGRES_PASSWORD", "")
    if found["ENGINE"] == SQLITE:
        # WAL lets pages be read while a worker writes; IMMEDIATE makes writers queue for the lock instead of failing half-way.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
        }
    elif found["ENGINE"] == POSTGRESQL:
        # A process that is frozen inside a transaction would keep its locks, the circuit breaker's too, and block all others.
        found.setdefault("OPTIONS", {}).setdefault("options", "-c idle_in_transaction_session_timeout=15s")
        # In a setting of its own, so that it can be in a file and contain any characters.
        found["PASSWORD"] = found["PASSWORD"] or password
    return found | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
