"""Ports of this machine for programs that `make run` starts beside the site, and that tests start."""

import secrets
import socket

# Below those that Linux (from 32768), macOS and Windows (from 49152) give to connections that go out. One of those could take a
# port between choosing it and listening on it, or while the program that listens restarts.
_RANGE = range(20_000, 32_000)


def free_port() -> int:
    """A port on loopback that nobody uses and no outgoing connection will be given."""
    while True:
        port = secrets.choice(_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
