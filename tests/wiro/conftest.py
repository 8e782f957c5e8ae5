from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from edits.wiro import WiroClient
from tests.wiro.raw import KEY, SECRET


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[WiroClient]:
    client = WiroClient(KEY, SECRET, base_url=httpserver.url_for("/v1"))
    yield client
    client.close()
