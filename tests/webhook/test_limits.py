"""How much one resident, one address may send; where somebody comes from behind a proxy."""

import pytest
from flask import Flask, request

from bot.message import Message
from bot.state import MemoryState
from webhook.limits import Limits, address_of


@pytest.fixture
def limits():
    return Limits(MemoryState(), lambda address: f"<{address}>", of_resident=2, of_address=3)


def message(sender, origin="a"):
    return Message("webchat", "m", sender, "地震", origin=origin)


def test_one_resident_is_limited_for_themselves(limits):
    """The third in a minute is too many; somebody else goes on."""
    assert [limits.allow(message("阿一", "")) for _ in range(3)] == [True, True, False]
    assert limits.allow(message("阿二", ""))


def test_an_address_that_changes_its_name_is_limited(limits):
    """Ever new cookies from one address are one address."""
    assert [limits.allow(message(f"居民{n}")) for n in range(4)] == [True] * 3 + [False]
    assert limits.allow(message("居民9", "b"))


def test_no_limit_is_no_limit():
    """Nought switches one off."""
    limits = Limits(MemoryState(), str, of_resident=0, of_address=0)

    assert all(limits.allow(message("阿一")) for _ in range(50))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("8.8.8.8", None, "8.8.8.8"),
        ("8.8.8.8", "198.51.100.1", "8.8.8.8"),
        ("172.17.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.9, 198.51.100.1", "198.51.100.1"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", None, "127.0.0.1"),
    ],
)
def test_only_a_proxy_of_our_own_network_is_believed(remote, forwarded, address):
    """Whoever writes the header themselves is still where they are."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with Flask("x").test_request_context(headers=headers, environ_base={"REMOTE_ADDR": remote}):
        assert address_of(request) == address
