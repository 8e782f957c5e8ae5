"""Sites for the flow tests. Starting one takes seconds, so tests that do it no harm share one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.site import RunningSite, running_site

SECONDS_PER_TEST = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several programs start for one test, and a busy machine takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SECONDS_PER_TEST))


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with its own broker and sandbox, not reachable from outside; in a folder whose name is as odd as may be."""
    with running_site(tmp_path_factory.mktemp("data") / "a 100% odd 'name") as running:
        yield running
