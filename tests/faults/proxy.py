"""A small TCP proxy on 127.0.0.1 that can pass, delay, cut after so many bytes, swallow answers, and refuse."""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

PIECE = 64 * 1024
ALWAYS = 10**9


@dataclass
class Disruption:
    """What happens to a connection from the first piece of a request on that contains `match`; `count` connections long.

    `delay` is in seconds before each piece of a request; `cut_after` resets the connection after so many bytes of the request;
    `swallow` lets the request through and drops the answer.
    """

    match: bytes = b""
    count: int = 1
    delay: float = 0.0
    cut_after: int | None = None
    swallow: bool = False


@dataclass(eq=False)
class _Link:
    """One connection: the caller's socket, and ours to the target."""

    near: socket.socket
    far: socket.socket
    disruption: Disruption | None = None
    open_ends: int = field(default=2)

    def reset(self) -> None:
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                if end.family == socket.AF_INET:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Only a shutdown wakes the thread that waits in recv().
                end.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                end.close()


class Proxy:
    """Passes everything on until a fault is requested. `target` is a port on 127.0.0.1 or the path of a unix socket."""

    def __init__(self, target: int | str) -> None:
        self._target = target
        self._links: set[_Link] = set()
        self._disruptions: list[Disruption] = []
        self._lock = threading.Lock()
        self._silent = False
        self.port = 0
        self._listener = self._listen()

    def refuse(self) -> None:
        """No connection is accepted any more, and the open ones are reset."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Reset every open connection; new ones are accepted."""
        with self._lock:
            links, self._links = self._links, set()
        for link in links:
            link.reset()

    def swallow(self) -> None:
        """Connections are accepted and stay open, but nothing comes through in either direction."""
        self._silent = True

    def disruption(self, disruption: Disruption) -> None:
        with self._lock:
            self._disruptions.append(disruption)

    def clear_faults(self) -> None:
        """Pass everything on again. Connections that lost bytes are of no use and are reset, as are those with a disruption."""
        with self._lock:
            self._disruptions.clear()
            spoiled = [link for link in self._links if link.disruption or self._silent]
            self._silent = False
        for link in spoiled:
            link.reset()
        if self._listener.fileno() == -1:
            self._listener = self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.refuse()

    def _listen(self) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                link = _Link(near, self._connect())
            except OSError:
                near.close()
                continue
            with self._lock:
                self._links.add(link)
            for source, sink in ((link.near, link.far), (link.far, link.near)):
                threading.Thread(target=self._pump, args=(link, source, sink), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            return far
        return socket.create_connection(("127.0.0.1", self._target), timeout=None)

    def _pump(self, link: _Link, source: socket.socket, sink: socket.socket) -> None:
        passed = 0
        try:
            while piece := source.recv(PIECE):
                if source is link.near:
                    self._disrupt(link, piece, passed)
                if not self._dropped(link, source):
                    sink.sendall(piece)
                passed += len(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            link.reset()
        finally:
            self._leave(link)

    def _disrupt(self, link: _Link, piece: bytes, passed: int) -> None:
        """Do to this piece of a request what its disruption says; raises OSError where that ends the connection."""
        link.disruption = link.disruption or self._take(piece)
        disruption = link.disruption
        if disruption is None:
            return
        time.sleep(disruption.delay)
        if disruption.cut_after is not None and passed + len(piece) >= disruption.cut_after:
            link.far.sendall(piece[: max(disruption.cut_after - passed, 0)])
            raise ConnectionResetError

    def _take(self, piece: bytes) -> Disruption | None:
        with self._lock:
            for disruption in self._disruptions:
                if disruption.count > 0 and disruption.match in piece:
                    disruption.count -= 1
                    return disruption
        return None

    def _dropped(self, link: _Link, source: socket.socket) -> bool:
        return self._silent or (source is link.far and link.disruption is not None and link.disruption.swallow)

    def _leave(self, link: _Link) -> None:
        link.open_ends -= 1
        if not link.open_ends:
            with self._lock:
                self._links.discard(link)
            link.near.close()
            link.far.close()
