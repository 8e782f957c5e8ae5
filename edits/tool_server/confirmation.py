"""A confirmation: what an assistant shows to say that a person has agreed to a price.

Its signature covers what it is valid for (token, owner and arguments) without containing it: for anything else the signature is
wrong. It names the one edit that it may create, so however often it is used, there is one edit, paid for once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from django.core import signing

from ..api.idempotency import Key
from ..api.problems import Problem
from ..models import ApiToken
from ..ordering.prices import Price

SECONDS_VALID = 900
_SALT = "edits.tool_server.confirmation"


@dataclass(frozen=True)
class Confirmation:
    """`text` is its form in messages. `at_most` is the price in USD of all edits, `models` are the slugs of those that make
    them."""

    text: str
    nonce: str
    at_most: Decimal
    models: tuple[str, ...]
    request_hash: str

    @classmethod
    def issue(cls, token: ApiToken, request_hash: str, price: Price, models: tuple[str, ...]) -> Self:
        nonce = secrets.token_hex(8)
        text = signing.dumps([nonce, str(price.usd), *models], salt=_salt(token, request_hash))
        return cls(text, nonce, price.usd, models, request_hash)

    @classmethod
    def read(cls, token: ApiToken, request_hash: str, text: str) -> Self:
        """Read it however old it is, since the edits that it made remain. Raises Problem."""
        try:
            nonce, usd, *models = signing.loads(text, salt=_salt(token, request_hash))
        except signing.BadSignature as error:
            detail = "This confirmation is for other arguments or another token. Leave it out to get the price for these."
            raise Problem(422, "confirmation_invalid", detail) from error
        return cls(text, nonce, Decimal(usd), tuple(models), request_hash)

    @property
    def key(self) -> Key:
        return Key(hashlib.sha256(f"tool server {self.nonce}".encode()).hexdigest(), self.request_hash)

    def is_expired(self, token: ApiToken) -> bool:
        try:
            signing.loads(self.text, salt=_salt(token, self.request_hash), max_age=SECONDS_VALID)
        except signing.SignatureExpired:
            return True
        return False


def _salt(token: ApiToken, request_hash: str) -> str:
    return f"{_SALT}:{token.owner_id}:{token.pk}:{request_hash}"
