"""Ports for programs beside the site: nothing else may take one before its program listens, or while it restarts."""

import socket
from pathlib import Path

from editor_site.ports import free_port


def test_no_connection_that_goes_out_is_given_such_a_port() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert all(1024 < free_port() < lowest for _ in range(200))


def test_it_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] >= 20_000
