"""The main job with real processes: a photograph goes in, what the sandbox made of that very photograph comes out."""

import time

import pytest

from tests.run.pictures import assert_mirrored
from tests.run.site import RunningSite

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("photo", ["rocket.jpg", "chelsea.png"])
def test_a_photo_becomes_a_before_and_after_pair(site: RunningSite, photo: str) -> None:
    visitor = site.visitor
    page = visitor.upload(photo, "Mirror it")
    status = visitor.wait_for(page)
    assert status["state"] == "succeeded", status
    assert status["result_url"] == f"{page}result"
    assert_mirrored(visitor, page, photo)


def test_the_status_says_everything_that_was_promised(site: RunningSite) -> None:
    visitor = site.visitor
    page = visitor.upload("coffee.png", "Warmer")
    seen = [visitor.status(page)]
    while seen[-1]["state"] not in ("succeeded", "failed", "canceled"):
        seen.append(visitor.status(page))
        time.sleep(0.03)
    promised = {"id", "state", "wiro_status", "progress", "eta_seconds", "failure", "result_url"}
    assert all(promised <= set(status) for status in seen)
    assert [status["progress"] for status in seen] == sorted(status["progress"] for status in seen)
    assert seen[-1]["progress"] == 100
    assert all(status["result_url"] is None for status in seen if status["state"] != "succeeded")
    assert page == f"/edits/{seen[0]['id']}/"


def test_without_a_broker_the_form_answers_at_once_and_the_edit_is_done_later(site: RunningSite) -> None:
    visitor = site.visitor
    broker = site.programs()["broker"]
    broker.suspend()  # worse than dead: it accepts connections but does not answer
    try:
        began = time.monotonic()
        page = visitor.upload("rocket.jpg", "Colder")
        assert time.monotonic() - began < 5
    finally:
        broker.kill()
    assert visitor.wait_for(page, seconds=45)["state"] == "succeeded"
