"""Make version_0_1.json: fill a database with the code of version 0.1 and write its rows down.

    python -m tests.upgrade.make_fixture

takes the sources of the commit below out of this repository into a temporary folder and runs version_0_1/ there, on an empty
SQLite database. The packages are those of this virtual environment. This only has to be repeated if a row is missing.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

COMMIT = "bfef774"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIXTURE = HERE / "version_0_1.json"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="reword-version-0.1-") as folder:
        sources = Path(folder) / "sources"
        _unpack(COMMIT, sources)
        FIXTURE.write_text(_fill(sources, Path(folder) / "data"))


def _unpack(commit: str, folder: Path) -> None:
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def _fill(sources: Path, data: Path) -> str:
    """The fixture as text. Of the environment, only PATH reaches the settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{sources}:{HERE}",
        "DJANGO_SETTINGS_MODULE": "editor_site.settings",
        "DATA_DIR": str(data),
        "SECRET_KEY": "the-secret-key-of-the-fixture",
        "FIXTURE_COMMIT": COMMIT,
        "PYTHONHASHSEED": "0",
        # High limits, so that nothing made here has to wait its turn.
        "EDITS_AT_ONCE": "1000",
        "SPEND_PER_DAY": "1000",
        "LOG_LEVEL": "CRITICAL",
    }
    data.mkdir()
    command = [sys.executable, "-m", "version_0_1"]
    return subprocess.run(command, cwd=sources, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
