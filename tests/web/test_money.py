"""Amounts of money as people read them."""

from decimal import Decimal

import pytest
from django.utils import translation

from edits.web.money import dollars


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("5", "$5.00"),
        ("20", "$20.00"),
        ("0.5", "$0.50"),
        ("0.05", "$0.05"),
        ("0.0125", "$0.0125"),
        ("0.030000", "$0.03"),
        ("0", "$0.00"),
    ],
)
def test_an_amount_has_cents_and_only_the_further_decimals_that_it_needs(amount: str, text: str) -> None:
    with translation.override("en"):
        assert dollars(Decimal(amount)) == text
