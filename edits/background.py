"""Work that must not delay its caller, such as publishing to a broker that may be silent for seconds."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class BackgroundWorker(Generic[Item]):
    """Does `what` with each item in a thread of its own. After an error it rests, so that the log is not flooded; what does not
    fit meanwhile is dropped."""

    def __init__(self, name: str, what: Callable[[Item], object], *, rest: float, on_error: str, size: int = 1000) -> None:
        self._name, self._what, self._rest, self._on_error = name, what, rest, on_error
        self._waiting: queue.Queue[Item] = queue.Queue(maxsize=size)
        self._starting = threading.Lock()
        self._never = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, item: Item) -> None:
        """Never waits and never raises."""
        try:
            self._waiting.put_nowait(item)
        except queue.Full:
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            item = self._waiting.get()
            try:
                self._what(item)
            except Exception as error:  # noqa: BLE001 - kombu lets through whatever its transport raises
                log.warning("%s (%s)", self._on_error, type(error).__name__)
                self._never.wait(self._rest)
