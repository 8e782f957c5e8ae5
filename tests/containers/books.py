"""A Wiro outside the containers, so that it survives what is done to them, and its books of what was paid for."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import Image

from edits.wiro.sandbox import SandboxServer

KEY, SECRET = "a-key-of-wiro", "a-secret-of-wiro"


@dataclass
class Order:
    """An edit that was accepted, and what its owner got for it."""

    prompt: str
    page: str
    state: str = ""
    result: bytes = b""


@dataclass
class Books:
    """`lost` were paid for but did not arrive; `double` were paid for more than once."""

    sandbox: SandboxServer
    orders: list[Order] = field(default_factory=list)

    @property
    def address(self) -> str:
        """This machine's address on Docker's bridge."""
        return self.sandbox.origin

    def started(self, order: Order) -> bool:
        return any(task.inputs.prompt == order.prompt for task in list(self.sandbox.tasks))

    def problems(self, orders: Iterable[Order]) -> list[str]:
        """Of these orders, in words."""
        found = []
        for order in orders:
            charged = [task for task in list(self.sandbox.tasks) if task.inputs.prompt == order.prompt and task.cost]
            if order.state != "succeeded":
                found.append(f"“{order.prompt}” is {order.state or 'not ended'}")
            if not _is_picture(order.result):
                found.append(f"“{order.prompt}” has no result")
            if len(charged) != 1:
                found.append(f"“{order.prompt}” was paid for {len(charged)} times")
        return found


def open_books(address: str) -> Books:
    """`address` is the one at which containers reach this machine."""
    return Books(SandboxServer(host=address, api_key=KEY, api_secret=SECRET, time_scale=0.6, size_scale=0.4))


def _is_picture(content: bytes) -> bool:
    try:
        Image.open(io.BytesIO(content)).load()
    except OSError:
        return False
    return True
