"""`manage.py version` prints the program's version, the same as in the wheel and the admin; `manage.py` refuses wrong
settings."""

import subprocess
import sys
from pathlib import Path

import pytest

from edits.version import VERSION

ROOT = Path(__file__).resolve().parent.parent


def test_the_version_is_told_without_any_configuration() -> None:
    command = [sys.executable, "manage.py", "version"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(f"Reword {VERSION} (Django ")


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("SPEND_PER_DAY=abc", "SPEND_PER_DAY=abc is not a valid value"),
        ("REVIEW_REQUIRED=ja", "REVIEW_REQUIRED=ja must be on or off"),
        ("DATABASE_URL=nonsense", "DATABASE_URL must start with postgres:// or postgresql:// or sqlite://"),
        ("EDITS_PER_DAY=0", "CommandError: EDITS_PER_DAY must be greater than 0."),
    ],
)
def test_a_site_is_prepared_or_one_line_says_which_setting_is_wrong(tmp_path: Path, setting: str, line: str) -> None:
    """As a container prepares it, without `make run` around it; tests/run/test_refusals.py has the same for that."""
    name, _equals, value = setting.partition("=")
    environment = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-tests", "WIRO_API_KEY": "key", name: value}
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (1, "", [line])


COMMANDS = "import sys; sys.argv[0] = sys.argv.pop(1); from editor_site.manage import main; main()"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("reword edit --help", 0, "PHOTO [PHOTO ...] INSTRUCTION"),
        ("manage.py edit --help", 0, "PHOTO [PHOTO ...] INSTRUCTION"),
        ("reword edit", 2, "Name photos"),
        ("reword models", 2, "Which site?"),
        ("reword mcp --help", 0, "It takes no options."),
        ("reword mcp --site", 2, "It takes no options."),
        ("reword mcp", 1, "Set REWORD_SITE to the URL of the site"),
        ("reword models --draft", 2, "expected one argument"),
        ("manage.py models --draft", 2, "expected one argument"),
        ("reword --help", 0, "reword edit PHOTO"),
    ],
)
def test_commands_for_people_need_no_settings_and_those_for_operators_stay(
    tmp_path: Path, line: str, code: int, words: str
) -> None:
    environment = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-tests", "WIRO_API_KEY": "key"}
    is_operators = "--draft" in line or line == "reword --help"
    command = [sys.executable, "-c", COMMANDS, *line.split()]
    done = subprocess.run(
        command, cwd=ROOT, env=environment if is_operators else {}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code
    assert words in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["prepare", "models"])
def test_a_models_file_with_a_mistake_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "ours.toml").write_text('slug = "maker/ours"\n[price]\nusd = nan\n')
    environment = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-tests", "WIRO_API_KEY": "key"}
    manage = [sys.executable, "manage.py", command]
    done = subprocess.run(manage, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    line = "A model cannot be used: ours.toml: name: is missing"
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (1, "", [line])
