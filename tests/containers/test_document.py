"""docs/deploy.md: every command on it is one that `make containers` runs, as it stands there."""

import re
from pathlib import Path

import pytest

from tests.containers.document import EXAMPLE, PAGE, blocks

FOLDER = Path(__file__).resolve().parent


def test_every_command_of_the_page_has_a_name() -> None:
    text = PAGE.read_text()
    assert blocks()
    assert text.count("```sh\n") == text.count("<!-- commands: ") == len(blocks())
    assert EXAMPLE in blocks()["settings"]


@pytest.mark.parametrize("name", blocks())
def test_a_block_of_commands_is_run_by_make_containers(name: str) -> None:
    run = {found for path in FOLDER.glob("*.py") for found in re.findall(r'(?:follow|block)\(\s*"([\w-]+)"', path.read_text())}
    run |= {found for path in FOLDER.glob("engine.py") for found in re.findall(r'blocks\(\)\["([\w-]+)"\]', path.read_text())}
    assert name in run
