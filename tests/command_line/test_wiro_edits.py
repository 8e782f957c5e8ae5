"""`reword edit --wiro` against the sandbox over HTTP: no Run is sent twice, whatever happens to the command and to answers."""

import io
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from edits.wiro.catalog import SEEDEDIT
from edits.wiro.sandbox import SandboxServer
from tests.command_line.commands import Shell
from tests.photos import photo_bytes

KEY, SECRET = "a-key-of-the-tests", "a-secret-of-the-tests"
COMMAND = ("edit", "0.jpg", "Make it snow", "-o", "snow.jpg", "--wiro", "--yes")


@pytest.fixture
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key=KEY, api_secret=SECRET, time_scale=0.02, size_scale=0.4) as server:
        yield server


@pytest.fixture
def shell(wiro: SandboxServer, tmp_path: Path) -> Shell:
    """Somebody with one photo and a key."""
    keys = {"WIRO_API_KEY": KEY, "WIRO_API_SECRET": SECRET, "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
    shell = Shell(tmp_path, keys, (KEY, SECRET))
    shell.photos(1)
    return shell


def wait_until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_a_photo_is_edited_once_wherever_its_result_goes(wiro: SandboxServer, shell: Shell) -> None:
    said = shell.reword(*COMMAND)
    assert (said.code, said.results) == (0, "[1/1] 0.jpg -> snow.jpg (0.03 USD)\n")
    assert Image.open(shell.folder / "snow.jpg").format == "JPEG"
    assert shell.reword("edit", "0.jpg", "Make it snow", "-o", "copy.jpg", "--wiro", "--yes").code == 0
    assert (shell.folder / "copy.jpg").read_bytes() == (shell.folder / "snow.jpg").read_bytes()
    assert len(wiro.runs()) == 1
    for path in (shell.folder / "state").rglob("*.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert KEY not in path.read_text()


def test_a_named_default_model_another_spelling_of_the_address_and_another_folder_are_the_same_wish(
    wiro: SandboxServer, shell: Shell
) -> None:
    more = {"XDG_STATE_HOME": "", "HOME": str(shell.folder)}
    assert shell.reword(*COMMAND, **more).code == 0
    named = ["edit", "0.jpg", "Make it snow", "--wiro", "--yes", "--model", SEEDEDIT]
    assert shell.reword(*named, "-o", "1.jpg", **more, WIRO_BASE_URL=f"{wiro.url}/").code == 0
    # A relative folder would be a different one in each working directory.
    assert shell.reword(*named, "-o", "2.jpg", **more | {"XDG_STATE_HOME": "state"}).code == 0
    assert len(wiro.runs()) == 1


@pytest.mark.parametrize("kind", ["premature_end", "refuse"])
def test_it_listens_to_wiros_socket_and_needs_nothing_of_it(wiro: SandboxServer, shell: Shell, kind: str) -> None:
    fault = wiro.faults.add("socket", kind)
    said = shell.reword(*COMMAND, WIRO_SOCKET_URL=wiro.socket_url)
    assert (said.code, said.results) == (0, "[1/1] 0.jpg -> snow.jpg (0.03 USD)\n")
    assert fault.used == 1


def test_another_seed_is_another_edit(wiro: SandboxServer, shell: Shell) -> None:
    assert shell.reword(*COMMAND).code == 0
    assert shell.reword("edit", "0.jpg", "Make it snow", "-o", "other.jpg", "--wiro", "--yes", "--seed", "7").code == 0
    assert [run.parameters["seed"] for run in wiro.runs()][1:] == [7]


def test_killed_between_run_and_its_answer_it_finds_its_task(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("Run", "silence", after=True, seconds=60.0)
    with shell.started(*COMMAND) as process:
        wait_until(lambda: any(run.accepted for run in wiro.runs()))
        process.kill()
    said = shell.reword(*COMMAND)
    assert said.code == 0, said.rest
    assert len(wiro.runs()) == 1


def test_killed_while_the_model_works_it_goes_on_with_the_task(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("Task/Detail", "silence", seconds=60.0)
    with shell.started(*COMMAND) as process:
        wait_until(lambda: any('"accepted"' in path.read_text() for path in (shell.folder / "state").rglob("*.jsonl")))
        process.kill()
    assert shell.reword(*COMMAND).code == 0
    assert len(wiro.runs()) == 1


def test_ctrl_c_waits_for_the_answer_and_says_what_goes_on(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("Run", "slow", seconds=1.0)
    with shell.started(*COMMAND, "--json") as process:
        wait_until(lambda: bool(wiro.runs()))
        process.send_signal(signal.SIGINT)
        results, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert '"status": "pending"' in results
    assert "Run the same command again to continue" in rest
    assert shell.reword(*COMMAND).code == 0
    assert len(wiro.runs()) == 1


def test_a_lost_answer_is_looked_for_in_the_task_list(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("Run", "reset", after=True)
    assert shell.reword(*COMMAND).code == 0
    assert len(wiro.runs()) == 1


@pytest.mark.parametrize(("hidden", "times"), [("hide", 2), ("no_parameters", 1)])
def test_what_may_have_been_charged_is_not_sent_again_unasked(wiro: SandboxServer, shell: Shell, hidden: str, times: int) -> None:
    wiro.faults.add("Run", "reset", after=True)
    wiro.faults.add("Task/List", hidden, value="snow", count="always")
    for _ in range(times):
        said = shell.reword(*COMMAND, "--json")
        assert (said.code, said.json[0]["status"]) == (3, "unknown")
        assert "may have been charged" in said.json[0]["message"]
    assert len(wiro.runs()) == 1
    assert shell.reword(*COMMAND, "--again").code == 0
    assert len(wiro.runs()) == 2


def test_a_model_that_fails_costs_nothing_and_is_asked_again_only_on_request(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("model", "failed", message="No face was found.")
    for _ in range(2):
        said = shell.reword(*COMMAND)
        assert said.code == 1
        assert "No face was found. Nothing was charged. Add --again" in said.rest
    assert len(wiro.runs()) == 1
    assert shell.reword(*COMMAND, "--again").code == 0


def test_a_reader_that_goes_away_does_not_stop_the_work(wiro: SandboxServer, shell: Shell) -> None:
    with shell.started(*COMMAND) as process:
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    assert (shell.folder / "snow.jpg").is_file()


def test_a_full_queue_is_waited_for(wiro: SandboxServer, shell: Shell) -> None:
    wiro.faults.add("Run", "error", code=96, message="Too many tasks at once")
    assert shell.reword(*COMMAND).code == 0
    assert [run.accepted for run in wiro.runs()].count(True) == 1


def test_equal_photos_of_one_command_are_one_run(wiro: SandboxServer, shell: Shell) -> None:
    (shell.folder / "same.jpg").write_bytes((shell.folder / "0.jpg").read_bytes())
    said = shell.reword("edit", "0.jpg", "same.jpg", "Make it snow", "--into", "out", "--wiro", "--yes")
    assert (said.code, len(said.results.splitlines())) == (0, 2)
    assert len(wiro.runs()) == 1


def test_what_wiro_gets_is_upright_and_does_not_say_where_it_was_taken(wiro: SandboxServer, shell: Shell) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(photo_bytes("rocket.jpg"))) as photo:
        size = photo.size
        photo.save(buffer, "JPEG", exif=exif)
    (shell.folder / "0.jpg").write_bytes(buffer.getvalue())
    wiro.faults.add("model", "stuck", value="task_start")
    with shell.started(*COMMAND) as process:
        wait_until(lambda: bool(wiro.runs()))
        sent = [path for path in wiro.folder.rglob("*") if path.is_file()]
        process.kill()
    with Image.open(sent[0]) as picture:
        assert picture.size == size[::-1]
        assert not picture.getexif()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--region", "0,0,0.5,0.5"], 2, "--region"),
        (["--model", "nobody/nothing"], 2, "reword models --wiro"),
        (["--max-price", "0.02"], 4, "--max-price"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    wiro: SandboxServer, shell: Shell, arguments: list[str], code: int, words: str
) -> None:
    said = shell.reword(*COMMAND, *arguments)
    assert (said.code, said.results) == (code, "")
    assert words in said.rest
    assert wiro.runs() == []


def test_a_wrong_key_is_one_line(shell: Shell) -> None:
    said = shell.reword(*COMMAND, WIRO_API_KEY="a-wrong-key")
    assert (said.code, said.results, len(said.rest.splitlines())) == (4, "", 1)
    assert "a-wrong-key" not in said.rest


def test_models_are_listed_with_the_prices_that_wiro_tells(shell: Shell) -> None:
    said = shell.reword("models", "--wiro", "--json")
    assert said.code == 0
    assert said.json[0]["price"] == "0.03"
