"""Following a task over Wiro's socket while it is waited for.

The socket may be silent, broken or wrong, so what it says has only two uses: it is shown, and it makes `wait` ask Task/Detail at
once. Each status makes `wait` ask at most once, so even a socket that lies cannot make it ask much more often.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from types import TracebackType
from typing import Protocol

from ..status import CANCELED, STATUS_ORDER, WiroLiveProgress
from ..task import WiroTask
from ..waiting import NO_NEWS, News
from .message import LiveMessage, read_message

LEAST_PAUSE = 1.0
"""Seconds between two questions, whatever the socket says meanwhile."""

_RANKS = {status: rank for rank, status in enumerate((*STATUS_ORDER, CANCELED), 1)}
logger = logging.getLogger(__name__)


class Connection(Protocol):
    """See `connection.LiveConnection`."""

    def messages(self, task_token: str, /) -> Iterator[str | bytes]: ...
    def close(self) -> None: ...


def news_from(socket_url: str, task_token: str) -> News:
    """What the socket at this address reports about a task; an empty token means that Task/Detail's answer will name it."""
    if not socket_url:
        return NO_NEWS
    try:
        connection: Connection = import_module(f"{__package__}.connection").LiveConnection(socket_url)
    except ModuleNotFoundError as error:
        logger.info("Waiting without live progress, for %s is missing: pip install 'wiro[live]'", error.name)
        return NO_NEWS
    return LiveNews(connection, task_token)


class LiveNews(News):
    """News from a connection, read by a thread of its own."""

    def __init__(self, connection: Connection, task_token: str) -> None:
        self._connection = connection
        self._token = task_token
        self._is_begun = False
        self._changed = threading.Condition()
        # How far the task is according to the socket, and up to which point Task/Detail has been asked about it.
        self._heard = self._asked = 0
        self._progress: WiroLiveProgress | None = None
        self._shown: WiroLiveProgress | None = None

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def progress(self) -> WiroLiveProgress | None:
        self._shown = self._progress
        return self._shown

    def follow(self, task: WiroTask) -> None:
        self._asked = max(self._asked, _RANKS.get(task.status, 0))
        token = self._token or task.token
        if token and not self._is_begun:
            self._is_begun = True
            threading.Thread(target=self._listen, args=(token,), name="wiro-live", daemon=True).start()

    def pause(self, seconds: float, at_least: float, show: Callable[[], None]) -> bool:
        ends = time.monotonic() + seconds
        may_end = min(ends, time.monotonic() + max(at_least, LEAST_PAUSE))
        while True:
            with self._changed:
                now = time.monotonic()
                has_moved = self._heard > self._asked
                if now >= (may_end if has_moved else ends):
                    self._asked = max(self._heard, self._asked)
                    return has_moved
                if self._progress == self._shown:
                    self._changed.wait((may_end if has_moved else ends) - now)
            if self._progress != self._shown:
                show()

    def _listen(self, token: str) -> None:
        for data in self._connection.messages(token):
            self._hear(read_message(data, token))

    def _hear(self, message: LiveMessage) -> None:
        with self._changed:
            self._heard = max(self._heard, _RANKS.get(message.status, 0))
            self._progress = message.progress or self._progress
            self._changed.notify()
