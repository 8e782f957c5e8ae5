"""`reword …` as a person types it: a process of its own, with what it wrote and its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.photos import photo_bytes
from tests.run.site import ROOT

# A program that a shell started in the background ignores Ctrl-C, and so would everything that it starts.
CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
LINE = [sys.executable, "-c", f"{CTRL_C}; from editor_site.manage import main; main()"]


@dataclass(frozen=True)
class Said:
    """`results` is standard output, `rest` standard error."""

    code: int
    results: str
    rest: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.results.splitlines()]


@dataclass(frozen=True)
class Shell:
    """Somebody's folder and environment. `secrets` must never appear in a command's output."""

    folder: Path
    variables: dict[str, str]
    secrets: tuple[str, ...] = ()

    def reword(self, *arguments: str | Path, **more: str) -> Said:
        with self.started(*arguments, **more) as process:
            results, rest = process.communicate(timeout=100)
        said = Said(process.returncode, results, rest)
        assert not [secret for secret in self.secrets if secret in results + rest]
        assert "Traceback" not in rest
        return said

    @contextmanager
    def started(self, *arguments: str | Path, **more: str) -> Iterator[subprocess.Popen[str]]:
        """A running command, killed at the end if it is still running."""
        with subprocess.Popen(
            [*LINE, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX") if name in os.environ}
        state = {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(ROOT)}
        return kept | state | self.variables

    def photos(self, count: int) -> list[str]:
        """Names of new files, each a photo of its own: some bytes after the end of a JPEG belong to no picture."""
        names = [f"{number}.jpg" for number in range(count)]
        for number, name in enumerate(names):
            (self.folder / name).write_bytes(photo_bytes("rocket.jpg") + b"\0" * number)
        return names
