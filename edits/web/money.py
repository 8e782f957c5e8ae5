"""Amounts of money as people read them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def dollars(amount: Decimal | float) -> str:
    """An amount in USD: at least cents, and as many further decimals as it has. 0.05 is $0.05, 0.0125 is $0.0125."""
    exact = Decimal(str(amount)).normalize()
    decimals = max(2, -int(exact.as_tuple().exponent))
    return pattern() % {"usd": number_format(exact, decimals)}


def pattern() -> str:
    """How an amount is written in the reader's language, with `%(usd)s` in the place of the number."""
    return _("$%(usd)s")
