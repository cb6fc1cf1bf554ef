"""Limits: how much one resident, or one address, may send in a minute; danger is never limited."""

from collections.abc import Callable
from ipaddress import ip_address

from flask import Request

from bot.message import Message
from bot.state import State

MINUTE = 60.0
GUESSES = 20  # receipts that are none, of one browser or resident, in so many seconds
GUESSES_OF_ADDRESS = 200  # many people may stand behind one
GUESS_SECONDS = 600.0


class Limits:
    """Counts in the state; a limit of 0 is none."""

    def __init__(
        self, state: State, keyed: Callable[[str], str], *, of_resident: int, of_address: int
    ) -> None:
        self._state = state
        self._keyed = keyed
        self._of_resident = of_resident
        self._of_address = of_address

    def allow(self, message: Message) -> bool:
        """Count a message; tell whether it is still within the limits."""
        sender = f"limit:{message.channel}:{message.sender}"
        fine = self._within(sender, self._of_resident)
        if message.origin:
            fine &= self._within(f"limit:{message.origin}", self._of_address)
        return fine

    def origin(self, request: Request) -> str:
        """Return what stands for the address of a request: a keyed hash, kept for minutes."""
        return self._keyed(address_of(request))

    def may_look(self, origin: str, who: str) -> bool:
        """Tell whether somebody at an address may still look receipts up."""
        theirs = int(self._state.get(f"guesses:{who}") or 0)
        all_there = int(self._state.get(f"guesses:{origin}") or 0)
        return theirs < GUESSES and all_there < GUESSES_OF_ADDRESS

    def guessed(self, origin: str, who: str) -> None:
        """Count a receipt that is none."""
        for one in {origin, who} - {""}:
            self._state.count(f"guesses:{one}", seconds=GUESS_SECONDS)

    def _within(self, key: str, limit: int) -> bool:
        return not limit or self._state.count(key, seconds=MINUTE) <= limit


def address_of(request: Request) -> str:
    """Return the address a request came from: behind a proxy of our own network, the one it names.

    Only the last of X-Forwarded-For is read: the proxy itself wrote it. Whoever is in our own
    network without a proxy could name another one; a limit is all that they would evade.
    """
    address, named = request.remote_addr or "", request.headers.get("X-Forwarded-For")
    return named.rpartition(",")[2].strip() if named and _is_ours(address) else address


def _is_ours(address: str) -> bool:
    try:
        return not address or ip_address(address).is_private
    except ValueError:
        return False
