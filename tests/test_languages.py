"""The site speaks English and German, as the browser asks or the reader chooses."""

import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation.template import templatize

from edits.models import Edit, State
from edits.translations import LOCALE_DIR, compile_catalogs
from edits.web.addresses import edit_url, status_url
from tests.fixtures import NewEdit, SignIn
from tests.rows import edit_in, shared

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent
# English words that occur in no German sentence.
ENGLISH = re.compile(
    r"(?<![\w/-])(the|and|you|your|with|this|that|is|are|not|of|for|to|at|by|on|or|again|edits?|photos?|pictures?|results?"
    r"|instructions?|trash|gallery|sign)(?![\w/-])"
)
SPOKEN = ("aria-label", "alt", "title", "placeholder")


def test_the_reader_chooses_a_language_and_it_stays(client: Client) -> None:
    assert "Gallery" in client.get("/").text
    client.post("/language/", {"language": "de", "next": "/"})
    page = client.get("/").text
    assert '<html lang="de">' in page
    assert "Galerie" in page


def test_the_browsers_language_is_used(client: Client) -> None:
    assert '<html lang="de">' in client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9"}).text


def test_a_language_without_a_translation_is_answered_in_english(client: Client) -> None:
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "tlh"}).text


def test_the_german_translation_is_complete() -> None:
    with (LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file)
    messages = [message for message in catalog if message.id]
    assert len(messages) > 300
    assert [message.id for message in messages if message.fuzzy or not all(_forms(message))] == []
    assert [error for message in messages for error in message.check(catalog)] == []


def test_the_german_translation_has_every_text_and_no_other() -> None:
    with (LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        translated = {message.id for message in read_po(file) if message.id}
    assert {"missing": _texts() - translated, "unused": translated - _texts()} == {"missing": set(), "unused": set()}


def _texts() -> set[object]:
    """Every text in the source, as makemessages would find it; few machines have the gettext tools that makemessages needs."""
    calls = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2)}
    sources = [("python", path.read_text()) for path in (ROOT / "edits").rglob("*.py")]
    # A template is turned into bare calls of gettext, which the extractor for JavaScript can read.
    sources += [("javascript", templatize(path.read_text())) for path in (ROOT / "templates").rglob("*.[ht]*")]
    return {found[1] for language, text in sources for found in extract(language, io.BytesIO(text.encode()), calls)}


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


def test_the_main_pages_have_no_english_words_in_german(
    client: Client, signed_in: SignIn, alice: User, new_edit: NewEdit
) -> None:
    done, pages = _edits_in_every_state(alice, new_edit)
    everybodys = dict.fromkeys(("/", "/about/pictures/", "/accounts/login/", "/nothing/here/"), client)
    own = {
        page: signed_in(alice)
        for page in (
            "/",
            "/edits/",
            "/edits/new/",
            "/edits/trash/",
            "/accounts/",
            "/accounts/api/",
            "/accounts/webhooks/",
            *pages,
        )
    }
    further = {f"/edits/new/?version={done.pk}&side=result": own["/edits/"]}
    found = {}
    for page, browser in [*everybodys.items(), *own.items(), *further.items()]:
        answer = browser.get(page, headers={"Accept-Language": "de"})
        assert '<html lang="de">' in answer.text
        found[page] = ENGLISH.findall(_words(answer.text))
    assert {page: words for page, words in found.items() if words} == {}


def test_mistakes_and_the_status_are_told_in_german(signed_in: SignIn, alice: User, new_edit: NewEdit) -> None:
    browser, german = signed_in(alice), {"Accept-Language": "de", "Accept": "application/json"}
    answer = browser.post("/edits/new/", {"guidance_scale": "99", "seed": "-1", "variations": "9"}, headers=german)
    told = {name: errors[0]["message"] for name, errors in answer.json()["errors"].items()}
    assert told == {
        "photo": "Wähl zuerst ein Foto.",
        "prompt": "Dieses Feld ist zwingend erforderlich.",
        "guidance_scale": "Die Worttreue ist eine Zahl von 1 bis 10.",
        "seed": "Ein Seed ist eine ganze Zahl von 0 bis 2147483647.",
        "variations": "Möglich sind 1 bis 4 Varianten.",
    }
    assert browser.get(status_url(new_edit()), headers=german).json()["text"] == "Als Nächstes an der Reihe."


def _edits_in_every_state(alice: User, new_edit: NewEdit) -> tuple[Edit, list[str]]:
    """One that is done, and the pages of all that can be looked at; another one lies in the trash."""
    words = {"prompt": "Mach Nacht daraus"}
    photo = new_edit(**words).photo
    done = shared(alice, photo, **words, changed_percent=12.5)
    edit_in(State.SUCCEEDED, alice, photo, **words, parent=done)
    edit_in(State.SUCCEEDED, alice, photo, **words, deleted_at=timezone.now())
    edits = [done, *(edit_in(state, alice, photo, **words) for state in State)]
    return done, [edit_url(edit) for edit in edits]


class _Reader(HTMLParser):
    """What can be seen or heard of a page: its text, without code and without parts marked as English, and its accessible
    names."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if not self.silent and (tag in ("code", "script") or attributes.get("lang") == "en"):
            self.silent = tag
        self.said += [text for name, text in attrs if text and (name in SPOKEN or (name.startswith("data-") and " " in text))]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def _words(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    # Text in quotation marks is quoted as it is.
    return re.sub("“[^”]*”|„[^“]*“", "", " ".join(reader.said)).lower()


@pytest.mark.parametrize(
    ("language", "day", "moment"), [("en", "Nov 6, 2026", "Nov 6, 2026, 4:05 PM"), ("de", "06.11.2026", "06.11.2026, 16:05")]
)
def test_dates_look_as_the_script_of_the_pages_writes_them(language: str, day: str, moment: str) -> None:
    at = datetime(2026, 11, 6, 16, 5, tzinfo=UTC)
    with translation.override(language):
        assert [date_format(at, name) for name in ("DATE_FORMAT", "SHORT_DATE_FORMAT")] == [day] * 2
        assert [date_format(at, name) for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")] == [moment] * 2


def test_only_changed_translations_are_compiled_again(tmp_path: Path) -> None:
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
