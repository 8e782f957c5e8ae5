"""What a reviewer has done today, kept in the session: how many edits, and the last steps, which can be undone."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils import timezone

_KEY = "review"
_STEPS = 20


@dataclass(frozen=True)
class Step:
    """Edits decided together, or one skipped edit. `name` identifies it in the undo form."""

    name: str
    count: int

    @classmethod
    def decided(cls, at: datetime, count: int) -> Self:
        return cls(at.isoformat(), count)

    @classmethod
    def skipped(cls, edit_id: uuid.UUID) -> Self:
        return cls(str(edit_id), 0)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.name)

    @property
    def edit_id(self) -> uuid.UUID:
        return uuid.UUID(self.name)


class ReviewSession:
    def __init__(self, session: Any) -> None:
        self._session = session
        today = timezone.localdate().isoformat()
        kept = session.get(_KEY, {})
        # The count starts over each day; a decision from before midnight can still be undone.
        anew = {"day": today, "done": 0, "steps": kept.get("steps", [])}
        self._kept: dict[str, Any] = kept if kept.get("day") == today else anew

    @property
    def done(self) -> int:
        return int(self._kept["done"])

    @property
    def last(self) -> str:
        """The name of the step that can be undone next, or an empty string."""
        return self._kept["steps"][-1][0] if self._kept["steps"] else ""

    def add(self, step: Step) -> None:
        self._kept["steps"] = [*self._kept["steps"], [step.name, step.count]][-_STEPS:]
        self._count(step.count)

    def take(self, name: str) -> Step | None:
        """Remove and return the step of that name."""
        found = next((Step(*kept) for kept in self._kept["steps"] if kept[0] == name), None)
        if found:
            self._kept["steps"] = [kept for kept in self._kept["steps"] if kept[0] != name]
            self._count(-found.count)
        return found

    def _count(self, change: int) -> None:
        self._kept["done"] = max(self.done + change, 0)
        self._session[_KEY] = self._kept
