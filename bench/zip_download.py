"""How long the zip of 50 edits takes, compared with `zip -0` of the same files: `python -m bench.zip_download [rounds]`.

The archive that "Download" streams for 50 selected edits, each with an upload of 12 megapixels and a result of one: read, labeled
as edited by AI, and put into the archive. The peer is Debian's `zip`, which stores the same files without compressing or labeling
them. Both write to nowhere and take turns; the files are in the system's cache.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.shared.figures import print_machine, ratios, spread
from bench.shared.pictures import jpeg
from bench.shared.site import environment, set_up

EDITS, PICTURES = 50, 5
UPLOAD, RESULT = (4032, 3024), (1152, 864)


def main(rounds: int = 7) -> None:
    zip_program = shutil.which("zip")
    if zip_program is None:
        sys.exit("bench: the peer is missing; on Debian: apt-get install zip")
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= environment(folder, 9, "sqlite")
        set_up()
        edits = _edits()
        names = [str(Path(photo.file.path)) for edit in edits for photo in (edit.photo, edit.result)]
        command = [zip_program, "-0", "--quiet", "-", *names]
        peer: list[float] = []
        ours: list[float] = []
        for _ in range(rounds):
            peer.append(_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)))  # noqa: S603 - our own
            ours.append(_seconds(lambda: _download(edits)))
    print(f"| {EDITS} edits, {sum(edit.photo.size + edit.result.size for edit in edits) / 1e6:.0f} MB | seconds | of the peer |")
    print("|---|---|---|")
    print(f"| peer: `zip -0` | {spread(peer, '.2f')} | |")
    print(f"| the download | {spread(ours, '.2f')} | {spread(ratios(ours, peer), '.2f')} × |")


def _edits() -> list[Any]:
    from django.contrib.auth.models import User  # noqa: PLC0415 - only once Django is set up
    from django.utils import timezone  # noqa: PLC0415

    from edits import images  # noqa: PLC0415
    from edits.models import Edit, Photo, State  # noqa: PLC0415

    owner, now = User.objects.create(username="bench"), timezone.now()

    def stored(picture: images.CleanPicture) -> Photo:
        # A file of its own for each, though the same few pictures are in them.
        photo = Photo.from_picture(owner.pk, picture)
        photo.sha256 = uuid.uuid4().hex
        photo.save()
        return photo

    uploads, results = (
        [images.clean(BytesIO(jpeg(size, grain=grain))) for grain in range(PICTURES)] for size in (UPLOAD, RESULT)
    )
    ended = {"state": State.SUCCEEDED, "started_at": now, "ended_at": now, "due_at": None, "seed": 1, "prompt": "Make it night"}
    for number in range(EDITS):
        photo, result = (stored(pictures[number % PICTURES]) for pictures in (uploads, results))
        Edit.objects.create(owner=owner, photo=photo, origin=photo, result=result, nonce=str(number), **ended)
    return list(Edit.objects.select_related("photo", "result"))


def _download(edits: list[Any]) -> None:
    from edits.web.views.zip_archive import zipped  # noqa: PLC0415

    with open(os.devnull, "wb") as nowhere:
        for part in zipped(edits):
            nowhere.write(part)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
