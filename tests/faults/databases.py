"""The two databases as the fault suite needs them: to use, lock, disconnect, back up and restore."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import psycopg

from tests.faults.proxy import Proxy
from tests.postgres import restart_postgres, start_postgres

# Longer than Django's SQLite connections wait for a lock (editor_site.settings).
SQLITE_PATIENCE = 20.0


class Database(Protocol):
    """`url` is for the suite itself, `url_of_processes` for the processes that it starts, which a fault may affect."""

    name: str
    url: str
    url_of_processes: str

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Inside this block no process can save a task id; they wait."""

    def is_free(self) -> bool:
        """Can the scheduler's heartbeat be written at once?"""

    def away(self, seconds: float) -> None:
        """Make the database unavailable for so many seconds, whatever is going on."""

    def away_while_a_task_id_is_saved(self) -> None:
        """Unavailable for so long that saving a task id fails for good."""

    def copy(self) -> None:
        """Make a backup. There must be no connections."""

    def restore(self) -> None:
        """Restore the backup. There must be no connections."""

    def logs(self) -> list[Path]: ...

    def close(self) -> None: ...


class SQLite:
    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "db.sqlite3"
        self.url = self.url_of_processes = f"sqlite:///{self._file}"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(self._file, timeout=SQLITE_PATIENCE, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def is_free(self) -> bool:
        with contextlib.closing(sqlite3.connect(self._file, timeout=0.1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
            return True

    def away(self, seconds: float) -> None:
        with self.locked():
            time.sleep(seconds)

    def away_while_a_task_id_is_saved(self) -> None:
        self.away(SQLITE_PATIENCE + 2.5)

    def copy(self) -> None:
        self._copy(self._file, self._file.with_suffix(".backup"))

    def restore(self) -> None:
        self._copy(self._file.with_suffix(".backup"), self._file)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)

    def logs(self) -> list[Path]:
        return []

    def close(self) -> None:
        """It is a file in the suite's folder."""


class PostgreSQL:
    name = "postgresql"
    _database, _backup = "faults", "faults_backup"

    def __init__(self) -> None:
        self._server = start_postgres()
        self._folder = Path(parse_qs(urlsplit(self._server).query)["host"][0])
        self.url = self._server.replace("/postgres?", f"/{self._database}?")
        self.proxy = Proxy(str(self._folder / ".s.PGSQL.5432"))
        self.url_of_processes = f"postgres://postgres@127.0.0.1:{self.proxy.port}/{self._database}?sslmode=disable"
        self._administer(f"CREATE DATABASE {self._database}")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with psycopg.connect(self.url) as connection:
            connection.execute("SELECT 1 FROM edits_writelock WHERE name = 'submissions' FOR UPDATE")
            yield
            connection.rollback()

    def is_free(self) -> bool:
        with psycopg.connect(self.url) as connection:
            try:
                connection.execute("SELECT 1 FROM edits_heartbeat FOR UPDATE NOWAIT")
            except psycopg.errors.LockNotAvailable:
                return False
            return True

    def away(self, seconds: float) -> None:
        self.proxy.refuse()
        time.sleep(seconds)
        self.proxy.clear_faults()

    def away_while_a_task_id_is_saved(self) -> None:
        self.away(4.0)

    def restart(self) -> None:
        """As a new version of PostgreSQL, or its machine, would do it."""
        restart_postgres(self._folder)

    def copy(self) -> None:
        self._close_connections()
        self._administer(f"CREATE DATABASE {self._backup} TEMPLATE {self._database}")

    def restore(self) -> None:
        self._close_connections()
        self._administer(f"DROP DATABASE {self._database}", f"ALTER DATABASE {self._backup} RENAME TO {self._database}")

    def _close_connections(self) -> None:
        self.proxy.cut()
        ours = "datname IN ('faults', 'faults_backup') AND pid <> pg_backend_pid()"
        self._administer(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {ours}")

    def _administer(self, *statements: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def logs(self) -> list[Path]:
        return [path for path in self._folder.glob("log*") if path.is_file()]

    def close(self) -> None:
        self.proxy.refuse()


def open_database(name: str, folder: Path) -> SQLite | PostgreSQL:
    return SQLite(folder) if name == "sqlite" else PostgreSQL()
