"""Which network addresses a webhook may reach: public ones, and nothing inside our own house.

A receiver's address comes from a stranger, so it may name our database, a cloud's metadata service
or a neighbour. Forms that wrap an IPv4 address in IPv6 are unwrapped before they are judged.
OWASP: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from core.errors import BadInput

URL_CHARACTERS_MAX = 2000
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_OLD_COMPATIBLE = IPv6Network("::/96")
# Reserved for special use and yet global to Python: relays and protocol assignments.
_REFUSED_V4 = tuple(
    IPv4Network(text) for text in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")
)
_REFUSED_V6 = tuple(IPv6Network(text) for text in ("2001::/23", "fec0::/10"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: `path` holds the query too."""

    secure: bool
    host: str
    port: int
    path: str


def parse_target(url: str, *, loopback: bool) -> Target:
    """Return the parts of a receiver's URL; raises BadInput for one that may not be called.

    Only https, except for this very machine where `loopback` allows it; no user or password.
    """
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad_url("it is too long or holds characters that a URL has not")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise _bad_url("it cannot be read") from exc
    if parts.username is not None or parts.password is not None:
        raise _bad_url("it holds a user or a password")
    if parts.scheme not in ("https", "http") or not _is_host(host) or parts.fragment:
        raise _bad_url("it is no https address")
    secure = parts.scheme == "https"
    if not secure and not (loopback and _names_this_machine(host)):
        raise _bad_url("it is not encrypted (https)")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), path)


def is_reachable(text: str, *, loopback: bool) -> bool:
    """Say whether a message may be sent to this IP address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each, loopback=loopback) for each in (address, *_inside(address)))


def _is_public(address: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    if address.is_loopback:
        return loopback
    if isinstance(address, IPv6Address) and _inside(address):
        return True  # judged by what is inside
    refused = _REFUSED_V4 if address.version == 4 else _REFUSED_V6
    if any(address in network for network in refused):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inside(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address) or address.is_loopback:
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in (*_NAT64, _OLD_COMPATIBLE)):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(item for item in found if item is not None)


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return ip_address(host) is not None
        except ValueError:
            return False
    return _HOST.fullmatch(host) is not None


def _names_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bad_url(why: str) -> BadInput:
    return BadInput(
        f"this address cannot be called: {why}",
        next_step="give a public https address, such as https://example.org/hooks",
        code="bad-url",
    )
