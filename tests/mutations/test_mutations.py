"""Every mutation can be made in the program as it is now; `make mutants` shows that each is noticed."""

import re

import pytest

from .__main__ import MUTATIONS
from .mutation import ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_mutation_can_be_made(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()
    changed = mutation.changed(text)
    compile(changed, mutation.file, "exec")
    assert changed != text


@pytest.mark.parametrize("mutation", [mutation for mutation in MUTATIONS if mutation.tests], ids=lambda mutation: mutation.name)
def test_the_tests_that_should_notice_it_exist(mutation: Mutation) -> None:
    places, _, words = " ".join(mutation.tests).partition(" -k ")
    paths = [ROOT / place for place in places.split()]
    files = [file for path in paths for file in (path.rglob("test_*.py") if path.is_dir() else [path])]
    names = [name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())]
    assert any(word in name for name in names for word in words.split(" or "))


def test_no_name_is_used_twice() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names) >= 40
