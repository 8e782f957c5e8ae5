"""What the simulated Wiro remembers about one task, and what it would say about it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from edits.wiro import WiroOutput, WiroTask
from edits.wiro.catalog import SEEDEDIT

from .clock import VirtualClock

QUEUED = "task_queue"
ENDED = "task_postprocess_end"


@dataclass
class Task:
    """Times are true seconds. `outcome`: success, failure, died (before it ran) or no_output."""

    id: str
    edit_id: Any
    parameters: dict[str, Any]
    callback_url: str
    created: float
    starts: float
    ends: float
    outcome: str
    price: Decimal
    pictures: int = 1
    appears: float = 0.0
    listed: float = 0.0
    gone: tuple[float, float] = (0.0, 0.0)
    outputs_from: float = 0.0
    moves_every: float = 0.0
    is_decodable: bool = True
    shows_addresses: bool = True
    stopped: float | None = None
    was_erased: bool = False
    is_calm: bool = field(default=False, repr=False)

    @property
    def token(self) -> str:
        return f"secret-token-of-{self.id}"

    def is_ended(self, now: float) -> bool:
        return self.stopped is not None or now >= self.ends

    def is_charged(self, now: float) -> bool:
        return self.stopped is None and self.outcome == "success" and now >= self.ends

    def is_visible(self, now: float) -> bool:
        since, until = self.gone
        return self.is_calm or (now >= self.appears and not since <= now < until)

    def is_listed(self, now: float) -> bool:
        since, until = self.gone
        # The list is the proof that a task was not accepted, so it is not wrong for as long as that takes.
        return self.is_calm or (now >= self.listed and not since <= now < min(until, since + 300))

    def stop(self, now: float) -> None:
        """Cancel or Kill; too late for a task that has ended."""
        if not self.is_ended(now):
            self.stopped = now

    def status(self, now: float) -> str:
        if self.stopped is not None:
            return "task_cancel"
        if now < self.ends:
            return QUEUED if now < self.starts else "task_start"
        return "task_error" if self.outcome == "died" else ENDED

    def address(self, now: float) -> str:
        """Where the output is now; an address that moves is good for a while."""
        version = int(now / self.moves_every) if self.moves_every and not self.is_calm else 0
        return f"https://files.wiro.ai/{self.id}/{version}.png"

    def picture(self) -> bytes:
        return (b"picture of " if self.is_decodable else b"no picture of ") + self.id.encode()

    def told(self, now: float, clock: VirtualClock) -> WiroTask:
        shows_outputs = self.is_charged(now) and (self.is_calm or now >= self.outputs_from)
        parameters = self.parameters if self.shows_addresses else dict(self.parameters, inputImageUrl="")
        return WiroTask(
            id=self.id,
            token=self.token,
            status=self.status(now),
            pexit=self._pexit(now),
            outputs=self._outputs(now) if shows_outputs else (),
            parameters=parameters,
            total_cost=self.price if shows_outputs else None,
            elapsed_seconds=None,
            created_at=clock.true_time(self.created),
            started_at=None,
            ended_at=clock.true_time(self.ends) if self.is_ended(now) and self.outcome != "died" else None,
            callback_url=self.callback_url if self.shows_addresses else "",
            model_owner=SEEDEDIT.partition("/")[0],
            model_name=SEEDEDIT.partition("/")[2],
            debug_error="CUDA out of memory" if self.outcome == "failure" else "",
        )

    def _pexit(self, now: float) -> str | None:
        if self.stopped is not None or now < self.ends or self.outcome == "died":
            return None
        return "1" if self.outcome == "failure" else "0"

    def _outputs(self, now: float) -> tuple[WiroOutput, ...]:
        text = (WiroOutput("log.txt", "text/plain", 3, f"https://files.wiro.ai/{self.id}/log.txt"),)
        picture = (WiroOutput("0.png", "image/png", 9, self.address(now)),)
        return text + picture if self.pictures > 1 else picture
