"""A release is a tag of what is committed, and a wheel of the same version."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edits.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("editor_site", "edits", "templates", "static", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this one, with a changelog that has a section for the version."""
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        else:
            shutil.copy(source, tmp_path)
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("## Unreleased", f"## {VERSION}", 1))
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "x")
        monkeypatch.setenv(f"{name}_EMAIL", "x@example.org")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As it is")


def release(folder: Path) -> str:
    """Run `make release`; what it prints."""
    command = [sys.executable, "-m", "editor_site.release"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)
    return (done.stdout + done.stderr).strip()


def test_a_release_is_a_tag_and_a_wheel_and_is_made_once(repository: Path) -> None:
    assert release(repository) == f"Reword {VERSION}: the wheel is in dist/, the tag is v{VERSION}."
    assert git(repository, "describe", "--exact-match").strip() == f"v{VERSION}"
    (wheel,) = (repository / "dist").iterdir()
    assert wheel.name.startswith(f"reword-{VERSION}-")
    assert release(repository) == f"make release: {VERSION} was released before; set another version in edits/version.py"


def test_what_is_not_committed_or_not_in_the_changelog_is_not_released(repository: Path) -> None:
    changelog = repository / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"## {VERSION}", "## Unreleased", 1))
    assert release(repository) == "make release: something is not committed: M CHANGELOG.md"
    commit(repository)
    assert release(repository) == f"make release: CHANGELOG.md has no section ## {VERSION}"
    assert git(repository, "tag", "--list") == ""
