"""The account behind the key: signatures, balance, and how many tasks may run at once."""

import hashlib
import hmac
from decimal import Decimal
from threading import Lock

from werkzeug.datastructures import Headers

from ...catalog import ModelDeclaration, PriceRule
from .refusals import Refusal

SMALLEST_BALANCE = Decimal("0.50")
UNLIMITED_ABOVE = Decimal(250)
SHARE_OF_BALANCE = Decimal(10)


class Account:
    """Money is in USD; `price` is the price of a successful edit by a model whose file has no price.

    An empty secret makes a key-only project: no signatures.
    """

    def __init__(self, api_key: str, api_secret: str, balance: Decimal, price: Decimal) -> None:
        self._key = api_key
        self._secret = api_secret
        self._balance = balance
        self.price = price
        self._running = 0
        self._lock = Lock()

    @property
    def balance(self) -> Decimal:
        return self._balance

    @balance.setter
    def balance(self, value: Decimal) -> None:
        with self._lock:
            self._balance = value

    @property
    def running(self) -> int:
        """Tasks that were accepted and have not ended."""
        return self._running

    def price_of(self, model: ModelDeclaration) -> PriceRule:
        """What a successful Run of this model costs."""
        return model.price or PriceRule(self.price)

    def check_credentials(self, headers: Headers) -> None:
        """Raise `Refusal` 98 for a wrong key, 99 for a wrong signature."""
        if not self._key or not _same(headers.get("x-api-key", ""), self._key):
            raise Refusal(98, "Invalid API key", status=401)
        if not self._secret:
            return
        nonce = headers.get("x-nonce", "")
        signature = hmac.new(self._key.encode(), (self._secret + nonce).encode(), hashlib.sha256).hexdigest()
        if not nonce.isdigit() or not _same(headers.get("x-signature", ""), signature):
            raise Refusal(99, "Invalid API signature", status=401)

    def take_slot(self) -> None:
        """Count one more running task; raises `Refusal` 97 (balance) or 96 (too many at once)."""
        with self._lock:
            if self._balance < SMALLEST_BALANCE:
                raise Refusal(97, "Insufficient balance. Please add funds to your account to run this model.")
            if self._running >= self._limit():
                raise Refusal(96, "Concurrent task limit reached. Please wait for your running tasks to finish.")
            self._running += 1

    def give_slot_back(self, cost: Decimal) -> None:
        """One task has ended, for `cost` USD."""
        with self._lock:
            self._running -= 1
            self._balance -= cost

    def _limit(self) -> float:
        if self._balance > UNLIMITED_ABOVE:
            return float("inf")
        return max(1, int(self._balance // SHARE_OF_BALANCE))


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
