import pytest

from edits.wiro import BASE_URL, SOCKET_URL
from edits.wiro.addresses import checked_socket_url


@pytest.mark.parametrize(
    "given",
    [
        "ws://socket.wiro.ai/v1",
        "ws://10.0.0.1:8090/v1",
        "ws://localhost.example.org",
        "https://socket.wiro.ai/v1",
        "wss://name@socket.wiro.ai/v1",
        "wss://socket.wiro.ai/v1?x=y",
        "socket.wiro.ai",
    ],
)
def test_a_socket_that_could_give_a_token_away_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="socket URL"):
        checked_socket_url(given, BASE_URL)


@pytest.mark.parametrize("given", ["", "ws://127.0.0.1:8091/v1", "ws://localhost:8091", "wss://wiro.example.org/v1"])
def test_an_address_that_was_chosen_is_taken_whatever_the_base_url(given: str) -> None:
    assert checked_socket_url(given, "https://wiro.example.org/v1") == given


@pytest.mark.parametrize(
    ("base_url", "socket_url"),
    [
        (BASE_URL, SOCKET_URL),
        ("https://api.wiro.ai/v2", SOCKET_URL),
        ("http://api.wiro.ai/v1", ""),
        ("https://api.wiro.ai.example.org/v1", ""),
        ("https://api.wiro.ai:444/v1", ""),
        ("http://127.0.0.1:8090/v1", ""),
    ],
)
def test_wiros_own_socket_is_for_tasks_of_wiro_alone(base_url: str, socket_url: str) -> None:
    assert checked_socket_url(None, base_url) == socket_url
