"""Settings from the environment: old names still work, and words that are not understood are refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from editor_site.environment import Env
from editor_site.run import BASE_DIR

env = Env()


def setting_in_a_new_process(name: str, folder: Path, **environment: str) -> str:
    command = [sys.executable, "-c", f"from editor_site import settings; print(settings.{name})"]
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "SECRET_KEY": "only-for-tests"} | environment
    return subprocess.run(command, cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("old_name", "name", "value"), [("WORKER_LANES", "WORKER_CONCURRENCY", "3"), ("ENGINE_PACE", "ENGINE_TIME_SCALE", "0.5")]
)
def test_a_setting_can_still_be_set_by_its_old_name(tmp_path: Path, old_name: str, name: str, value: str) -> None:
    assert setting_in_a_new_process(name, tmp_path, **{old_name: value}) == value


def test_the_new_name_of_a_setting_wins_over_the_old_one(tmp_path: Path) -> None:
    both = {"WORKER_LANES": "3", "WORKER_CONCURRENCY": "5"}
    assert setting_in_a_new_process("WORKER_CONCURRENCY", tmp_path, **both) == "5"


@pytest.mark.parametrize(("text", "value"), [("on", True), (" Yes ", True), ("OFF", False), ("0", False)])
def test_switches_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("A_SWITCH", text)
    assert env.bool("A_SWITCH", not value) is value


def test_an_empty_switch_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SWITCH", "")
    assert env.bool("A_SWITCH", True) is True


def test_a_switch_that_is_neither_on_nor_off_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SWITCH", "ja")
    with pytest.raises(ImproperlyConfigured, match="A_SWITCH=ja"):
        env.bool("A_SWITCH", False)
