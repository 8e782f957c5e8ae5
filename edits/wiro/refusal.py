"""Why a model made no result, as far as its own message says: each reason calls for a different action by the user."""

import re
from enum import StrEnum


class Refusal(StrEnum):
    """SENSITIVE: a filter stopped it. NO_FACE: it looks for a face and found none. UNCHANGED: the picture came back as it was."""

    SENSITIVE = "sensitive"
    NO_FACE = "no_face"
    UNCHANGED = "unchanged"


_SIGNS = (
    (Refusal.SENSITIVE, r"sensitive|nsfw|safety|moderat|flagged|prohibited|inappropriate|content policy|policy violation"),
    (Refusal.NO_FACE, r"\bno faces?\b|faces? (?:was |were |could )?not (?:be )?(?:found|detected)|without a face"),
    (Refusal.UNCHANGED, r"nothing (?:was )?changed|no (?:visible )?changes?\b|unchanged|identical (?:to|image|result)"),
)
_PATTERNS = tuple((refusal, re.compile(pattern, re.IGNORECASE)) for refusal, pattern in _SIGNS)


def refusal_in(message: str) -> Refusal | None:
    """The known refusal that a message names, or None."""
    return next((refusal for refusal, pattern in _PATTERNS if pattern.search(message)), None)
