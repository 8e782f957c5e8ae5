"""Nothing is paid for without agreement: the price is shown first, and a person, `--yes` or `--max-price` agrees to it."""

import sys
from dataclasses import dataclass
from decimal import Decimal

from .outcomes import Exit, Refused, shown
from .way import Offer


@dataclass(frozen=True)
class Consent:
    """What the command line says about money: `most` is USD for the whole command."""

    yes: bool
    most: Decimal | None


def usd(amount: Decimal) -> str:
    """0.3 USD becomes 0.30 USD; 0.0045 stays as it is."""
    text = f"{amount.normalize():f}"
    return f"{amount:.2f} USD" if Decimal(text) == round(amount, 2) else f"{text} USD"


def price_in_words(offer: Offer, photos: int, where: str) -> str:
    what = f"{photos} photo{'s' if photos > 1 else ''} with {offer.model} at {where}"
    if offer.price is None:
        return f"{what}: the price is unknown"
    about = "about " if offer.is_about else ""
    each = f" ({about}{usd(offer.price)} each)" if photos > 1 else ""
    return f"{what}: {about}{usd(offer.price * photos)}{each}"


def agreed(offer: Offer, photos: int, where: str, consent: Consent) -> Decimal | None:
    """Show the price and get agreement. Returns the USD that may be spent, None for any amount. Raises Refused."""
    words = price_in_words(offer, photos, where)
    total = None if offer.price is None else offer.price * photos
    if consent.most is not None and (total is None or total > consent.most):
        raise Refused(f"{words}. That is not within --max-price {consent.most}; nothing was sent.")
    print(f"{shown(words)}.", file=sys.stderr, flush=True)
    if not (consent.yes or consent.most is not None):
        _ask()
    return consent.most if consent.most is not None else total


def _ask() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        reason = "Nothing was sent: there is no terminal to ask on. Agree with --yes, or set a limit with --max-price USD."
        raise Refused(reason, Exit.USAGE_ERROR)
    try:
        print("Continue? [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        raise Refused("Interrupted. Nothing was sent.", Exit.INTERRUPTED) from None
    if answer.strip().lower() not in ("y", "yes"):
        raise Refused("Nothing was sent.")
