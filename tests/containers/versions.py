"""A repository with two versions: the one before, as a tag, and this one, as it is in the working folder."""

import os
import re
import subprocess
from pathlib import Path

import yaml

from tests.containers.document import ROOT

BEFORE, NOW = "v-before", "v-now"


def make_repository(folder: Path) -> None:
    """Clone this one, and commit what is changed here. Both versions are tags, as releases are."""
    _git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    _git(folder, "tag", BEFORE, _before())
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    _git(folder, "rm", "--quiet", "-r", "--cached", ".")
    for name in (name for name in listed if (ROOT / name).is_file()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    _git(folder, "add", "--force", "--", *(name for name in listed if (folder / name).is_file()))
    _git(
        folder, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--allow-empty", "-m", "As it is here"
    )
    _git(folder, "tag", NOW)


def _before() -> str:
    """PREVIOUS, or the last release, or the commit before this one."""
    if chosen := os.environ.get("PREVIOUS"):
        return _git(ROOT, "rev-parse", chosen).strip()
    tags = _git(ROOT, "tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-creatordate").split()
    return _git(ROOT, "rev-parse", f"{tags[0]}^{{commit}}" if tags else "HEAD^").strip()


def base_images(repository: Path) -> set[str]:
    """The names of the images that either version wants from a registry."""
    found: set[str] = set()
    for version in (BEFORE, NOW):
        dockerfile = _git(repository, "show", f"{version}:Dockerfile")
        stages = set(re.findall(r"(?m)^FROM \S+ AS (\S+)", dockerfile))
        found |= set(re.findall(r"(?m)^FROM (\S+)", dockerfile)) - stages
        services = yaml.safe_load(_git(repository, "show", f"{version}:docker-compose.yml"))["services"]
        found |= {service["image"] for service in services.values() if not service["image"].startswith("reword")}
    return found


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout
