"""Static files are collected at a start when one of them has changed, and only then."""

import os
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from edits import static_collection

SOURCE = "styles.css"


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    """The only static file of this site."""
    folder = tmp_path / "sources"
    folder.mkdir()
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (folder / SOURCE).write_text("a { color: red }")
    static_collection.collect()
    return folder / SOURCE


def collected(settings: Settings) -> list[str]:
    return sorted(path.read_text() for path in Path(settings.STATIC_ROOT).glob("styles*.css"))


def test_a_changed_file_is_collected_even_if_it_is_as_long(source: Path, settings: Settings) -> None:
    source.write_text("a { color: tan }")
    os.utime(source, ns=(1, 1))
    static_collection.collect()
    assert "a { color: tan }" in collected(settings)


def test_a_new_file_is_collected(source: Path, settings: Settings) -> None:
    (source.parent / "styles2.css").write_text("b { color: blue }")
    static_collection.collect()
    assert "b { color: blue }" in collected(settings)


def test_unchanged_files_are_left_as_they_are(source: Path, settings: Settings) -> None:
    (Path(settings.STATIC_ROOT) / SOURCE).write_text("kept")
    static_collection.collect()
    assert "kept" in collected(settings)


def test_a_collection_that_was_interrupted_is_made_again(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    source.write_text("a { color: blue }")
    with monkeypatch.context() as patch:
        patch.setattr(static_collection, "call_command", stop)
        with pytest.raises(KeyboardInterrupt):
            static_collection.collect()
    static_collection.collect()
    assert "a { color: blue }" in collected(settings)
