"""What docs and docstrings say about files is true: paths exist, maps of packages name every module once."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("edits", "editor_site", "tests", "bench")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# Code for other versions mentions the files of those versions.
OLD = ROOT / "tests" / "upgrade" / "version_0_1"

PLAIN = re.compile(r"(?<![\w./])(?:edits|editor_site|tests|docs|bench|static|templates|requirements)/[\w./*-]*[\w*/]")
CODE = re.compile(r"`([^`\s]+)`")
A_FILE_OF_OURS = re.compile(r"[\w./*-]+\.(?:py|md|toml|yml|css|js|html)")
DOTTED = re.compile(r"\b(?:edits|editor_site|tests)(?:\.[a-z_]+)+\b")
ROW = re.compile(r"[a-z_0-9]+ {2,}\S")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def texts() -> Iterator[tuple[str, str]]:
    """Every page and every module's docstring, with its name."""
    for page in PAGES:
        yield shown(page), page.read_text()
    for source in SOURCES:
        if OLD not in source.parents:
            yield shown(source), docstring(source)


def paths_in(text: str) -> set[str]:
    """What begins with a folder of this repository, and what is set as code and ends as our files do; no output folders."""
    code = {word for word in CODE.findall(text) if A_FILE_OF_OURS.fullmatch(word)}
    return {path for path in code | set(PLAIN.findall(text)) if not path.startswith(("var/", "bench/out/"))}


def modules_of(package: Path) -> set[str]:
    """The modules and packages directly inside, without those that Python itself names."""
    modules = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    return {name for name in modules if not name.startswith("__")}


def map_in(text: str) -> list[str]:
    """The names in a map: lines of `name  purpose`, once or twice side by side."""
    rows = [line for line in text.splitlines() if ROW.match(line)]
    return [cell for row in rows for cell in re.split(r" {2,}", row.strip())[::2]]


MAPS = {shown(path.parent): path.parent for path in SOURCES if path.name == "__init__.py" and map_in(docstring(path))}


def test_there_is_something_to_read() -> None:
    named = {path for _, text in texts() for path in paths_in(text)}
    assert {"README.md", "docs/architecture.md", "docs/operations.md"} <= {name for name, _ in texts()}
    assert any(path.startswith("edits/") for path in named)
    assert MAPS


def test_a_path_that_is_not_there_would_be_found() -> None:
    text = "See `edits/no_such_file.py`, `gone.md`, `edits/wiro/`, `/edits/<id>/`, `DATA_DIR/media`, `var/media` and docs/x.md."
    assert paths_in(text) == {"edits/no_such_file.py", "gone.md", "edits/wiro/", "docs/x.md"}
    assert map_in("name   what it is   other  that, too\n\nA sentence that is none.") == ["name", "other"]


def test_the_files_that_are_named_exist() -> None:
    """From the root of the repository, so that they can be opened as they are written."""
    missing = {name: [path for path in paths_in(text) if not any(ROOT.glob(path.rstrip("/")))] for name, text in texts()}
    assert {name: paths for name, paths in missing.items() if paths} == {}


def test_the_modules_that_are_named_exist() -> None:
    named = {(name, *dotted.split(".")[:2]) for name, text in texts() for dotted in DOTTED.findall(text)}
    assert [at for at in named if not (ROOT / at[1] / at[2]).is_dir() and not (ROOT / at[1] / f"{at[2]}.py").is_file()] == []


@pytest.mark.parametrize("package", MAPS)
def test_the_map_of_a_package_names_every_module_once(package: str) -> None:
    folder = MAPS[package]
    assert sorted(map_in(docstring(folder / "__init__.py"))) == sorted(modules_of(folder))
