"""Which addresses may be called: every known way of naming one's own house is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import Target, is_reachable, parse_target
from core.errors import BadInput

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address: str) -> None:
    assert not is_reachable(address, loopback=False)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_reachable(address: str) -> None:
    assert is_reachable(address, loopback=False)


@given(st.ip_addresses(v=4).filter(lambda a: not is_reachable(str(a), loopback=False)))
def test_no_wrapping_of_an_address_inside_makes_it_reachable(address: object) -> None:
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
        assert not is_reachable(wrapped, loopback=False)


def test_loopback_is_reachable_only_where_it_is_allowed() -> None:
    assert is_reachable("127.0.0.1", loopback=True)
    assert is_reachable("::1", loopback=True)
    assert not is_reachable("169.254.169.254", loopback=True)
    assert not is_reachable("nonsense", loopback=True)


def test_an_https_address_is_taken_apart() -> None:
    assert parse_target("https://Example.org/a?b=c", loopback=False) == Target(
        True, "example.org", 443, "/a?b=c"
    )
    assert parse_target("http://localhost:9000", loopback=True) == Target(
        False, "localhost", 9000, "/"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://localhost/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://user:secret@example.org/",
        "https://user@example.org/",
        "https://",
        "https:///path",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: inside",
        "https://exämple.org/",
        "https://example.org:99999/",
        "https://example.org/#part",
        "https://[::1",
        "https://-a/",
        "//example.org/",
        "https://" + "a" * 2100,
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_target(url, loopback=False)
    assert refused.value.next_step
