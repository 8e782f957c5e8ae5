"""Collect the static files, if they are not the ones that were collected last."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"


def collect() -> None:
    """Hashing and compressing every file takes a second; checking that none has changed takes a hundredth of that."""
    stamp, state = Path(settings.STATIC_ROOT) / STAMP, _state_of_sources()
    if stamp.exists() and stamp.read_text() == state:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def _state_of_sources() -> str:
    """A digest of the names, sizes and times of all sources, and of what makes the collected files out of them."""
    backend = settings.STORAGES["staticfiles"]["BACKEND"]
    digest = hashlib.sha256(f"{django.__version__} {version('whitenoise')} {backend}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list(None), key=lambda found: found[0]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
