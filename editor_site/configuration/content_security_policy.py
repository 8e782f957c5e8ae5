"""The content security policy of every page: nothing inline, and nothing from elsewhere except pictures from their bucket."""

from typing import Any

from csp.constants import NONE, SELF


def content_security_policy(picture_origins: list[str]) -> dict[str, Any]:
    """The setting of django-csp. `picture_origins`: from where browsers get pictures besides this site."""
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "img-src": [SELF, "data:", "blob:", *picture_origins],
            "object-src": [NONE],
            "base-uri": [NONE],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
        }
    }
