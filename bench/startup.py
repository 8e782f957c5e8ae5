"""How soon `make run` is of use: `python -m bench.startup [rounds]`, or `python -m bench.startup --fresh [rounds]`.

From the command to the first answer, and to the first finished edit of somebody who signs in and uploads a photo as soon as the
site answers. By default it is the second start of a checkout: everything is installed, the data folder is there. With `--fresh`
it is a clone of what is committed, in a temporary folder, whose packages come out of the package manager's warm cache. Rounds
take turns between the sandbox as people have it, which takes six to nine seconds for each edit, and one that paints almost at
once.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import requests

from bench.shared.figures import print_machine, spread, verdict
from tests.run.site import COMMAND, ROOT, RunningSite, Visitor

# Tests shorten these; here they are as people have them.
SETTINGS = {"SANDBOX_SIZE_SCALE": "1", "ENGINE_TIME_SCALE": "1", "SWEEP_SECONDS": "2", "WEB_CONCURRENCY": "2"}
PACES = {"the sandbox's own pace": "1", "a sandbox that paints at once": "0.01"}
ANSWER, FINISHED, FRESH_FINISHED = 3.0, 8.0, 20.0
PATIENCE = 600.0
# How the package managers are configured on this machine, its proxies and certificates included.
INSTALLERS = ("PIP_", "UV_", "XDG_", "SSL_", "REQUESTS_", "CURL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")

Times = tuple[float, float]


def main(rounds: int, *, is_fresh: bool) -> None:
    print_machine()
    found: dict[str, list[Times]] = {name: [] for name in PACES}
    with tempfile.TemporaryDirectory() as folder:
        measured = _fresh if is_fresh else _again
        # Whose packages are cached, and whose data folder is there, from then on.
        measured(Path(folder), "0.01")
        for _ in range(rounds):
            for name, pace in PACES.items():
                found[name].append(measured(Path(folder), pace))
    limit = FRESH_FINISHED if is_fresh else FINISHED
    answer = "first answer" if is_fresh else f"first answer (≤ {ANSWER:g} s)"
    print(f"| {'fresh clone' if is_fresh else 'second start'} | {answer} | first finished edit (≤ {limit:g} s) |\n|---|---|---|")
    for name, times in found.items():
        answered, finished = zip(*times, strict=True)
        told = "" if is_fresh else f" {verdict(statistics.median(answered) <= ANSWER)}"
        is_held = statistics.median(finished) <= limit
        print(f"| {name} | {spread(answered, '.1f')} s{told} | {spread(finished, '.1f')} s {verdict(is_held)} |")


def _again(folder: Path, pace: str) -> Times:
    """Of this checkout. Another virtual environment's Python is used directly, since `make` would install the packages first."""
    is_own = Path(sys.prefix) == ROOT / ".venv"
    return _times(ROOT, folder / "data", ("make", "run") if is_own else COMMAND, pace)


def _fresh(folder: Path, pace: str) -> Times:
    clone, data = folder / "clone", folder / "data"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607 - our own
    try:
        return _times(clone, data, ("make", "run"), pace)
    finally:
        shutil.rmtree(clone)
        shutil.rmtree(data, ignore_errors=True)


def _times(root: Path, data: Path, command: tuple[str, ...], pace: str) -> Times:
    installers = {name: value for name, value in os.environ.items() if name.upper().startswith(INSTALLERS)}
    began = time.monotonic()
    site = RunningSite(data, command, root, SANDBOX_TIME_SCALE=pace, **SETTINGS, **installers)
    try:
        _wait_for_an_answer(site, began + PATIENCE)
        answered = time.monotonic() - began
        made_up = dict(line.split("=", 1) for line in (data / "run.env").read_text().splitlines())
        visitor = Visitor(site.url).sign_in(made_up["DEMO_USERNAME"], made_up["DEMO_PASSWORD"])
        page = visitor.upload("rocket.jpg", "Make it night")
        status = visitor.wait_for(page, PATIENCE)
        assert status["state"] == "succeeded", status  # noqa: S101 - a failure may be quick
        return answered, time.monotonic() - began
    finally:
        site.stop()


def _wait_for_an_answer(site: RunningSite, ends_at: float) -> None:
    while time.monotonic() < ends_at and site.process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(site.url, timeout=10).ok:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the site does not answer: {site.output}")


if __name__ == "__main__":
    options = [word for word in sys.argv[1:] if word != "--fresh"]
    fresh = "--fresh" in sys.argv
    main(int(options[0]) if options else 2 if fresh else 5, is_fresh=fresh)
