"""The site speaks English and German, as the browser asks or the reader chooses."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from edits.translations import LOCALE_DIR, compile_catalogs

pytestmark = pytest.mark.django_db


def test_the_reader_chooses_a_language_and_it_stays(client):
    assert "Gallery" in client.get("/").text
    client.post("/language/", {"language": "de", "next": "/"})
    page = client.get("/").text
    assert '<html lang="de">' in page
    assert "Galerie" in page


def test_the_browsers_language_is_spoken(client):
    assert '<html lang="de">' in client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9"}).text


def test_a_language_that_nobody_translated_is_answered_in_english(client):
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "tlh"}).text


def test_the_german_translation_is_complete():
    with (LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file)
    messages = [message for message in catalog if message.id]
    assert len(messages) > 300
    assert [message.id for message in messages if message.fuzzy or not all(_forms(message))] == []
    assert [error for message in messages for error in message.check(catalog)] == []


def _forms(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_a_changed_translation_is_compiled_anew_and_an_unchanged_one_left_alone(tmp_path: Path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Gallery"\nmsgstr "Galerie"\n'
    )
    compile_catalogs(tmp_path)
    first = (folder / "django.mo").stat().st_mtime_ns
    compile_catalogs(tmp_path)
    assert (folder / "django.mo").stat().st_mtime_ns == first
    assert b"Galerie" in (folder / "django.mo").read_bytes()
