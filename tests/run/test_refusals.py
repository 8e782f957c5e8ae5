"""What cannot work is refused at once, in one clear line, with a non-zero exit."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from editor_site import preload, run
from editor_site.ports import free_port
from tests.run.site import ROOT, environment

pytestmark = pytest.mark.processes


def refusal(data: Path, *, root: Path = ROOT, **changes: str) -> str:
    """The one line with which a start ends."""
    surroundings = environment(data, free_port(), **changes)
    surroundings = {name: value for name, value in surroundings.items() if value != "-"}
    command = [sys.executable, "-m", "editor_site.run"]
    done = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("make run: ")
    return line.removeprefix("make run: ")


@pytest.mark.parametrize("port", ["abc", "65536"])
def test_what_is_no_port(tmp_path: Path, port: str) -> None:
    assert refusal(tmp_path, PORT=port) == f"PORT={port} is not a port number"


def test_a_web_server_without_processes(tmp_path: Path) -> None:
    assert refusal(tmp_path, WEB_CONCURRENCY="0") == "WEB_CONCURRENCY=0 is not a number greater than 0"


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1 port {port}" in refusal(tmp_path, PORT=str(port))


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    assert "cannot listen on 192.0.2.1" in refusal(tmp_path, HOST="192.0.2.1")


def test_a_file_where_the_data_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    assert f"cannot write to the data folder {tmp_path / 'data'}" in refusal(tmp_path / "data")
    assert "cannot write to the data folder" in refusal(tmp_path / "data" / "below")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("SPEND_PER_DAY", "abc", "SPEND_PER_DAY=abc is not a valid value"),
        ("REVIEW_REQUIRED", "ja", "REVIEW_REQUIRED=ja must be on or off"),
        ("HTTPS", "2", "HTTPS=2 must be on or off"),
        ("TRUSTED_PROXIES", "127.0.0.1, proxy", "TRUSTED_PROXIES=proxy is neither an address nor a network"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL=LOUD must be DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT=xml must be text or json"),
        ("TIME_ZONE", "Berlin", "TIME_ZONE=Berlin must be the name of a time zone, such as Europe/Berlin"),
        ("WIRO_API_KEY_FILE", "/dev/null", "WIRO_API_KEY_FILE=/dev/null is empty"),
        ("EDITS_PER_DAY", "0", "EDITS_PER_DAY must be greater than 0."),
        ("SANDBOX_TIME_SCALE", "0", "SANDBOX_TIME_SCALE=0 is not a number greater than 0"),
        ("PUBLIC_BASE_URL", "photos", "PUBLIC_BASE_URL must start with http:// or https://."),
        ("SPEND_PER_PERSON", "abc", "SPEND_PER_PERSON=abc is not a valid value"),
        ("OIDC_CLIENT_ID", "reword", "Set both OIDC_SERVER_URL and OIDC_CLIENT_ID, or neither."),
        ("PROXY_AUTH_HEADER", "Remote-User", "PROXY_AUTH_HEADER needs TRUSTED_PROXIES: "),
        ("REDIS_URL", "amqp://me:sesame@127.0.0.1", "REDIS_URL must start with redis:// or rediss://"),
        ("DATABASE_URL", "oracle://me:sesame@127.0.0.1/x", "DATABASE_URL must start with postgres://"),
        ("DATABASE_URL", "postgres://me:sesame@127.0.0.1:9/x", "cannot use the database: "),
        ("DATABASE_URL", "sqlite:////dev/null/x.sqlite3", "cannot use the database: "),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str, line: str) -> None:
    said = refusal(tmp_path, **{name: value})  # type: ignore[arg-type]
    assert said.startswith(line)
    assert "sesame" not in said


@pytest.mark.parametrize(("name", "part"), [('a"b', '"'), ("a ;b", ";"), ("per%cent", "%ce"), ("back\\slash", "\\")])
def test_a_data_folder_whose_path_other_programs_would_misread(tmp_path: Path, name: str, part: str) -> None:
    line = f"the path of the data folder {tmp_path / name} must not contain {part!r}; choose another one with DATA_DIR=…"
    assert refusal(tmp_path / name) == line


def test_a_models_file_with_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "ours.toml").write_text('slug = "maker/ours"\n[price]\nusd = nan\n')
    assert refusal(tmp_path) == "A model cannot be used: ours.toml: name: is missing"


def test_the_old_name_of_the_time_scale_is_still_read(tmp_path: Path) -> None:
    said = refusal(tmp_path, SANDBOX_TIME_SCALE="-", SANDBOX_PACE="0")
    assert said == "SANDBOX_PACE=0 is not a number greater than 0"


def test_the_old_name_of_the_time_scale_is_read_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SANDBOX_TIME_SCALE", raising=False)
    monkeypatch.setenv("SANDBOX_PACE", "0.5")
    assert run._sandbox_time_scale() == "0.5"
    assert capsys.readouterr().err.splitlines() == ["make run: SANDBOX_PACE is now called SANDBOX_TIME_SCALE"]


def test_a_misspelled_setting_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = "WARNINGS:\n?: (edits.W004) EDIT_PER_DAY is not a setting. Did you mean EDITS_PER_DAY?\n"
    preload.warn(2 * told)
    assert capsys.readouterr().err == "make run: EDIT_PER_DAY is not a setting. Did you mean EDITS_PER_DAY?\n"


def test_an_address_of_wiro_that_is_none(tmp_path: Path) -> None:
    said = refusal(tmp_path, WIRO_API_KEY="key", WIRO_BASE_URL="nonsense")
    assert said == "WIRO_BASE_URL must start with http:// or https://."


def test_the_environment_wins_over_the_env_file_which_is_read(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "editor_site", tmp_path / "editor_site")
    (tmp_path / ".env").write_text("PORT=from-the-file\n")
    assert refusal(tmp_path / "data", root=tmp_path, PORT="-") == "PORT=from-the-file is not a port number"
    assert refusal(tmp_path / "data", root=tmp_path, PORT="set") == "PORT=set is not a port number"
