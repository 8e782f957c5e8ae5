"""One mistake as a small textual patch."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Outdated(ValueError):
    """The text that a mutation changes no longer occurs exactly once."""


@dataclass(frozen=True)
class Mutation:
    """`tests` are pytest arguments: the tests that are to notice it besides, or instead of, the simulation."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = ()
    needs_postgresql: bool = False

    def apply(self, root: Path) -> None:
        """Make the mistake in the copy at `root`. Raises Outdated."""
        path = root / self.file
        path.write_text(self.changed(path.read_text()))

    def changed(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise Outdated(f"{self.name}: the old text occurs {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)
