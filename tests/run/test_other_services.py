"""What is configured is used, and nothing is started in its place: another Wiro, another broker, another way in."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edits.wiro.sandbox import SandboxServer
from tests.run.pictures import assert_mirrored
from tests.run.site import RunningSite, Visitor, running_site

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("secret", ["another-secret", ""], ids=["signature", "key only"])
def test_another_wiro_does_the_edits_and_keeps_no_copies(site_folder: Callable[[str], Path], secret: str) -> None:
    """By signed address and callback with the one, by File/Upload with the other."""
    public = {"PUBLIC_BASE_URL": "{url}"} if secret else {}
    with SandboxServer(api_key="another-key", api_secret=secret, time_scale=0.1) as wiro:
        keys = {"WIRO_API_KEY": "another-key", "WIRO_API_SECRET": secret}
        seam = {"WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        with running_site(site_folder("other"), **keys, **seam, **public) as site:
            assert "sandbox" not in site.programs()
            assert "Sign in as" not in site.output
            assert "demo" not in site.stranger().get("/accounts/login/").text
            visitor = site.visitor
            assert "/status/" not in visitor.get("/edits/").text, "nobody asked for edits that cost money"
            pages = {photo: visitor.upload(photo, "Mirror it") for photo in ("rocket.jpg", "chelsea.png")}
            for photo, page in pages.items():
                assert visitor.wait_for(page)["state"] == "succeeded"
                assert_mirrored(visitor, page, photo)
            _wait_until_empty(wiro)
            assert [run.accepted for run in wiro.runs()] == [True, True]
            assert _sources_of(wiro) == ({site.url} if secret else {wiro.origin})
            assert sum(delivery.status == 200 for delivery in wiro.deliveries()) == (2 if secret else 0)


def test_a_site_that_others_can_reach_offers_no_demonstration_account_and_a_given_broker_is_used(
    site_folder: Callable[[str], Path], broker: str
) -> None:
    with running_site(site_folder("reachable"), HOST="0.0.0.0", REDIS_URL=broker) as site:
        assert set(site.programs()) - {"greet"} == {"sandbox", "worker", "web", "beat"}
        assert "Sign in as" not in site.output
        assert "createsuperuser" in site.output
        assert "demo" not in site.stranger().get("/accounts/login/").text
        visitor = _newcomer(site)
        assert visitor.wait_for(visitor.upload("rocket.jpg", "Mirror it"))["state"] == "succeeded"


def _newcomer(site: RunningSite) -> Visitor:
    path, password = "/accounts/signup/", "a long enough passphrase"
    visitor = site.stranger()
    answer = visitor.post(path, path, {"username": "newcomer", "password1": password, "password2": password})
    assert answer.status_code == 302, answer.text
    return visitor


def _wait_until_empty(wiro: SandboxServer) -> None:
    ends_at = time.monotonic() + 15
    while left := list(wiro.folder.iterdir()):
        assert time.monotonic() < ends_at, left
        time.sleep(0.1)


def _sources_of(wiro: SandboxServer) -> set[str]:
    return {"/".join(str(run.parameters["inputImageUrl"]).split("/")[:3]) for run in wiro.runs()}
