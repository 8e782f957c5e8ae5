"""What `make run` promises: it starts on nothing, greets, heals itself, and leaves nothing behind."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.run.site import RunningSite, running_site

pytestmark = pytest.mark.processes

PATIENCE = 90  # seconds, for a machine that is busy with other things


def test_the_greeting_names_an_account_that_opens_the_admin(site: RunningSite) -> None:
    assert site.visitor.get("/admin/").status_code == 200


def test_the_sign_in_page_offers_the_demonstration_account(site: RunningSite) -> None:
    page = site.stranger().get("/accounts/login/").text
    assert "<strong>demo</strong>" in page


def test_the_gallery_shows_the_demonstration_edits_when_they_are_done(site: RunningSite) -> None:
    _wait_for_gallery(site, 3)


def test_readiness_is_green(site: RunningSite) -> None:
    answer = site.stranger().get("/readyz")
    assert answer.status_code == 200, answer.text


def test_the_title_of_the_supervisor_has_no_spaces(site: RunningSite) -> None:
    """From Python 3.12, os.fork() would take another number of /proc/self/stat for that of threads, and warn of a deadlock."""
    assert Path(f"/proc/{site.process.pid}/comm").read_text() == "reword-supervis\n"


@pytest.mark.parametrize("name", ["worker", "broker", "beat", "web"])
def test_a_killed_program_is_started_again_without_leaving_anything(site: RunningSite, name: str) -> None:
    before = site.programs()[name]
    family = [before, *before.children(recursive=True)]
    before.kill()
    ends_at = time.monotonic() + PATIENCE
    while (after := site.programs().get(name)) is None or after.pid == before.pid:
        assert time.monotonic() < ends_at, site.output
        time.sleep(0.05)
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_after_the_kills_an_edit_is_done(site: RunningSite) -> None:
    _wait_until_it_answers(site)
    assert site.visitor.wait_for(site.visitor.upload("rocket.jpg", "Make it night"))["state"] == "succeeded"


def test_a_second_run_on_the_same_folder_is_refused_in_one_line(site: RunningSite) -> None:
    second = RunningSite(site.data)
    assert second.process.wait(PATIENCE) != 0
    second.stop()
    assert second.lines == [
        f"make run: already running with the data folder {site.data}; stop it first, or choose another one with DATA_DIR=…\n"
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_preparations_ends_them(tmp_path: Path, number: int) -> None:
    site = RunningSite(tmp_path / "data")
    ends_at = time.monotonic() + PATIENCE
    while not (tmp_path / "data" / "db.sqlite3").exists():
        assert time.monotonic() < ends_at, site.output
        time.sleep(0.02)
    site.stop(number)
    assert site.process.returncode == 0
    assert "Traceback" not in site.output


@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2, 2.0])
def test_a_signal_during_the_imports_ends_it(tmp_path: Path, seconds: float) -> None:
    site = RunningSite(tmp_path / "data")
    time.sleep(seconds)
    site.stop()
    assert "Traceback" not in site.output


def test_it_starts_without_any_output_and_with_few_files(tmp_path: Path) -> None:
    script = f"ulimit -n 256; exec {sys.executable} -m editor_site.run <&- >&- 2>&-"
    site = RunningSite(tmp_path / "data", ("sh", "-c", script))
    _wait_until_it_answers(site)
    site.stop()
    assert site.process.returncode == 0


def test_ctrl_c_stops_everything_and_the_next_start_takes_up_what_was_under_way(site_folder: Callable[[str], Path]) -> None:
    """The sandbox keeps its tasks in memory. An edit that was in it must not occupy its owner's place for an hour."""
    data = site_folder("stopped")
    with running_site(data, SANDBOX_TIME_SCALE="30") as first:
        page = first.visitor.upload("chelsea.png", "Mirror it")
        first.stop(signal.SIGINT)
    with running_site(data) as second:
        assert second.visitor.wait_for(page)["state"] in ("succeeded", "failed")
        assert second.visitor.wait_for(second.visitor.upload("chelsea.png", "Mirror it"))["state"] == "succeeded"
        _wait_for_gallery(second, 3)


def test_a_greeting_that_still_waits_for_the_demonstration_ends_with_the_rest(site_folder: Callable[[str], Path]) -> None:
    with running_site(site_folder("greeting"), SANDBOX_TIME_SCALE="30") as site:
        greeting = site.programs()["greet"]
        greeting.suspend()
        site.stop()
        assert not greeting.is_running()


def test_a_supervisor_that_is_killed_outright_leaves_nothing_running(site_folder: Callable[[str], Path]) -> None:
    with running_site(site_folder("killed")) as site:
        site.process.kill()
        site.process.wait()
        ends_at = time.monotonic() + PATIENCE
        while left := site.processes():
            assert time.monotonic() < ends_at, left
            time.sleep(0.1)


def _wait_for_gallery(site: RunningSite, count: int) -> None:
    ends_at = time.monotonic() + PATIENCE
    while site.stranger().get("/").text.count("/result/card") < count:
        assert time.monotonic() < ends_at, site.output
        time.sleep(0.2)


def _wait_until_it_answers(site: RunningSite) -> None:
    ends_at = time.monotonic() + PATIENCE
    while True:
        with suppress(requests.ConnectionError):
            if site.stranger().get("/healthz").ok:
                return
        assert time.monotonic() < ends_at, site.output
        time.sleep(0.1)
