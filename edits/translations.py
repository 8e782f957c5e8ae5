"""Compile the translations: `django.po` → `django.mo`, if that is older.

Compiled files are not kept in the repository, and gettext's own compiler is on few machines.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).resolve().parent / "locale"


def compile_catalogs(folder: Path = LOCALE_DIR) -> None:
    """Missing and fuzzy translations are left out, so that the English text is used."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
        unfinished = source.with_suffix(".mo.part")
        with unfinished.open("wb") as file:
            write_mo(file, catalog)
        unfinished.rename(target)


if __name__ == "__main__":
    compile_catalogs()
