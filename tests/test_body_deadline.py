"""A client that stops in the middle of a body is cut off, and no other is."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from editor_site.ports import free_port
from tests.run.site import ROOT

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to tell which connections a process has"),
]

HEAD = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Any:
    number = free_port()
    granian = Path(sys.executable).parent / "granian"
    command = [str(granian), "--interface", "wsgi", "--port", str(number), "--no-ws", "--log-level", "error"]
    with subprocess.Popen([*command, "tests.slow_bodies:application"], cwd=ROOT) as server:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
        server.terminate()


def started(port: Any, size: Any = 100_000) -> Any:
    connection = socket.create_connection(("127.0.0.1", port), 60)
    connection.sendall(HEAD.format(size).encode() + b"x" * 500)
    return connection


def test_a_body_that_stalls_ends_and_so_does_its_connection(port: Any) -> None:
    with started(port) as connection:
        rest = b""
        while piece := connection.recv(1000):
            rest += piece
        assert rest in (b"",) or rest.endswith(b"500")


def test_a_body_that_trickles_ends(port: Any) -> None:
    with started(port) as connection:
        assert any(_is_cut(connection) for _ in range(600))


def _is_cut(connection: Any) -> Any:
    time.sleep(0.1)
    try:
        connection.sendall(b"x")
    except OSError:
        return True
    return False


def test_a_body_that_arrives_is_read_beside_those_that_stall(port: Any) -> None:
    with started(port), started(port):
        for _ in range(8):
            assert requests.post(f"http://127.0.0.1:{port}/", data=b"x" * 1_000_000, timeout=20).text == "1000000"
            time.sleep(0.5)


def test_a_kept_connection_that_is_used_stays_open(port: Any) -> None:
    with requests.Session() as session, started(port):
        for _ in range(6):
            assert session.post(f"http://127.0.0.1:{port}/", data=b"x" * 5000, timeout=20).text == "5000"
            time.sleep(0.5)


def test_a_body_that_has_arrived_may_be_worked_on_for_longer(port: Any) -> None:
    with started(port):
        assert requests.post(f"http://127.0.0.1:{port}/?4", data=b"x" * 2_000_000, timeout=20).text == "2000000"
