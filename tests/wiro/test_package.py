"""The client as a package of its own: its wheel where nothing else is installed, the script and the fixture of its README."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edits import wiro as package
from edits.wiro.sandbox import SandboxServer
from tests.photos import photo_path

pytestmark = pytest.mark.installs

FOLDER = Path(package.__file__).parent
BIN = Path(sys.executable).parent
# A user of the package with strict type checks.
TYPED = """
from decimal import Decimal
from wiro import WiroClient, WiroTask, parse_callback

def cost(client: WiroClient, model: str) -> Decimal | None:
    inputs = {"prompt": "x", "seed": 7, "images": ["a", "b"], "more": {"a": None}}
    task: WiroTask = client.run_and_wait(model, inputs, live=True, on_progress=lambda task: print(task.live))
    return task.charged_cost
"""
FIXTURE = """
import os
from wiro import WiroClient, WiroConnectionError
import pytest

def test_a_run_whose_answer_is_lost(wiro_sandbox):
    wiro_sandbox.faults.add("Run", "reset")
    with WiroClient.from_environment() as client, pytest.raises(WiroConnectionError) as caught:
        client.run("ByteDance/image-to-image-seededit-v3", {"inputImageUrl": "http://127.0.0.1:9/a.png", "prompt": "x"})
    assert caught.value.accepted_possible
    assert len(wiro_sandbox.runs()) == 1

def test_the_sandboxs_socket_is_there_and_named(wiro_sandbox):
    assert os.environ["WIRO_SOCKET_URL"] == wiro_sandbox.socket_url != ""
    import wiro.live.connection
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a virtual environment that has the package with its sandbox, and nothing that these two do not need."""
    folder = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=FOLDER, check=True, capture_output=True, timeout=100)
    (wheel,) = folder.glob("wiro-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, timeout=100)
    python = folder / "venv" / "bin" / "python"
    _install(python, f"{wheel}[sandbox]")
    return python


def _install(python: Path, what: str) -> None:
    """With uv, or with pip where uv cannot reach the package index."""
    done = subprocess.run([BIN / "uv", "pip", "install", "--quiet", "--python", python, what], check=False, timeout=100)
    if done.returncode:
        subprocess.run([python, "-m", "ensurepip"], check=True, capture_output=True, timeout=100)
        subprocess.run([python, "-m", "pip", "install", "--quiet", what], check=True, timeout=300)


def outside(python: Path, folder: Path, *arguments: str | Path, **variables: str) -> str:
    """Run this Python in a folder from which nothing of ours can be imported."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    done = subprocess.run(
        [python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_the_script_of_the_readme_edits_a_photo_where_nothing_else_is_installed(python: Path, tmp_path: Path) -> None:
    script, _fixture = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    assert script.count("\n") <= 14
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.02) as wiro:
        keys = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret"}
        seam = {"WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        photo = photo_path("coffee.png")
        said = outside(python, tmp_path, "-c", script, str(photo), "Make it night", "night.png", **keys, **seam)
        size = (tmp_path / "night.png").stat().st_size
        assert said.startswith(f"{size} bytes for 0.03")
        assert len(wiro.runs()) == 1
    # websockets is an extra, and needs to be there only for `live`.
    assert "websockets" not in outside(python, tmp_path, "-c", "import sys, wiro; print(*sys.modules)")
    assert "django" not in outside(python, tmp_path, "-c", "import sys, wiro, wiro.sandbox; print(*sys.modules)")


def test_the_command_serves_the_script_of_the_readme(python: Path, tmp_path: Path) -> None:
    script, _fixture = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    command = [str(python.parent / "wiro-sandbox"), "--port", "0", "--time-scale", "0.02"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout
        told = "".join(iter(sandbox.stdout.readline, "Ctrl-C stops it.\n"))
        variables = dict(re.findall(r"export (\w+)=(\S+)", told))
        assert variables["WIRO_SOCKET_URL"].startswith("ws://127.0.0.1:")
        photo = photo_path("coffee.png")
        said = outside(python, tmp_path, "-c", script, str(photo), "Make it night", "night.png", **variables)
        assert " bytes for 0.03" in said
        sandbox.send_signal(signal.SIGINT)
        assert sandbox.wait(20) == 0


def test_without_the_extra_the_command_says_how_to_get_it() -> None:
    hidden = "import sys; sys.modules['werkzeug'] = None; sys.path.insert(0, sys.argv.pop(1))"
    command = [
        sys.executable,
        "-c",
        f"{hidden}; from edits.wiro import sandbox_command; sandbox_command.main()",
        str(FOLDER.parents[1]),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "pip install 'wiro[sandbox]'" in done.stderr


def test_the_fixture_is_there_for_anybodys_tests(python: Path, tmp_path: Path) -> None:
    _install(python, "pytest")
    (tmp_path / "test_it.py").write_text(FIXTURE)
    assert "2 passed" in outside(python, tmp_path, "-m", "pytest", "-p", "no:cacheprovider")


def test_strict_types_hold_from_outside(python: Path, tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED)
    command = ["-m", "mypy", "--strict", "--config-file", "/dev/null", "--python-executable", str(python), "typed.py"]
    assert "no issues found" in outside(Path(sys.executable), tmp_path, *command)


def test_every_public_name_is_explained() -> None:
    constants = {name for name in package.__all__ if name.isupper()}
    unexplained = [
        name for name in package.__all__ if name not in constants and not (getattr(package, name).__doc__ or "").strip()
    ]
    assert unexplained == []
