"""The commands of docs/deploy.md: each block has a name in a comment above it, and is run as it stands there."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "deploy.md"
# The name that the page uses for the site.
EXAMPLE = "photos.example.org"
_BLOCK = re.compile(r"<!-- commands: (?P<name>[\w-]+) -->\n```sh\n(?P<commands>.*?)```", re.DOTALL)


@cache
def blocks() -> dict[str, str]:
    """By name, in the order of the page."""
    return {found["name"]: found["commands"] for found in _BLOCK.finditer(PAGE.read_text())}
