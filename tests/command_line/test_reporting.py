"""At a terminal: the price is asked for, a progress bar is drawn, and Ctrl-C at the question sends nothing."""

import os
import pty
import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edits.wiro.sandbox import SandboxServer
from tests.command_line.commands import LINE, Shell


@pytest.fixture
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key="key", time_scale=0.02, size_scale=0.4) as server:
        yield server


@pytest.fixture
def shell(wiro: SandboxServer, tmp_path: Path) -> Shell:
    shell = Shell(tmp_path, {"WIRO_API_KEY": "key", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin})
    (tmp_path / "a [red]photo[b].jpg").write_bytes((tmp_path / shell.photos(1)[0]).read_bytes())
    return shell


def at_a_terminal(shell: Shell, keys: bytes) -> tuple[int, str]:
    """Type `keys` at the question. The exit code, and all that the terminal showed."""
    command = [*LINE, "edit", "a [red]photo[b].jpg", "0.jpg", "Make it snow", "--into", "out", "--wiro"]
    child, terminal = pty.fork()
    if not child:
        os.chdir(shell.folder)
        os.execve(command[0], command, shell.environment | {"TERM": "xterm", "COLUMNS": "120"})
    shown = _read_until(terminal, b"[y/N]")
    os.write(terminal, keys)
    shown += _read_until(terminal, None)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def _read_until(terminal: int, words: bytes | None) -> bytes:
    """Up to these words, or to the end."""
    shown, ends_at = b"", time.monotonic() + 90
    while words is None or words not in shown:
        assert time.monotonic() < ends_at, shown
        if select.select([terminal], [], [], 1)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                return shown
    return shown


def test_a_yes_draws_a_bar_and_names_are_shown_as_they_are(wiro: SandboxServer, shell: Shell) -> None:
    code, shown = at_a_terminal(shell, b"y\n")
    assert code == 0, shown
    assert "2 photos with SeedEdit 3 at Wiro: 0.06 USD (0.03 USD each)." in shown
    assert "0 of 2" in shown
    # The photos are equal, so they share one Run, which is listed with whichever came first.
    assert "a [red]photo[b].jpg -> out/a [red]photo[b].jpg" in shown
    assert shown.count(" (0.03 USD)\r\n") == 1
    assert "2 done. Cost of these edits: 0.03 USD." in shown
    assert len(wiro.runs()) == 1


@pytest.mark.parametrize(("keys", "code"), [(b"\n", 4), (b"n\n", 4), (b"\x03", 130)])
def test_anything_but_a_yes_sends_nothing(wiro: SandboxServer, shell: Shell, keys: bytes, code: int) -> None:
    found, shown = at_a_terminal(shell, keys)
    assert (found, "Nothing was sent." in shown) == (code, True)
    assert wiro.runs() == []
