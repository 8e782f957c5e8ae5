"""Stand-ins for the images that a registry would provide: Debian's packages, started as the real ones are.

They are kept in the folder CONTAINERS_CACHE between runs, since making them takes two minutes.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.containers.engine import Engine

RECIPES = Path(__file__).resolve().parent / "recipes"
SUITE = "bookworm"
STAND_IN = "reword-stand-in"
# The parts of pip's configuration that make sense inside a container; paths of this machine do not.
_PIP = re.compile(r"(?::env:|global|install)\.+(index-url|extra-index-url|trusted-host|proxy|timeout|default-timeout)='(.*)'")


def provide(engine: Engine, names: set[str], cache: Path) -> None:
    """Make or load an image for each name, such as postgres:16-alpine."""
    cache.mkdir(parents=True, exist_ok=True)
    for kind in sorted({_kind(name) for name in names}):
        _provide_kind(engine, kind, cache)
        for name in names:
            if _kind(name) == kind:
                engine.docker("tag", _own_name(kind), name)


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _own_name(kind: str) -> str:
    return f"{STAND_IN}-{kind}"


def _provide_kind(engine: Engine, kind: str, cache: Path) -> None:
    saved = cache / f"{kind}-{_fingerprint(kind)}.tar"
    if saved.exists():
        engine.docker("load", "--input", str(saved))
        return
    _provide_debian(engine, cache)
    context = engine.folder / "recipes"
    if not context.exists():
        shutil.copytree(RECIPES, context)
        (context / "pip.conf").write_text(_pip_configuration())
        shutil.copy(_certificates(), context / "ca.crt")
    # The machine's own network, since its package index may be reachable from there only.
    engine.docker("build", "--network=host", f"--file={kind}.Dockerfile", f"--tag={_own_name(kind)}", ".", cwd=context)
    part = saved.with_suffix(".part")
    engine.docker("save", "--output", str(part), _own_name(kind))
    part.rename(saved)


def _provide_debian(engine: Engine, cache: Path) -> None:
    """An image with only Debian."""
    if engine.docker("images", "--quiet", STAND_IN):
        return
    saved = cache / f"{SUITE}.tar"
    if not saved.exists():
        root, part = engine.folder / SUITE, saved.with_suffix(".part")
        engine.run(["debootstrap", "--variant=minbase", SUITE, str(root)], engine.folder)
        engine.run(["tar", f"--directory={root}", "--create", f"--file={part}", "."], engine.folder)
        shutil.rmtree(root)
        part.rename(saved)
    engine.docker("import", str(saved), STAND_IN)


def _fingerprint(kind: str) -> str:
    """Changes with the recipe and with how this machine reaches its package index."""
    files = sorted(path for path in RECIPES.iterdir() if path.name.startswith((f"{kind}.", f"{kind}-")))
    parts = [path.read_bytes() for path in files] + [SUITE.encode()]
    if kind == "python":
        parts += [_pip_configuration().encode(), _certificates().read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _pip_configuration() -> str:
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    found = [f"{name.removeprefix('default-')} = {value}" for name, value in _PIP.findall(listed) if "file:" not in value]
    return "\n".join(["[global]", "cert = /etc/ssl/certs/ca-certificates.crt", *found, ""])


def _certificates() -> Path:
    """The certificates that this machine trusts."""
    return Path("/etc/ssl/certs/ca-certificates.crt")
