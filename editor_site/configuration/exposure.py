"""Whether only this machine can reach the site, and nothing that is done there costs money.

Only such a site has a demo account, whose password is shown on the sign-in page.
"""

from collections.abc import Mapping

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_private(environ: Mapping[str, str]) -> bool:
    """Decided from the settings as text. `make run` sets `OWN_SANDBOX` if it started the sandbox that the key is for."""
    names = [environ.get("HOST") or LOOPBACK[0], *environ.get("ALLOWED_HOSTS", "").split(",")]
    is_local = all(name.strip().strip("[]") in LOOPBACK for name in names if name.strip())
    reached = any(environ.get(name, "").strip() for name in ("TRUSTED_PROXIES", "PUBLIC_BASE_URL"))
    has_proxy = environ.get("BEHIND_PROXY", "").strip().casefold() not in ("", "0", "off", "false", "no", "n")
    is_paid = bool(environ.get("WIRO_API_KEY")) and not environ.get("OWN_SANDBOX")
    return is_local and not (reached or has_proxy or is_paid)
