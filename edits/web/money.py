"""Amounts of money as people read them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..ordering.prices import Price


def dollars(amount: Decimal | float) -> str:
    """An amount in USD: at least cents, and as many further decimals as it has. 0.05 is $0.05, 0.0125 is $0.0125."""
    exact = Decimal(str(amount)).normalize()
    decimals = max(2, -int(exact.as_tuple().exponent))
    return pattern() % {"usd": number_format(exact, decimals)}


def price(price: Price) -> str:
    """A price before the Run: $0.05, or "about $0.05" if only the Run will determine it."""
    return _("about %(price)s") % {"price": dollars(price.usd)} if price.is_about else dollars(price.usd)


def price_changed(price_now: Price) -> str:
    """The message for somebody who has seen a lower price."""
    told = _("The price has changed since you opened this page. It’s now %(price)s. Send your request again to accept it.")
    return told % {"price": price(price_now)}


def pattern() -> str:
    """How an amount is written in the reader's language, with `%(usd)s` in the place of the number."""
    return _("$%(usd)s")
