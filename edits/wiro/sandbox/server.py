"""The sandbox as a whole: builds its parts, starts them, stops them."""

from decimal import Decimal
from threading import Event, Thread
from types import TracebackType
from typing import Self

from ..catalog import Catalog, load
from .api.account import Account
from .api.callbacks import Callbacks, Delivery
from .api.calls import Calls
from .api.connection import ConnectionServer
from .api.control import Control
from .api.endpoints import Endpoints
from .faults import Faults
from .tasks.run_log import Run, RunLog
from .tasks.storage import Storage
from .tasks.task_book import TaskBook
from .tasks.task_lifecycle import TaskLifecycle
from .tasks.timer import Timer

try:
    from .api.live_socket import LiveSocket
except ModuleNotFoundError:  # websockets, which comes with wiro[sandbox] and which nothing else here needs
    HAS_SOCKET = False
else:
    HAS_SOCKET = True

SECONDS_BETWEEN_LOOKS = 0.02  # how often the listener checks whether it should stop


class SandboxServer:
    """A local Wiro; a context manager, or `start()` and `stop()`. `url` replaces Wiro's base URL, and `socket_url` the address of
    its socket (empty without the package websockets).

    `time_scale` scales every duration (1.0: an edit takes six to nine seconds); `balance` and `price` (of one successful edit)
    are in USD; an empty `api_secret` makes a key-only project; `randomness` makes ids, tokens and drawn seeds repeatable;
    `models` are the models that it has, by default all that come with the program. Raises `OSError` if the port is taken. All
    state is in memory and is gone after `stop()`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str = "sandbox-key",
        api_secret: str = "",
        time_scale: float = 1.0,
        size_scale: float = 1.0,
        balance: Decimal = Decimal(100),
        price: Decimal = Decimal("0.03"),
        randomness: int | None = None,
        models: Catalog | None = None,
    ) -> None:
        self._stopped = Event()
        self._account = Account(api_key, api_secret, balance, price)
        self._storage = Storage()
        self._timer = Timer()
        self.faults = Faults()
        self.tasks = TaskBook()
        self._callbacks = Callbacks(self._timer, self.faults, time_scale)
        self._lifecycle = TaskLifecycle(self._timer, self._account, self._storage, self.faults, self._callbacks, size_scale)
        self._run_log = RunLog(self._account, self.tasks, self.faults, time_scale, randomness)
        calls = Calls(models or load(), self._account, self._run_log, self._lifecycle, self._callbacks, self._storage)
        control = Control(self._account, self._run_log, self.faults)
        endpoints = Endpoints(calls, control, self._storage, self.faults, self._stopped)
        self._connections = self._listening(host, port, endpoints)
        self._socket = LiveSocket(host, self.tasks, self.faults) if HAS_SOCKET else None
        self._listener = Thread(
            target=self._connections.serve_forever, args=(SECONDS_BETWEEN_LOOKS,), name="wiro-sandbox", daemon=True
        )
        self.folder = self._storage.folder
        self.origin = f"http://{host}:{self._connections.port}"
        self.url = f"{self.origin}/v1"
        self.socket_url = f"ws://{host}:{self._socket.port}/v1" if self._socket else ""

    def _listening(self, host: str, port: int, endpoints: Endpoints) -> ConnectionServer:
        try:
            return ConnectionServer(host, port, endpoints)
        except OSError:
            self._storage.close()
            raise

    @property
    def balance(self) -> Decimal:
        """What is left, in USD."""
        return self._account.balance

    @balance.setter
    def balance(self, value: Decimal) -> None:
        self._account.balance = value

    def runs(self) -> list[Run]:
        """Every Run request received, accepted or not."""
        return self._run_log.runs()

    def deliveries(self, task_id: str = "") -> list[Delivery]:
        """Every try at a callback, of one task or of all."""
        return self._callbacks.deliveries(task_id)

    def start(self) -> None:
        for part in (self._timer, self._lifecycle, self._callbacks, self._listener, self._socket):
            if part:
                part.start()

    def stop(self) -> None:
        """Refuse new connections, close the open ones, drop queued jobs, remove the pictures."""
        self._stopped.set()
        self._connections.shutdown()
        self._connections.hang_up_all()
        if self._socket:
            self._socket.stop()
        for part in (self._timer, self._lifecycle, self._callbacks):
            part.stop()
        self._listener.join()
        self._storage.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
