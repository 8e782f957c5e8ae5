"""What a whole edit costs in processor time, from the upload to the comparison: `python -m bench.whole_edit [rounds]`.

A photo of 12 megapixels goes in through the form, a result of 0.8 comes back. One process does all of it: the web server's part
and the steps that a worker takes. The floor is what no program can leave out, piece by piece: the upload is decoded and encoded
once and hashed once, its bytes are sent once, the result is fetched, decoded and stored durably. Both talk to the same Wiro,
which is done at once and is not counted. Rounds take turns; printed are medians with the least and the most.
"""

import hashlib
import io
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from bench.shared.figures import print_machine, ratios, spread, verdict
from bench.shared.pictures import jpeg
from bench.shared.site import NO_LIMITS, broker, environment, serving, set_up, signed_in
from bench.upload_memory import BOUNDARY, body
from editor_site.ports import free_port

PHOTO, RESULT = (4000, 3000), (1024, 768)
GOAL = 1.3
# What the program does, and which pieces of the floor belong to it.
PARTS = {
    "upload: form, cleaning, copies, stored": ("decode and encode the upload", "SHA-256 of it"),
    "sending": ("send its bytes",),
    "poll": (),
    "fetch: decoded, copies, stored": ("fetch, decode and store the result",),
    "comparison": (),
}
Spent = dict[str, float]


def main(rounds: int = 9) -> None:
    print_machine()
    port, broker_port = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    photo, result = jpeg(PHOTO), jpeg(RESULT, quality=85, grain=8)
    print(f"photo {len(photo) / 1e6:.1f} MB, result {len(result) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        picture = Path(folder) / "output"
        picture.write_bytes(result)
        os.environ |= environment(folder, port, "sqlite") | NO_LIMITS | {"ALLOWED_HOSTS": "testserver", "HTTPS": "off"}
        os.environ |= {"WIRO_OUTPUT_HOSTS": origin, "INSTANT_WIRO_ORIGIN": origin, "INSTANT_WIRO_PICTURE": str(picture)}
        os.environ["REDIS_URL"] = stack.enter_context(broker(broker_port))
        stack.enter_context(serving(port, "bench.shared.instant_wiro"))
        set_up()
        floor, program = Floor(photo, Path(folder)), Program(photo)
        pairs = [(floor.once(), program.once()) for _ in range(rounds + 1)]
        # The first one opens connections and loads what is loaded late.
        _show([pair[0] for pair in pairs[1:]], [pair[1] for pair in pairs[1:]])


class _Side:
    """Milliseconds of this process's processor time, by piece."""

    def __init__(self) -> None:
        self.spent: Spent = {}

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + 1000 * (time.process_time() - began)


class Floor(_Side):
    def __init__(self, photo: bytes, folder: Path) -> None:
        super().__init__()
        self._photo, self._folder = photo, folder
        self._session = requests.Session()

    def once(self) -> Spent:
        self.spent = {}
        base = os.environ["WIRO_BASE_URL"]
        with self.piece("decode and encode the upload"):
            clean = io.BytesIO()
            Image.open(io.BytesIO(self._photo)).convert("RGB").save(clean, "JPEG", quality=92)
        with self.piece("SHA-256 of it"):
            hashlib.sha256(clean.getbuffer()).hexdigest()
        with self.piece("send its bytes"):
            self._session.post(f"{base}/File/Upload", data=clean.getvalue(), timeout=60).json()
        with self.piece("fetch, decode and store the result"):
            data = self._session.get(f"{os.environ['INSTANT_WIRO_ORIGIN']}/outputs/1.jpg", timeout=60).content
            Image.open(io.BytesIO(data)).load()
            path = self._folder / uuid.uuid4().hex
            with path.with_suffix(".part").open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".part").rename(path)
        return self.spent


class Program(_Side):
    def __init__(self, photo: bytes) -> None:
        from edits.jobs import engine  # noqa: PLC0415 - only once Django is set up
        from edits.jobs.steps.change_map import compare_delivered  # noqa: PLC0415

        super().__init__()
        self._body = body(photo, token="")

        def compare(edit: Any) -> bool:
            with self.piece("comparison"):
                return compare_delivered(edit)

        setattr(engine, "compare_delivered", compare)  # noqa: B010 - a name that it imports

    def once(self) -> Spent:
        from edits.models import Edit  # noqa: PLC0415 - only once Django is set up

        self.spent = {}
        kind, accepts = f"multipart/form-data; boundary={BOUNDARY}", {"accept": "application/json"}
        # Somebody else in each round, so that no photo is known already.
        visitor = signed_in()
        with self.piece("upload: form, cleaning, copies, stored"):
            answer = visitor.post("/edits/new/", self._body, kind, headers=accepts)
        assert answer.status_code == 201, answer.content  # noqa: S101 - a refusal would be quick
        edit_id = answer.json()["id"]
        self._step("sending", edit_id, "running")
        self._step("poll", edit_id, "fetching")
        self._step("fetch: decoded, copies, stored", edit_id, "succeeded")
        # It is made in the same step, once the result is announced.
        self.spent["fetch: decoded, copies, stored"] -= self.spent["comparison"]
        assert Edit.objects.get(pk=edit_id).changed_percent is not None  # noqa: S101 - or there was no comparison
        return self.spent

    def _step(self, name: str, edit_id: str, state: str) -> None:
        from django.utils import timezone  # noqa: PLC0415 - only once Django is set up

        from edits.jobs import engine  # noqa: PLC0415
        from edits.models import Edit  # noqa: PLC0415

        Edit.objects.filter(pk=edit_id).update(due_at=timezone.now())
        with self.piece(name):
            after = engine.advance(edit_id)
        assert getattr(after, "state", "") == state  # noqa: S101 - another step would cost something else


def _show(floor: list[Spent], program: list[Spent]) -> None:
    print("| processor time, ms | floor | program |\n|---|---|---|")
    for part, pieces in PARTS.items():
        least = ", ".join(f"{piece}: {spread([spent[piece] for spent in floor])}" for piece in pieces)
        print(f"| {part} | {least} | {spread([spent[part] for spent in program])} |")
    totals = [[sum(spent.values()) for spent in side] for side in (floor, program)]
    found = ratios(totals[1], totals[0])
    print(f"| **whole edit** | {spread(totals[0])} | {spread(totals[1])} |")
    print(f"× the floor: {spread(found, '.2f')} (≤ {GOAL}: {verdict(statistics.median(found) <= GOAL)})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
