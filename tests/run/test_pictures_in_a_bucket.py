"""A site whose pictures are in a bucket: everything works as with a folder, and an outage loses nothing."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edits.wiro.sandbox import SandboxServer
from tests.buckets import BucketServer, running_bucket
from tests.run.pictures import assert_mirrored
from tests.run.site import ROOT, RunningSite, running_site
from tests.run.test_refusals import refusal

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    root = tmp_path_factory.mktemp("s3")
    (root / "another").mkdir()
    (root / "another" / ".reword-media").write_text("6d0f3f0e-4b0c-4a57-9a3e-6f1f5d0f6a11\n")
    with running_bucket(root) as running:
        yield running


@pytest.fixture(scope="module")
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key="a-key", api_secret="a-secret", time_scale=0.05) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def site(server: BucketServer, wiro: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    seam = {"WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
    keys = {"WIRO_API_KEY": "a-key", "WIRO_API_SECRET": "a-secret"}
    with running_site(tmp_path_factory.mktemp("data"), **keys, **seam, **server.variables(S3_SIGNED_URLS="all")) as running:
        yield running


def storage_of(site: RunningSite) -> dict[str, object]:
    return dict(site.stranger().get("/readyz").json()["checks"]["storage"])


def test_an_edit_from_the_form_to_the_pictures_on_its_page(site: RunningSite, server: BucketServer, wiro: SandboxServer) -> None:
    visitor = site.visitor
    page = visitor.upload("rocket.jpg", "Mirror it")
    assert visitor.wait_for(page)["state"] == "succeeded"
    assert_mirrored(visitor, page, "rocket.jpg")
    # The photo and its result, two previews of each, and the map of changes, which comes after the result was announced.
    _wait_until(lambda: len(server.files()) == 7)
    assert not (site.data / "media").exists()
    # Wiro read the photo from the bucket, and browsers are sent there for previews, which the page allows.
    assert str(wiro.runs()[-1].parameters["inputImageUrl"]).startswith(f"{server.url}/reword/photos/")
    card = visitor.get(f"{page}result/card")
    assert (card.history[0].status_code, card.headers["Content-Type"]) == (302, "image/webp")
    assert f"img-src 'self' data: blob: {server.url}" in visitor.get(page).headers["Content-Security-Policy"]
    assert site.stranger().get(f"{page}result/card").status_code == 404


def test_a_bucket_that_is_away_while_a_result_is_fetched_loses_nothing(
    site: RunningSite, server: BucketServer, wiro: SandboxServer
) -> None:
    slow = wiro.faults.add("output", "slow", seconds=1.5)
    visitor = site.visitor
    page = visitor.upload("coffee.png", "Mirror it")
    _wait_until(lambda: slow.used > 0)
    server.stop()
    _wait_until(lambda: storage_of(site).get("code") == "unreachable")
    waiting = visitor.get("/edits/new/")
    assert waiting.status_code == 200
    runs = len(wiro.runs())
    time.sleep(1)
    assert visitor.status(page)["state"] == "fetching"
    assert len(wiro.runs()) == runs
    server.start()
    assert visitor.wait_for(page)["state"] == "succeeded"
    assert_mirrored(visitor, page, "coffee.png")
    assert storage_of(site)["ok"] is True


def test_a_worker_with_another_bucket_ends_at_once_and_says_why(site: RunningSite, server: BucketServer) -> None:
    command = [str(Path(sys.executable).parent / "celery"), "--quiet", "-A", "editor_site", "worker", "--pool", "threads"]
    variables = site.environment | {"S3_BUCKET": "another"}
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert ended.stderr.splitlines()[-1] == "worker: the bucket another is not the one that belongs to this database"


def test_a_bucket_that_cannot_be_meant_is_refused_in_one_line(server: BucketServer, tmp_path: Path) -> None:
    said = refusal(tmp_path, **server.variables(S3_SECRET_ACCESS_KEY="sesame"))  # type: ignore[arg-type]
    assert said == "bucket reword: OSError: the bucket refuses (SignatureDoesNotMatch)"
    said = refusal(tmp_path, **server.variables(S3_ENDPOINT_URL="minio:9000"))  # type: ignore[arg-type]
    assert said == "S3_ENDPOINT_URL must start with http:// or https://"


def _wait_until(happened: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends_at
        time.sleep(0.1)
