"""Sites for the flow tests. Starting one takes seconds, so tests that do it no harm share one."""

from collections.abc import Iterator

import pytest

from tests.run.site import RunningSite, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with its own broker and sandbox, not reachable from outside; in a folder whose name is as odd as may be."""
    with running_site(tmp_path_factory.mktemp("data") / "a 100% odd 'name") as running:
        yield running
