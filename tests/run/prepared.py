"""Data folders with migrated tables and collected static files, which take up most of a site's start."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.run.site import ROOT, environment


def copy_of_prepared(folder: Path, target: Path) -> Path:
    """Copy what `manage.py prepare` made in `folder`; the first of all processes that ask makes it."""
    source = folder / "prepared"
    with (folder / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            _prepare(folder / "preparing")
            (folder / "preparing").rename(source)
    return Path(shutil.copytree(source, target))


def _prepare(data: Path) -> None:
    # A broker and a Wiro that do not exist: the command contacts neither.
    needed = {
        "SECRET_KEY": "of nobody",
        "ALLOWED_HOSTS": "localhost",
        "WIRO_API_KEY": "key",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    env = environment(data, 1, **needed)
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, capture_output=True, text=True, check=False, umask=0o077
    )
    assert done.returncode == 0, done.stderr
    assert os.stat(data / "db.sqlite3").st_size
