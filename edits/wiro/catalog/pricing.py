"""What one Run of a model costs, by Wiro's ways of counting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Per(StrEnum):
    """What a price is for."""

    RUN = "run"
    OUTPUT = "output"
    SECOND = "second"
    PIXEL = "pixel"


METHODS = {"cpr": Per.RUN, "cpo": Per.OUTPUT, "cps": Per.SECOND, "cp-pixel": Per.PIXEL}
"""Wiro's words for them, as Tool/Detail has them in `priceMethod`."""

_SMALLEST = Decimal("0.000001")
# A pixel of the cheapest models costs about 1e-8 USD; no edit of a picture costs more than this.
_LEAST, _MOST = Decimal("1e-10"), Decimal(1000)


def is_plausible(usd: Decimal) -> bool:
    """Whether this can be the price of anything: zero, negative amounts and 1e-12 USD are mistakes."""
    return usd.is_finite() and _LEAST <= usd <= _MOST


@dataclass(frozen=True)
class PriceRule:
    """`usd` for each `per`, for Runs whose inputs have the values in `when`, as a Run sends them; empty means always."""

    usd: Decimal
    per: Per = Per.RUN
    when: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether the price is known before the Run: seconds and pixels are only known after it."""
        return self.per in (Per.RUN, Per.OUTPUT)

    def applies_to(self, sent: Mapping[str, object]) -> bool:
        """Does it hold for a Run with these inputs?"""
        return all(str(sent.get(name, "")) == value for name, value in self.when.items())

    def amount(self, outputs: int, seconds: float, pixels: int) -> Decimal:
        """USD for one Run; `seconds` is its run time, `pixels` the size of one output."""
        counts = {Per.RUN: 1, Per.OUTPUT: outputs, Per.SECOND: seconds, Per.PIXEL: pixels * outputs}
        usd = self.usd * Decimal(str(counts[self.per]))
        return usd if usd % _SMALLEST == 0 else usd.quantize(_SMALLEST)
