"""The API of a running site: the script of its documentation works as it stands, and schemathesis finds nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.photos import photo_path
from tests.run.site import ROOT, RunningSite

pytestmark = pytest.mark.processes

SECONDS = 20
PHOTOS = 10
# A schema cannot say what a photograph is, so what is made up for it is refused as it should be.
CONFIG = """
parameters = {{ "path.edit_id" = "{edit}" }}

[[operations]]
include-method = "DELETE"
parameters = {{ "path.edit_id" = "{deleted}" }}

[[operations]]
include-method = "POST"
checks.positive_data_acceptance.enabled = false
"""


@pytest.fixture(scope="module")
def token(site: RunningSite) -> str:
    return site.visitor.make_token()


def run(command: list[str], folder: Path, **variables: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-4000:]
    return done.stdout


def test_the_script_of_the_documentation_edits_ten_photos(site: RunningSite, token: str, tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    assert script.count("\n") <= 20
    (tmp_path / "photos").mkdir()
    for number in range(PHOTOS):
        # Another file each: some bytes after the end of a JPEG belong to no picture.
        (tmp_path / "photos" / f"{number}.jpg").write_bytes(photo_path("rocket.jpg").read_bytes() + b"\0" * number)
    command = [sys.executable, "-c", script, site.url, "photos", "Make it night"]
    said = run(command, tmp_path, REWORD_TOKEN=token).splitlines()
    assert [line.split() for line in said] == [[f"{number}.jpg", "succeeded"] for number in range(PHOTOS)]
    assert len({path.read_bytes() for path in tmp_path.glob("photos/*.edited")}) == PHOTOS
    before = _edits(site, token)
    # Once more, as after an interruption.
    assert run(command, tmp_path, REWORD_TOKEN=token).splitlines() == said
    assert _edits(site, token) == before


def _edits(site: RunningSite, token: str) -> list[str]:
    answer = requests.get(f"{site.url}/api/v1/edits?limit=100", headers={"Authorization": f"Bearer {token}"}, timeout=20)
    return [edit["id"] for edit in answer.json()["edits"]]


def test_schemathesis_finds_nothing(site: RunningSite, token: str, tmp_path: Path) -> None:
    kept, deleted = (site.visitor.upload("coffee.png", prompt) for prompt in ("Warmer", "Colder"))
    site.visitor.wait_for(kept)
    names = {"edit": kept.split("/")[2], "deleted": deleted.split("/")[2]}
    (tmp_path / "schemathesis.toml").write_text(CONFIG.format(**names))
    header = f"Authorization: Bearer {token}"
    options = ["--max-time", str(SECONDS), "-n", "6", "--phases", "coverage,fuzzing", "--continue-on-failure", "--no-color"]
    program = str(Path(sys.executable).parent / "st")
    run([program, "run", f"{site.url}/api/v1/openapi.json", "-H", header, *options], tmp_path)


def test_no_line_of_the_site_has_the_token(site: RunningSite, token: str) -> None:
    requests.get(f"{site.url}/api/v1/edits", params={"token": token}, timeout=20)
    requests.get(f"{site.url}/api/v1/edits/1", headers={"Authorization": f"Bearer {token}x"}, timeout=20)
    assert token.removeprefix("reword_") not in site.output
