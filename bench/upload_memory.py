"""How much memory the web server needs while many large photos arrive at once: `python -m bench.upload_memory 30`.

A site as `make run` starts it, photos of 33 MB that must be made to fit, all sent at the same time over HTTP. Printed are the
answers, the peak memory of the web server's processes (resident, in MB), and how long a page took meanwhile.
"""

import http.client
import io
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy
import psutil
from PIL import Image

from tests.run.site import RunningSite, running_site

BOUNDARY = "a-boundary-of-the-bench"
MEGAPIXELS_SIDES = (8000, 6000)


def main(count: int) -> None:
    photo = _photo()
    print(f"photo: {len(photo) / 1e6:.1f} MB, {MEGAPIXELS_SIDES[0]} × {MEGAPIXELS_SIDES[1]} pixels")
    with tempfile.TemporaryDirectory() as data, running_site(Path(data), EDITS_PER_DAY="1000", SANDBOX_PACE="0.02") as site:
        visitor = site.visitor
        token = visitor.session.cookies["csrftoken"]
        content = body(photo, token)
        sent = headers(visitor.session.cookies.get_dict())
        before = _memory(site)
        peak, pages, done = [before], [0.0], threading.Event()
        watchers = [threading.Thread(target=work, args=(site, at, done)) for work, at in ((_watch, peak), (_look, pages))]
        answers: Counter[int] = Counter()
        senders = [threading.Thread(target=_send, args=(site.port, content, sent, answers)) for _ in range(count)]
        began = time.monotonic()
        for thread in (*watchers, *senders):
            thread.start()
        for thread in senders:
            thread.join()
        seconds = time.monotonic() - began
        done.set()
        print(f"answers: {dict(answers)} in {seconds:.1f} s; the slowest page meanwhile: {pages[0]:.1f} s")
        print(f"memory: {_shown(before)} before, at most {_shown(peak[0])}, {_shown(_memory(site))} after")


def _photo() -> bytes:
    """Noise, because it compresses to a large file as a sharp photo does."""
    width, height = MEGAPIXELS_SIDES
    noise = numpy.random.default_rng(7).integers(90, 166, (height, width, 3), dtype=numpy.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=94)
    return file.getvalue()


def body(photo: bytes, token: str) -> bytes:
    fields = {"csrfmiddlewaretoken": token, "prompt": "Make it night", "fit": "on"}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n')
    return "".join(parts).encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def headers(cookies: dict[str, str]) -> dict[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Cookie": cookie, "Accept": "application/json"}


def _send(port: int, body: bytes, headers: dict[str, str], answers: Counter[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    # Whoever is refused before the body is read may find the connection closed while still sending; the answer is there.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", "/edits/new/", body, headers)
    try:
        answers[connection.getresponse().status] += 1
    except (OSError, http.client.HTTPException):
        answers[0] += 1


def _memory(site: RunningSite) -> list[int]:
    """Resident bytes of each process of the web server."""
    web = site.programs()["web"]
    found = []
    for process in (web, *web.children(recursive=True)):
        with suppress(psutil.Error):
            found.append(process.memory_info().rss)
    return found


def _watch(site: RunningSite, peak: list[list[int]], done: threading.Event) -> None:
    while not done.wait(0.1):
        peak[0] = max(peak[0], _memory(site), key=sum)


def _look(site: RunningSite, slowest: list[float], done: threading.Event) -> None:
    visitor = site.stranger()
    while not done.wait(0.5):
        began = time.monotonic()
        visitor.get("/")
        slowest[0] = max(slowest[0], time.monotonic() - began)


def _shown(memory: list[int]) -> str:
    return f"{sum(memory) / 1e6:.0f} MB ({' + '.join(f'{size / 1e6:.0f}' for size in memory)})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
