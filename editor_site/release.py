"""`make release`: the wheel and the tag of the version that is committed, or one line that says why not."""

import subprocess
import sys
from pathlib import Path

from edits.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
TAG = f"v{VERSION}"


def main() -> None:
    if problem := _problem():
        sys.exit(f"make release: {problem}")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(ROOT / "dist"))
    _run("git", "tag", "--annotate", TAG, "--message", f"Reword {VERSION}")
    print(f"Reword {VERSION}: the wheel is in dist/, the tag is {TAG}.")


def _problem() -> str:
    if changed := _run("git", "status", "--porcelain"):
        return f"something is not committed: {changed.splitlines()[0].strip()}"
    if TAG in _run("git", "tag", "--list").split():
        return f"{VERSION} was released before; set another version in edits/version.py"
    if f"\n## {VERSION}\n" not in (ROOT / "CHANGELOG.md").read_text():
        return f"CHANGELOG.md has no section ## {VERSION}"
    return ""


def _run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command


if __name__ == "__main__":
    main()
