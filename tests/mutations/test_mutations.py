"""Every mutation can be made in the program as it is now; `make mutants` shows that each is noticed."""

import pytest

from .__main__ import MUTATIONS
from .mutation import ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_mutation_can_be_made(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()
    changed = mutation.changed(text)
    compile(changed, mutation.file, "exec")
    assert changed != text


def test_no_name_is_used_twice() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names) >= 40
