"""How much memory `make run` needs: `python -m bench.memory`.

A site as `make run` starts it, with its own broker and sandbox: idle, while 16 large photos are edited one after the other and
after that, while 8 arrive at once, and a minute later. Printed is the proportional set size (PSS: what processes share is counted
once) of all of its processes, by program, in MB; and the resident size (RSS: counted for each) of all together.
"""

import io
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import requests
from PIL import Image

from tests.run.site import RunningSite, Visitor, running_site

# 12 megapixels, as most phones take them.
SIDES = (4000, 3000)
ONE_AFTER_THE_OTHER, AT_ONCE = 16, 8
GENEROUS = {"EDITS_PER_DAY": "1000", "EDITS_AT_ONCE": "100", "SPEND_PER_DAY": "1000"}
GOALS = {"idle": 400, "after": 450, "peak": 800, "given back": 450}

Memory = dict[str, float]


def main() -> None:
    photo = large_photo()
    print(f"photo: {SIDES[0]} × {SIDES[1]} pixels, {len(photo) / 1e6:.1f} MB", flush=True)
    # As people start it: the sandbox paints pictures of the model's size, at a quicker pace.
    settings = GENEROUS | {"SANDBOX_SIZE_SCALE": "1", "SANDBOX_TIME_SCALE": "0.1", "SWEEP_SECONDS": "2", "ENGINE_TIME_SCALE": "1"}
    with tempfile.TemporaryDirectory() as data, running_site(Path(data), **settings) as site:
        visitor = site.visitor
        while "greet" in site.programs():  # which publishes the samples, and ends
            time.sleep(1)
        time.sleep(5)
        _show("idle", _memory(site), GOALS["idle"])
        peak = _watched(site, lambda: _one_after_the_other(visitor, photo))
        _show(f"during {ONE_AFTER_THE_OTHER}, one after the other", peak, None)
        time.sleep(10)
        _show(f"after {ONE_AFTER_THE_OTHER}", _memory(site), GOALS["after"])
        peak = _watched(site, lambda: _at_once(visitor, photo))
        _show(f"during {AT_ONCE} at once", peak, GOALS["peak"])
        time.sleep(60)
        _show("a minute later", _memory(site), GOALS["given back"])


def large_photo() -> bytes:
    """Soft noise: a file of some 5 MB, as a sharp photo is."""
    noise = Image.effect_noise(SIDES, 60)
    photo = Image.merge("RGB", (noise, noise.rotate(180), Image.linear_gradient("L").resize(SIDES)))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=75)
    return file.getvalue()


def send(visitor: Visitor, photo: bytes) -> requests.Response:
    fields = {"prompt": "Make it night", "fit": "on", "csrfmiddlewaretoken": visitor.session.cookies["csrftoken"]}
    files = {"photo": ("a.jpg", photo)}
    headers = {"Accept": "application/json", "Referer": visitor.url}
    return visitor.session.post(f"{visitor.url}/edits/new/", data=fields, files=files, headers=headers, timeout=300)


def _one_after_the_other(visitor: Visitor, photo: bytes) -> None:
    for _ in range(ONE_AFTER_THE_OTHER):
        answer = send(visitor, photo)
        assert answer.status_code == 201, answer.text  # noqa: S101 - a bench that measures refusals would lie
        visitor.wait_for(answer.json()["url"])


def _at_once(visitor: Visitor, photo: bytes) -> None:
    """From the first upload until the last edit has ended; who finds the site busy tries again, as the page does."""
    answers: Counter[int] = Counter()
    pages: list[str] = []

    def upload() -> None:
        while (answer := send(visitor, photo)).status_code != 201:
            answers[answer.status_code] += 1
            time.sleep(1)
        pages.append(answer.json()["url"])

    senders = [threading.Thread(target=upload) for _ in range(AT_ONCE)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    for page in pages:
        visitor.wait_for(page)
    print(f"{len(pages)} edited; refused before: {dict(answers)}")


def _memory(site: RunningSite) -> Memory:
    """Megabytes by program, and of all together."""
    found: Memory = {"make run": _size(psutil.Process(site.process.pid)).pss / 1e6}
    total = _size(psutil.Process(site.process.pid)).rss
    for name, program in site.programs().items():
        with suppress(psutil.Error):
            sizes = [_size(process) for process in (program, *program.children(recursive=True))]
            found[name] = sum(size.pss for size in sizes) / 1e6
            total += sum(size.rss for size in sizes)
    return found | {"PSS": sum(found.values()), "RSS": total / 1e6}


def _size(process: psutil.Process) -> "psutil._ntuples.pfullmem":
    return process.memory_full_info()


def _watched(site: RunningSite, work: Callable[[], None]) -> Memory:
    """The most memory while `work` is done."""
    peak, done = [_memory(site)], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak[0] = max(peak[0], _memory(site), key=lambda memory: memory["PSS"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return peak[0]


def _show(when: str, memory: Memory, goal: int | None) -> None:
    parts = " + ".join(f"{name} {size:.0f}" for name, size in memory.items() if name not in ("PSS", "RSS"))
    verdict = "" if goal is None else f" (≤ {goal}: {'held' if memory['PSS'] <= goal else 'missed'})"
    print(f"{when}: {memory['PSS']:.0f} MB{verdict}, RSS {memory['RSS']:.0f}: {parts}", flush=True)


if __name__ == "__main__":
    main()
