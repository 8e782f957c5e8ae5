"""Waiting for a task, with a sandbox that answers as Wiro does, and with answers that a test makes up."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from edits.wiro import (
    WiroAuthenticationError,
    WiroClient,
    WiroConnectionError,
    WiroNotFoundError,
    WiroRateLimitError,
    WiroServerError,
    WiroStage,
    WiroTask,
    WiroTimeoutError,
    waiting,
)
from edits.wiro.files import Source
from edits.wiro.sandbox import SandboxServer
from tests.photos import photo_path
from tests.wiro.raw import MODEL

Look = WiroTask | Exception


@pytest.fixture
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.02) as server:
        yield server


@pytest.fixture
def environment(wiro: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
    for name, value in named.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses take no time; yields how long each would have been."""
    pauses: list[float] = []
    monkeypatch.setattr("edits.wiro.waiting.time.monotonic", lambda: sum(pauses))
    monkeypatch.setattr("edits.wiro.waiting.time.sleep", pauses.append)
    return pauses


def task(status: str, **values: object) -> WiroTask:
    return WiroTask.from_answer({"id": "7", "status": status, **values})


DONE = task("task_postprocess_end", pexit="0", outputs=[{"url": "https://cdn1.wiro.ai/a.png", "contenttype": "image/png"}])
RUNNING = task("task_start")


def looks(*answers: Look) -> Callable[[], WiroTask]:
    """Returns these one after the other, and then the last one again and again."""
    left = list(answers)

    def look() -> WiroTask:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


def test_from_a_path_to_a_path_with_the_environments_keys(environment: None, wiro: SandboxServer, tmp_path: Path) -> None:
    seen = list[WiroStage]()
    with WiroClient.from_environment() as client:
        inputs = {"inputImageUrl": client.upload(photo_path("coffee.png")), "prompt": "Make it night", "seed": 7}
        done = client.run_and_wait(MODEL, inputs, on_progress=lambda task: seen.append(task.stage))
        assert done.is_successful
        assert done.picture
        size = client.download(done.picture.url, tmp_path / "night.png")
        assert (tmp_path / "night.png").read_bytes() == client.download_bytes(done.picture.url)
    assert size == (tmp_path / "night.png").stat().st_size
    assert seen[-1] == WiroStage.ENDED
    with Image.open(tmp_path / "night.png") as picture:
        picture.load()
    assert [path.name for path in tmp_path.iterdir()] == ["night.png"]


@pytest.mark.parametrize("source", ["path", "bytes", "file"])
def test_whatever_holds_the_photo_is_uploaded(environment: None, source: str) -> None:
    path = photo_path("coffee.png")
    sources: dict[str, Source] = {"path": str(path), "bytes": path.read_bytes(), "file": io.BytesIO(path.read_bytes())}
    with WiroClient.from_environment() as client:
        url = client.upload(sources[source], "coffee.png")
        assert client.download_bytes(url) == path.read_bytes()


def test_a_download_that_breaks_off_leaves_what_was_there(environment: None, wiro: SandboxServer, tmp_path: Path) -> None:
    target = tmp_path / "photo.png"
    target.write_bytes(b"before")
    with WiroClient.from_environment() as client:
        url = client.upload(photo_path("coffee.png"))
        with pytest.raises(Exception, match="more than 10 bytes"):
            client.download(url, target, max_bytes=10)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("photo.png", b"before")]


def test_without_a_key_there_is_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIRO_API_KEY", raising=False)
    with pytest.raises(ValueError, match="key is missing"):
        WiroClient.from_environment()


@pytest.mark.parametrize(
    "trouble",
    [
        WiroConnectionError("no answer"),
        WiroNotFoundError(1, "There is no task yet.", 200),
        WiroServerError(0, "try later", 200),
        WiroRateLimitError(None, "slow down", 429, 40.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_that_passes_is_waited_for(trouble: Exception, clock: list[float]) -> None:
    assert waiting.wait_for_end(looks(trouble, RUNNING, DONE), 600, None) is DONE
    assert clock[0] == (40.0 if isinstance(trouble, WiroRateLimitError) else waiting.FIRST_PAUSE)


@pytest.mark.parametrize(
    ("trouble", "after"),
    [(WiroAuthenticationError(98, "no", 200), 0.0), (WiroNotFoundError(1, "There is no task yet.", 200), waiting.UNKNOWN_FOR)],
    ids=["credentials", "unknown for too long"],
)
def test_other_trouble_is_the_callers(trouble: Exception, after: float, clock: list[float]) -> None:
    with pytest.raises(type(trouble)):
        waiting.wait_for_end(looks(trouble), 600, None)
    assert sum(clock) >= after


@pytest.mark.parametrize(
    ("last", "after"),
    [
        (task("task_cancel"), 0.0),
        (task("task_postprocess_end", pexit="1"), 0.0),
        (task("task_postprocess_end", pexit="0"), waiting.OUTPUTS_FOR),
        (task("task_error"), waiting.ERROR_FOR),
    ],
    ids=["canceled", "failed", "without outputs", "task_error"],
)
def test_what_ends_in_another_way_is_given_back_when_it_is_sure(last: WiroTask, after: float, clock: list[float]) -> None:
    assert waiting.wait_for_end(looks(last), 600, None) is last
    assert after <= sum(clock) <= after + waiting.LONGEST_PAUSE


def test_a_line_on_the_error_output_ends_nothing(clock: list[float]) -> None:
    error = task("task_error")
    assert waiting.wait_for_end(looks(error, RUNNING, *[error] * 4, DONE), 600, None) is DONE


def test_the_time_that_is_given_is_kept_and_pauses_have_a_limit(clock: list[float]) -> None:
    with pytest.raises(WiroTimeoutError, match="not ended after 100 seconds") as caught:
        waiting.wait_for_end(looks(RUNNING), 100, None)
    assert sum(clock) == pytest.approx(100)
    assert max(clock) <= waiting.LONGEST_PAUSE
    assert caught.value.accepted_possible


def test_an_error_after_the_run_names_the_task(environment: None, wiro: SandboxServer) -> None:
    with WiroClient.from_environment() as client:
        inputs = {"inputImageUrl": client.upload(photo_path("coffee.png")), "prompt": "Make it night"}
        with pytest.raises(WiroTimeoutError) as caught:
            client.run_and_wait(MODEL, inputs, timeout=0)
        [run] = wiro.runs()
    assert caught.value.__notes__ == [f"The Run was accepted as task {run.task_id}."]
