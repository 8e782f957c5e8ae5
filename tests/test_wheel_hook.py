"""A wheel holds everything that a site needs: it is built, installed into a folder, and a site is started from there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# What an operator would see: a page in German with its styles, and the administrator that the environment names.
SCRIPT = """
import sys, django
django.setup()
import edits, editor_site
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("prepare")
page = Client().get("/accounts/login/", headers={"Accept-Language": "de"}).text
print(edits.__file__, editor_site.__file__, settings.DATA_DIR, sep="\\n")
print("Anmelden" in page, page.count("/static/css/"), Client().get("/service-worker.js").status_code)
print(User.objects.get(is_superuser=True).username)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was installed, without what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (wheel,) = folder.glob("reword-*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "site")
    return folder / "site"


def test_a_site_starts_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "DJANGO_SETTINGS_MODULE": "editor_site.settings",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "off",
        "WIRO_API_KEY": "test-api-key",
        "DJANGO_SUPERUSER_USERNAME": "root",
        "DJANGO_SUPERUSER_PASSWORD": "a long enough passphrase",
    }
    # -P: not the folder in which it is started.
    command = [sys.executable, "-P", "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[-5:]
    assert lines[:3] == [f"{installed}/edits/__init__.py", f"{installed}/editor_site/__init__.py", f"{tmp_path}/var"]
    is_german, stylesheets, worker = lines[3].split()
    assert (is_german, int(stylesheets) > 0, worker) == ("True", True, "200")
    assert lines[4] == "root"


def test_the_wheel_brings_its_own_files_alone(installed: Path) -> None:
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"edits", "editor_site", "reword"}
    entries = next(installed.glob("reword-*.dist-info/entry_points.txt")).read_text()
    assert "reword = editor_site.manage:main" in entries
