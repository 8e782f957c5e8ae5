import pytest
import requests
from requests.structures import CaseInsensitiveDict

from edits.wiro.auth import Nonces, WiroAuth, sign

BASE_URL = "https://api.wiro.ai/v1"
SIGNATURE = "4e67485ace9c18196d65275b4f42c54c0b84aee6750ba6a6a78de9ac4227ac9e"


def signed(auth: WiroAuth, url: str = BASE_URL + "/Task/Detail") -> CaseInsensitiveDict[str]:
    return requests.Request("POST", url, auth=auth).prepare().headers


def test_the_golden_vector_made_with_openssl_holds() -> None:
    assert sign("test-api-key", "test-api-secret", "1734513807") == SIGNATURE


def test_a_request_carries_key_nonce_and_matching_signature() -> None:
    headers = signed(WiroAuth("test-api-key", "test-api-secret", BASE_URL))
    assert headers["x-api-key"] == "test-api-key"
    assert headers["x-nonce"].isdecimal()
    assert headers["x-signature"] == sign("test-api-key", "test-api-secret", headers["x-nonce"])


def test_a_key_only_project_sends_the_key_alone() -> None:
    headers = signed(WiroAuth("test-api-key", "", BASE_URL))
    assert [name for name in headers if name.startswith("x-")] == ["x-api-key"]


def test_nonces_rise_and_never_repeat() -> None:
    nonces = Nonces()
    numbers = [int(nonces.next()) for _ in range(1000)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.wiro.ai/v1/Task/Detail",
        "https://wiro.ai/v1/Task/Detail",
        "https://api.wiro.ai:8443/v1/Task/Detail",
        "https://api.wiro.ai.example.org/v1/Task/Detail",
        "https://cdn1.wiro.ai/0.png",
    ],
)
def test_no_other_origin_gets_the_key(url: str) -> None:
    with pytest.raises(ValueError, match="configured API host only"):
        signed(WiroAuth("test-api-key", "test-api-secret", BASE_URL), url)


def test_the_default_port_may_be_written_out() -> None:
    assert "x-signature" in signed(WiroAuth("test-api-key", "s", "https://api.wiro.ai:443/v1"))


@pytest.mark.parametrize(("key", "secret"), [("", "s"), ("k\r\nx: y", "s"), ("schlüssel", "s"), (" k", "s"), ("k", "s\n")])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_shown(key: str, secret: str) -> None:
    with pytest.raises(ValueError, match="API") as raised:
        WiroAuth(key, secret, BASE_URL)
    assert "schlüssel" not in str(raised.value)


def test_the_repr_shows_neither_key_nor_secret() -> None:
    shown = repr(WiroAuth("test-api-key", "test-api-secret", BASE_URL))
    assert "test-api" not in shown
    assert "api.wiro.ai" in shown
