"""Uploaded pictures and results: on disk under random names, in a temporary folder that goes when the sandbox stops."""

import shutil
import tempfile
import time
import uuid
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from threading import Lock
from typing import IO


@dataclass(frozen=True)
class StoredFile:
    """One public file; `key` is the unguessable part of its address, `size` is in bytes, `added_at` in unix seconds.

    From `expires_at` (unix seconds) on, the address answers HTTP `status_when_expired`.
    """

    key: str
    name: str
    content_type: str
    size: int
    path: Path = field(repr=False)
    added_at: float
    expires_at: float = inf
    status_when_expired: int = 404
    prompt: str = field(default="", repr=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    access_key: str = field(default_factory=lambda: uuid.uuid4().hex[:30], repr=False)


class Storage:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wiro-sandbox-"))
        self._files: dict[str, StoredFile] = {}
        self._lock = Lock()

    def put(self, name: str, content_type: str, content: IO[bytes], prompt: str = "") -> StoredFile:
        """Keep the bytes under an unguessable key; `prompt` is what faults are matched on."""
        key = "-".join(uuid.uuid4().hex[:8] for _ in range(8))
        path = self.folder / key
        with path.open("wb") as target:
            shutil.copyfileobj(content, target)
        stored = StoredFile(key, name, content_type, path.stat().st_size, path, time.time(), prompt=prompt)
        with self._lock:
            self._files[key] = stored
        return stored

    def get(self, key: str, name: str) -> StoredFile | None:
        stored = self._files.get(key)
        return stored if stored is not None and stored.name == name else None

    def expire(self, key: str, at: float, status: int) -> None:
        """From `at` (unix seconds) on, the address answers HTTP `status`."""
        with self._lock:
            if stored := self._files.get(key):
                self._files[key] = replace(stored, expires_at=at, status_when_expired=status)

    def remove(self, key: str) -> None:
        with self._lock:
            stored = self._files.pop(key, None)
        if stored is not None:
            stored.path.unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
