"""One table of a TOML file. Anything missing, of the wrong type or unknown is reported with the file and the key."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_MISSING: Any = object()
# Larger numbers make no sense here, and up to this one floats can hold every whole number. TOML also has inf and nan.
_TOO_LARGE = 2**53


class DeclarationError(ValueError):
    """A file that cannot be used. The message names the file, the key and what is wrong."""

    def __init__(self, file: Path, key: str, problem: str) -> None:
        super().__init__(": ".join(filter(None, [file.name, key, problem])))


class Table:
    """A table and its place in the file. `finish` complains about keys that nobody read: they are misspelled."""

    def __init__(self, file: Path, values: dict[str, Any], place: str = "") -> None:
        self.file = file
        self._values = values
        self._place = place
        self._asked: set[str] = set()

    def error(self, key: str, problem: str) -> DeclarationError:
        return DeclarationError(self.file, f"{self._place}{key}", problem)

    def has(self, key: str) -> bool:
        return key in self._values

    def value(self, key: str, default: Any = _MISSING) -> Any:
        self._asked.add(key)
        if key not in self._values and default is _MISSING:
            raise self.error(key, "is missing")
        return self._values.get(key, default)

    def text(self, key: str, default: str = _MISSING, *, matching: re.Pattern[str] | None = None, empty: bool = False) -> str:
        value = self.value(key, default)
        if not isinstance(value, str) or not (value or empty or value is default):
            raise self.error(key, "must be a string")
        if matching and not matching.fullmatch(value):
            raise self.error(key, f"{value!r} does not have the right form")
        return value

    def texts(self, key: str, default: dict[str, str] = _MISSING) -> dict[str, str]:
        """A text, or one for each language. A text alone is English."""
        return self._translated(key, self.value(key, default))

    def list_of_texts(self, key: str) -> list[dict[str, str]]:
        return [self._translated(key, value) for value in self._list(key)]

    def _translated(self, key: str, value: Any) -> dict[str, str]:
        by_language = {"en": value} if isinstance(value, str) else value
        is_text = isinstance(by_language, dict) and all(isinstance(text, str) and text for text in by_language.values())
        if not is_text or (by_language and "en" not in by_language):
            raise self.error(key, 'must be a string, or strings by language, such as { en = "Size", de = "Größe" }')
        return dict(by_language)

    def number(self, key: str, default: float = _MISSING, *, above: float | None = None) -> float:
        value = self.value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "must be a number")
        if not abs(value) < _TOO_LARGE:
            raise self.error(key, f"{value} is not a usable number")
        if above is not None and value <= above:
            raise self.error(key, f"must be more than {above:g}")
        return value

    def numbers(self, key: str) -> dict[str, float]:
        """Numbers by name; at least one."""
        table = self.table(key)
        found = {name: table.number(name, above=0) for name in table._values}
        if not found:
            raise self.error(key, "is empty")
        return found

    def whole(self, key: str, default: int) -> int:
        value = self.number(key, default, above=0)
        if not isinstance(value, int):
            raise self.error(key, "must be a whole number")
        return value

    def choice(self, key: str, known: Sequence[str], default: str = _MISSING) -> str:
        value = self.text(key, default)
        if value not in known:
            raise self.error(key, f"{value!r} must be one of {', '.join(known)}")
        return value

    def choices(self, key: str, known: Sequence[str], default: Sequence[str]) -> list[str]:
        values = self._list(key) if self.has(key) else list(default)
        if not values or any(value not in known for value in values):
            raise self.error(key, f"must be a list of {', '.join(known)}")
        return values

    def table(self, key: str) -> "Table":
        value = self.value(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return Table(self.file, value, f"{self._place}{key}.")

    def tables(self, key: str) -> "list[Table]":
        values = self._list(key)
        if not all(isinstance(value, dict) for value in values):
            raise self.error(key, "must be a list of tables")
        return [Table(self.file, value, f"{self._place}{key}[{at}].") for at, value in enumerate(values, 1)]

    def _list(self, key: str) -> list[Any]:
        value = self.value(key, [])
        if not isinstance(value, list):
            raise self.error(key, "must be a list")
        return value

    def finish(self) -> None:
        """Raise DeclarationError if there are unknown keys."""
        if unknown := sorted(set(self._values) - self._asked):
            raise self.error(unknown[0], f"is not a known key here; known keys are {', '.join(sorted(self._asked))}")
