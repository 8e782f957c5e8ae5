"""`reword edit` against a running site: whatever happens to the command, each photo is paid for once."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.command_line.commands import Shell
from tests.photos import photo_bytes
from tests.run.site import RunningSite, running_site

# The first test waits for the site, which takes its time on a busy machine.
pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

PHOTOS = 10


@pytest.fixture(scope="module")
def site(site_folder: Callable[[str], Path]) -> Iterator[RunningSite]:
    with running_site(site_folder("command-line")) as running:
        yield running


@pytest.fixture(scope="module")
def token(site: RunningSite) -> str:
    return site.visitor.make_token()


@pytest.fixture
def shell(site: RunningSite, token: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, {"REWORD_SITE": site.url, "REWORD_TOKEN": token}, (token.removeprefix("reword_"),))


def runs(site: RunningSite, prompt: str) -> int:
    """How many Runs with this instruction the sandbox was sent."""
    found = requests.get(f"{site.sandbox_url}/sandbox/runs", timeout=20).json()
    return sum(run["prompt"] == prompt for run in found)


def test_ten_photos_are_paid_for_once_although_the_command_is_killed_and_interrupted(site: RunningSite, shell: Shell) -> None:
    command = ["edit", *shell.photos(PHOTOS), "Make it night, whatever happens", "--into", "night", "--yes"]
    with shell.started(*command) as process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
    with shell.started(*command) as process:
        assert process.stdout
        while "night/" in (line := process.stdout.readline()) and "already" in line:
            pass
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Run the same command again to continue" in said
    assert "Traceback" not in said
    last = shell.reword(*command)
    assert last.code == 0, last.rest
    assert {path.name for path in (shell.folder / "night").iterdir()} == {f"{number}.jpg" for number in range(PHOTOS)}
    assert {Image.open(path).format for path in (shell.folder / "night").iterdir()} == {"JPEG"}
    assert runs(site, "Make it night, whatever happens") == PHOTOS
    # And once more, when all is there.
    assert shell.reword(*command).code == 0
    assert runs(site, "Make it night, whatever happens") == PHOTOS


def test_a_result_that_was_removed_is_fetched_again_and_not_paid_for_again(site: RunningSite, shell: Shell) -> None:
    command = ["edit", *shell.photos(1), "Make it rain once", "-o", "rain.png", "--max-price", "1"]
    assert shell.reword(*command).code == 0
    first = (shell.folder / "rain.png").read_bytes()
    (shell.folder / "rain.png").unlink()
    assert shell.reword(*command).code == 0
    assert (shell.folder / "rain.png").read_bytes() == first
    assert runs(site, "Make it rain once") == 1


def test_what_is_no_photo_fails_alone_and_json_has_a_line_for_each_file(site: RunningSite, shell: Shell) -> None:
    for name, content in {
        "a.jpg": photo_bytes("rocket.jpg"),
        "a.png": photo_bytes("coffee.png"),
        "notes.jpg": b"no photo",
        "there.jpg": photo_bytes("rocket.jpg") + b"\0",
    }.items():
        (shell.folder / name).write_bytes(content)
    (shell.folder / "out").mkdir()
    (shell.folder / "out" / "there.jpg").write_text("mine")
    names = ["a.jpg", "a.png", "notes.jpg", "there.jpg"]
    said = shell.reword("edit", *names, "Warmer, in JSON", "--into", "out", "--yes", "--json")
    assert said.code == 1
    by_name = {line["file"]: line for line in said.json}
    assert {name: line["status"] for name, line in by_name.items()} == {
        "a.jpg": "done",
        "a.png": "done",
        "notes.jpg": "failed",
        "there.jpg": "exists",
    }
    assert float(by_name["a.jpg"]["cost"]) > 0
    assert by_name["notes.jpg"]["message"]
    assert (shell.folder / "out" / "there.jpg").read_text() == "mine"
    assert {path.name for path in (shell.folder / "out").iterdir()} == {"a.jpg", "a.png", "there.jpg"}
    assert runs(site, "Warmer, in JSON") == 2


def test_the_default_model_and_the_whole_photo_are_the_same_wish_named_or_not(site: RunningSite, shell: Shell) -> None:
    command = ["edit", *shell.photos(1), "Make it autumn", "--yes"]
    ways: list[list[str]] = [[], ["--model", "ByteDance/image-to-image-seededit-v3"], ["--region", "0,0,100%,1"]]
    for number, way in enumerate(ways):
        assert shell.reword(*command, *way, "-o", f"{number}.png").code == 0
    assert runs(site, "Make it autumn") == 1


def test_a_part_of_the_photo_can_be_named(site: RunningSite, shell: Shell) -> None:
    (shell.folder / "photo.png").write_bytes(photo_bytes("coffee.png"))
    said = shell.reword("edit", "photo.png", "Only there", "--region", "10%,10%,40%,0.4", "-o", "part.png", "--yes")
    assert said.code == 0, said.rest
    photo = Image.open(shell.folder / "photo.png").convert("RGB")
    part = Image.open(shell.folder / "part.png").convert("RGB")
    assert part.size == photo.size
    corner = (photo.width - 40, photo.height - 40, photo.width, photo.height)
    assert part.crop(corner).tobytes() == photo.crop(corner).tobytes()


def test_without_agreement_nothing_is_sent(site: RunningSite, shell: Shell) -> None:
    command = ["edit", *shell.photos(2), "Nobody agreed", "--into", "out"]
    said = shell.reword(*command)
    assert (said.code, said.results) == (2, "")
    assert "--yes" in said.rest
    assert "USD" in said.rest
    said = shell.reword(*command, "--yes", "--max-price", "0.01")
    assert (said.code, said.results) == (4, "")
    assert runs(site, "Nobody agreed") == 0


def test_a_token_that_is_not_accepted_is_one_line(shell: Shell) -> None:
    wrong = "reword_" + "w" * 40
    said = shell.reword("edit", *shell.photos(1), "x", "-o", "x.jpg", "--yes", REWORD_TOKEN=wrong)
    assert (said.code, said.results, len(said.rest.splitlines())) == (4, "", 1)
    assert "token" in said.rest
    assert wrong not in said.rest


def test_a_token_that_could_order_and_not_fetch_orders_nothing(site: RunningSite, shell: Shell) -> None:
    lacking = site.visitor.make_token("edits:write")
    said = shell.reword("edit", *shell.photos(1), "Ordered in vain", "-o", "x.jpg", "--yes", REWORD_TOKEN=lacking)
    assert (said.code, "edits:read" in said.rest) == (4, True)
    assert runs(site, "Ordered in vain") == 0


def test_what_failed_is_ordered_again_only_if_one_says_so(site: RunningSite, shell: Shell) -> None:
    command = ["edit", *shell.photos(1), "Fail, please", "-o", "x.jpg", "--yes", "--json"]
    order = {"call": "model", "kind": "failed", "prompt": "Fail, please"}
    assert requests.post(f"{site.sandbox_url}/sandbox/faults", json=order, timeout=20).status_code == 201
    assert [shell.reword(*command).code for _ in range(2)] == [1, 1]
    assert runs(site, "Fail, please") == 1
    assert shell.reword(*command, "--again").code == 0
    assert runs(site, "Fail, please") == 2


def test_models_are_listed_with_prices(shell: Shell) -> None:
    said = shell.reword("models", "--json")
    assert said.code == 0
    assert said.json[0]["is_default"]
    assert all(float(model["price"]) > 0 for model in said.json)
    assert "USD" in shell.reword("models").results


def test_a_command_that_runs_out_of_time_says_how_to_go_on(site: RunningSite, shell: Shell) -> None:
    worker = site.programs()["worker"]
    worker.suspend()
    try:
        said = shell.reword("edit", *shell.photos(1), "Later", "-o", "later.jpg", "--yes", "--timeout", "3", "--json")
    finally:
        worker.resume()
    assert (said.code, said.json[0]["status"]) == (1, "pending")
    assert "same command" in said.json[0]["message"]
    assert shell.reword("edit", "0.jpg", "Later", "-o", "later.jpg", "--yes").code == 0
    assert runs(site, "Later") == 1
