"""The models there are, with their prices, for `reword models`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..wiro import WiroClient
from ..wiro.catalog import SEEDEDIT, load
from .agreement import usd
from .outcomes import Refused, shown
from .site_api import SiteClient, SiteError
from .wiro_edits import price_of


@dataclass(frozen=True)
class Model:
    """`price` is USD for one photo, None if unknown; `seconds` is the typical time."""

    slug: str
    name: str
    price: Decimal | None
    is_about: bool
    seconds: float
    good_at: str
    is_default: bool

    def in_words(self) -> str:
        price = "price unknown" if self.price is None else ("about " if self.is_about else "") + usd(self.price)
        default = " Default." if self.is_default else ""
        return shown_in_columns(self.slug, price, f"{self.seconds:.0f} s", f"{self.name}. {self.good_at}{default}")

    def as_json(self) -> str:
        facts = {"slug": self.slug, "name": self.name, "price": None if self.price is None else f"{self.price.normalize():f}"}
        more = {"is_about": self.is_about, "seconds": self.seconds, "good_at": self.good_at, "is_default": self.is_default}
        return json.dumps(facts | more)


def shown_in_columns(slug: str, price: str, seconds: str, rest: str) -> str:
    return f"{shown(slug):44} {price:16} {seconds:>5}  {shown(rest)}"


def at_site(client: SiteClient) -> list[Model]:
    """Raises Refused."""
    try:
        found = client.models()
    except SiteError as error:
        raise Refused(error.message) from None
    return [
        Model(item.slug, item.name, item.price, not item.price_is_exact, item.seconds, item.good_at, item.is_default)
        for item in found
    ]


def at_wiro(client: WiroClient) -> Iterator[Model]:
    """With Wiro's current prices. Raises Refused if Wiro cannot be asked."""
    for item in load():
        price = price_of(client, item)
        usd_of, is_about = price or (None, False)
        yield Model(item.slug, item.name, usd_of, is_about, item.seconds, str(item.good_at), item.slug == SEEDEDIT)
