"""Edits that stay in progress for as long as a test needs, so that the browser has time to look."""

from collections.abc import Iterator
from contextlib import contextmanager

from edits.wiro.sandbox import SandboxServer


def settings_for(wiro: SandboxServer) -> dict[str, str]:
    """The settings of a site whose edits are made by that sandbox, many at once."""
    return {
        "WIRO_API_KEY": "key",
        "WIRO_API_SECRET": "secret",
        "WIRO_BASE_URL": wiro.url,
        "WIRO_OUTPUT_HOSTS": wiro.origin,
        "EDITS_AT_ONCE": "9",
    }


@contextmanager
def held(wiro: SandboxServer, words: str) -> Iterator[None]:
    """Edits with these words look unfinished to the site until the block is left."""
    fault = wiro.faults.add("Task/Detail", "status", value="task_output", count="always", prompt=words)
    try:
        yield
    finally:
        fault.count = 0
