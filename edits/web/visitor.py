"""Who a visitor is: the address of the connection, or what a trusted proxy says about it.

Anybody can send `X-Forwarded-For`. Each proxy appends the IP address that it saw, so only the entries that trusted proxies wrote
count: they are read from the right, up to the first address that is not a trusted proxy.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Where the middleware stores the name that a trusted proxy sent in `PROXY_AUTH_HEADER`. No header can have this key.
PROXY_USER = "reword.proxy_user"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# 192.0.2.1, 192.0.2.1:5000, 2001:db8::1, fe80::1%eth0, [2001:db8::1], [2001:db8::1]:5000
_HOP = re.compile(r"\[(?P<bracketed>[^\]%]+)(?:%[^\]]*)?\](?::\d{1,5})?|(?P<with_port>[\d.]+):\d{1,5}|(?P<bare>[^%]+)(?:%.*)?")
# A connection without an address comes through a socket of this machine.
LOCAL = "127.0.0.1"
# Providers hand out IPv6 networks of this size, so one person has all the addresses of such a network.
IPV6_PREFIX = 64


class VisitorMiddleware:
    """Puts the visitor's address into `REMOTE_ADDR` once, and keeps `X-Forwarded-Proto` only if a trusted proxy set it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        proto = request.META.pop("HTTP_X_FORWARDED_PROTO", "")
        if proto and is_trusted(_parsed(peer), settings.TRUSTED_PROXIES):
            request.META["HTTP_X_FORWARDED_PROTO"] = proto.rpartition(",")[2].strip()
        _take_name(request, is_trusted(_parsed(peer), settings.TRUSTED_PROXIES))
        request.META["REMOTE_ADDR"] = visitor_address(peer, forwarded, settings.TRUSTED_PROXIES)
        return self.get_response(request)


def _take_name(request: HttpRequest, is_from_proxy: bool) -> None:
    """Several names, or one appended to what the visitor sent, are ignored."""
    if settings.PROXY_AUTH_HEADER:
        name = request.META.pop(f"HTTP_{settings.PROXY_AUTH_HEADER.upper().replace('-', '_')}", "").strip()
        if is_from_proxy and "," not in name:
            request.META[PROXY_USER] = name


def visitor_address(peer: str, forwarded: str, proxies: Iterable[Network]) -> str:
    """The rightmost hop that is not a trusted proxy. `peer` is the connection's address, `forwarded` the header's text.

    Reading stops at an entry that is not an address: what is further left was not seen by a trusted proxy.
    """
    visitor = _parsed(peer)
    for hop in reversed(forwarded.split(",")):
        if not is_trusted(visitor, proxies):
            break
        if hop.strip():
            before = _parsed(hop)
            if before is None:
                break
            visitor = before
    return str(visitor or LOCAL)


def is_trusted(address: Address | None, proxies: Iterable[Network]) -> bool:
    return address is not None and any(address in network for network in proxies)


def counted_address(request: HttpRequest) -> str:
    """The address by which sign-in attempts and sign-ups are counted; for IPv6, the first one of its network."""
    address = _parsed(request.META.get("REMOTE_ADDR", "")) or ip_address(LOCAL)
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, IPV6_PREFIX), strict=False).network_address)


def _parsed(text: str) -> Address | None:
    """None for anything that is not an IP address. IPv4 written as IPv6 counts as IPv4."""
    found = _HOP.fullmatch(text.strip())
    try:
        address = ip_address(found.group("bracketed") or found.group("with_port") or found.group("bare") if found else "")
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
