"""From Wiro's callback to a result that is announced: `python -m bench.arrival [rounds]`.

One process takes the steps that a worker takes once a callback has come: asks for the task, downloads, decodes, makes the copies
for pages, stores everything durably, announces. The floor is a bare script that asks, downloads, decodes and durably stores the
same bytes. Both use the same Wiro, which is done at once, on this machine. Rounds alternate; medians and quartiles are printed.
"""

import io
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from PIL import Image, ImageChops

from bench.shared.site import environment, serving, set_up
from editor_site.ports import free_port
from tests.photos import photo_path

KINDS = ("0.2 MB JPEG", "5 MB PNG", "5 MB JPEG of 12 megapixels")
GOALS = dict(zip(KINDS, (3.0, 1.8, 1.5), strict=True))


def main(rounds: int = 9, database: str = "sqlite") -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "output"
        os.environ |= environment(folder, port, database)
        origin = f"http://127.0.0.1:{port}"
        os.environ |= {"WIRO_OUTPUT_HOSTS": origin, "INSTANT_WIRO_ORIGIN": origin, "INSTANT_WIRO_PICTURE": str(picture)}
        os.environ |= {"EDITS_PER_DAY": "1000000", "SPEND_PER_DAY": "1000000", "LOG_LEVEL": "ERROR"}
        with serving(port, "bench.shared.instant_wiro"):
            set_up()
            _measure(rounds, Path(folder), picture)


def _measure(rounds: int, folder: Path, picture: Path) -> None:
    edits = Edits()
    print("| result | floor, ms | announced, ms | × | goal | compared as well, ms |\n|---|---|---|---|---|---|")
    for kind in KINDS:
        picture.write_bytes(_picture(kind))
        print(f"<!-- {kind}: {picture.stat().st_size / 1e6:.1f} MB -->")
        floor: list[float] = []
        announced: list[float] = []
        compared: list[float] = []
        for number in range(rounds + 1):
            bare, (told, done) = _bare(folder), edits.arrive()
            if number:  # the first one opens connections and loads what is loaded late
                floor, announced, compared = [*floor, bare], [*announced, told], [*compared, done]
        ratio = statistics.median(announced) / statistics.median(floor)
        columns = (kind, _spread(floor), _spread(announced), f"{ratio:.1f}", f"≤ {GOALS[kind]}", _spread(compared))
        print("| " + " | ".join(columns) + " |", flush=True)


def _picture(kind: str) -> bytes:
    """A photograph, enlarged, with the grain that makes a file of that size."""
    kinds: dict[str, tuple[tuple[int, int], int, dict[str, Any]]] = {
        KINDS[0]: ((1152, 864), 6, {"format": "JPEG", "quality": 85}),
        KINDS[1]: ((1792, 1344), 8, {"format": "PNG"}),
        KINDS[2]: ((4000, 3000), 20, {"format": "JPEG", "quality": 85}),
    }
    size, grain, options = kinds[kind]
    with Image.open(photo_path("coffee.png")) as opened:
        photo = opened.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(size, grain)
    file = io.BytesIO()
    ImageChops.add(photo, Image.merge("RGB", (noise, noise, noise)), offset=-128).save(file, **options)
    return file.getvalue()


def _bare(folder: Path) -> float:
    """Milliseconds."""
    began = time.monotonic()
    base = os.environ["WIRO_BASE_URL"]
    headers = {"x-api-key": os.environ["WIRO_API_KEY"]}
    task = requests.post(f"{base}/Task/Detail", json={"taskid": "1"}, headers=headers, timeout=30).json()["tasklist"][0]
    data = requests.get(task["outputs"][0]["url"], timeout=30).content
    with Image.open(io.BytesIO(data)) as image:
        image.load()
    path = folder / uuid.uuid4().hex
    with path.with_suffix(".part").open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.with_suffix(".part").rename(path)
    return (time.monotonic() - began) * 1000


class Edits:
    """Running edits, one after the other, whose callback has just come."""

    def __init__(self) -> None:
        from django.contrib.auth.models import User  # noqa: PLC0415

        from edits import images  # noqa: PLC0415
        from edits.jobs import engine  # noqa: PLC0415
        from edits.jobs.steps import change_map  # noqa: PLC0415

        self._owner = User.objects.create(username="person")
        with photo_path("rocket.jpg").open("rb") as file:
            self._photo = images.clean(file)
        self._told = 0.0
        setattr(engine, "compare_delivered", self._note_and(change_map.compare_delivered))  # noqa: B010 - a name that it imports

    def _note_and(self, compare: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """What is called in the moment after a result was announced."""

        def noted(edit: Any) -> bool:
            self._told = time.monotonic()
            return compare(edit)

        return noted

    def arrive(self) -> tuple[float, float]:
        """Milliseconds until the result is announced, and until it is compared as well."""
        from edits.jobs import worker_pool  # noqa: PLC0415
        from edits.models import Edit  # noqa: PLC0415

        edit = self._running()
        began = time.monotonic()
        worker_pool.advance_while_due(edit.pk)
        done = time.monotonic()
        assert Edit.objects.get(pk=edit.pk).state == "succeeded"  # noqa: S101 - or the figure would mean nothing
        return (self._told - began) * 1000, (done - began) * 1000

    def _running(self) -> Any:
        from edits.models import Attempt, Edit, Outcome, State, clock  # noqa: PLC0415
        from edits.ordering import create  # noqa: PLC0415

        inputs: dict[str, Any] = {"guidance_scale": 4.0, "watermark": False, "seed": 7}
        edit = create.create(self._owner, self._photo, prompt="Make it night", nonce=uuid.uuid4().hex, **inputs)
        now = clock.now()
        accepted = {"outcome": Outcome.ACCEPTED, "wiro_task_id": uuid.uuid4().hex[:12], "started_at": now}
        Attempt.objects.create(edit=edit, number=1, callback_token_hash=uuid.uuid4().hex, **accepted)
        Edit.objects.filter(pk=edit.pk).update(state=State.RUNNING, started_at=now, due_at=now)
        return edit


def _spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.0f} ({low:.0f}–{high:.0f})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9, sys.argv[2] if len(sys.argv) > 2 else "sqlite")
