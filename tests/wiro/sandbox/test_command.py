import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from .conftest import API_KEY, API_SECRET, signed

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def command(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    settings = {"DJANGO_SETTINGS_MODULE": "editor_site.settings", "SECRET_KEY": "only-for-tests", "ALLOWED_HOSTS": "127.0.0.1"}
    settings |= {"WIRO_API_KEY": API_KEY, "WIRO_API_SECRET": API_SECRET, **environment}
    line = [sys.executable, "manage.py", "wiro_sandbox", *arguments]
    with subprocess.Popen(
        line, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_serves_and_stops_in_good_order(number: signal.Signals) -> None:
    with command("--port", "0", "--time-scale", "0.02") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+/v1", line)
        assert url is not None
        answer = requests.post(f"{url[0]}/Task/Detail", json={"taskid": "1"}, headers=signed(), timeout=5)
        assert answer.json()["errors"][0]["code"] == 1
        process.send_signal(number)
        said, complaints = process.communicate(timeout=10)
        assert (process.returncode, said, complaints) == (0, "", "")
        assert API_KEY not in line


def test_a_taken_port_is_one_clear_line_and_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, command("--port", str(taken.getsockname()[1])) as process:
        said, complaints = process.communicate(timeout=20)
    assert (process.returncode, said, len(complaints.splitlines())) == (1, "", 1)
    assert "cannot listen" in complaints


def test_without_a_key_it_does_not_start() -> None:
    with command("--port", "0", WIRO_API_KEY="") as process:
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "WIRO_API_KEY is not set" in complaints
