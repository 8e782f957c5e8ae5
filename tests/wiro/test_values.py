from decimal import Decimal

import pytest

from edits.wiro import MAX_RETRY_AFTER
from edits.wiro.values import as_bool, as_int, as_line, as_message, as_token, as_url, as_usd, retry_after_seconds


@pytest.mark.parametrize("value", ["9" * 19, 10**30, "1e400", "", None, True, [1]])
def test_a_number_beyond_reason_is_none(value: object) -> None:
    assert as_int(value) is None


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), ("True", True), (1, True), ("0", False), (False, False), (None, None), ("yes", None)]
)
def test_yes_and_no_come_in_several_spellings(value: object, read: bool | None) -> None:
    assert as_bool(value) is read


def test_a_line_is_cut_and_clean() -> None:
    assert as_line(" a\x00\x1b[31m\n b\u2028c \ufffe", 100) == "a [31m b c"
    assert as_line("ab cd", 3) == "ab"
    assert as_line("😀" * 10, 4) == "😀" * 4


def test_a_message_hides_secrets_before_it_is_cut() -> None:
    assert as_message("x" * 895 + "s3cr3t", ("s3cr3t",)) == "x" * 895 + "[hidd"


@pytest.mark.parametrize(
    "url", ["", "//cdn.wiro.ai/0.png", "javascript:x", "https://a b", "https://ä.example/", "https://a\n"[:-1] + "\x00"]
)
def test_what_is_no_plain_address_is_none(url: str) -> None:
    assert as_url(url) == ""


def test_a_token_is_printable_ascii() -> None:
    assert as_token("Az09-_.~+/=") == "Az09-_.~+/="
    assert as_token("tök") == ""


def test_an_amount_has_twelve_decimal_places_at_most() -> None:
    assert as_usd("0.0035100000000000000001") == Decimal("0.00351")
    assert as_usd("1e-999999") == 0
    assert as_usd("1e999999") is None


@pytest.mark.parametrize(
    ("header", "seconds"), [("-5", 0.0), ("1e300", MAX_RETRY_AFTER), ("3601", MAX_RETRY_AFTER), ("nan", None)]
)
def test_a_wait_is_between_zero_and_an_hour(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(header) == seconds
