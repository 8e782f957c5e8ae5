"""What a Run costs, by Wiro's ways of counting."""

from decimal import Decimal

import pytest

from edits.wiro.catalog import Per, PriceRule


@pytest.mark.parametrize(
    ("per", "usd", "amount", "is_exact"),
    [
        (Per.RUN, "0.04", "0.04", True),
        (Per.OUTPUT, "0.04", "0.12", True),
        (Per.SECOND, "0.001", "0.0125", False),
        (Per.PIXEL, "0.00000001", "0.06", False),
    ],
)
def test_a_price_is_for_each_run_output_second_or_pixel(per: Per, usd: str, amount: str, is_exact: bool) -> None:
    rule = PriceRule(Decimal(usd), per)
    assert rule.amount(outputs=3, seconds=12.5, pixels=2_000_000) == Decimal(amount)
    assert rule.is_exact is is_exact


def test_a_price_may_hold_for_some_inputs_only() -> None:
    rule = PriceRule(Decimal("0.08"), when={"resolution": "4k"})
    assert rule.applies_to({"resolution": "4k", "seed": 1})
    assert not rule.applies_to({"resolution": "2k"})
    assert not rule.applies_to({})
