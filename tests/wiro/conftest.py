import pytest

from edits.wiro import WiroClient
from tests.wiro.raw import KEY, SECRET


@pytest.fixture
def client(httpserver):
    client = WiroClient(KEY, SECRET, base_url=httpserver.url_for("/v1"))
    yield client
    client.close()
