"""What `make run` does before anything runs: it installs the pinned packages, with pip where uv cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Nothing listens on port 9, and what uv has cached or been configured with elsewhere must not help it.
UV_WITHOUT_INDEX = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_NO_CONFIG": "1", "UV_HTTP_RETRIES": "0"}
# Of the `make test` that runs this, and of a uv that is configured by the environment.
NOT_INHERITED = ("MAKE", "MFLAGS", "UV_")


def make(venv: Path, seconds: float, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the installing part of `make run` into the virtual environment `venv`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return subprocess.run(
        ["make", f"VENV={venv}", f"PYTHON={sys.executable}", f"{venv}/run.installed"],
        cwd=ROOT,
        env=inherited | changes,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.installs
@pytest.mark.timeout(600)
def test_pip_installs_everything_where_uv_cannot_reach_the_package_index(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    first = make(venv, 590, UV_CACHE_DIR=str(tmp_path / "cache"), **UV_WITHOUT_INDEX)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("Installing packages")
    assert "127.0.0.1:9" in (venv / "uv.log").read_text()
    find = "import django, celery, granian, supervisor; from tests.photos import photo_path; photo_path('rocket.jpg')"
    subprocess.run([venv / "bin" / "python", "-c", find], cwd=ROOT, check=True)

    second = make(venv, 60, UV_CACHE_DIR=str(tmp_path / "cache"), **UV_WITHOUT_INDEX)
    assert second.returncode == 0
    assert "Installing packages" not in second.stdout


def test_where_neither_can_install_both_errors_are_shown_and_the_next_start_tries_again(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    program(venv / "bin" / "uv", "echo uv cannot reach the index >&2; exit 1")
    program(venv / "bin" / "pip", "echo pip cannot reach the index >&2; exit 1")
    (venv / "run.installed").touch()
    os.utime(venv / "run.installed", (0, 0))
    for _ in range(2):
        tried = make(venv, 60)
        assert tried.returncode != 0
        assert "uv cannot reach the index" in tried.stderr
        assert "pip cannot reach the index" in tried.stderr
        assert not (venv / "run.installed").exists()
