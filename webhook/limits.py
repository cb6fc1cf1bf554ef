"""Limits: how much one resident, or one address, may send in a minute; danger is never limited."""

from collections.abc import Callable

from flask import Request

from bot.message import Message
from bot.state import State

MINUTE = 60.0
GUESSES = 20  # receipts that are none, from one address, in so many seconds
GUESS_SECONDS = 600.0
_LOCAL = {"127.0.0.1", "::1", None}


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

    def may_look(self, origin: str) -> bool:
        """Tell whether an address may still look receipts up."""
        return int(self._state.get(f"guesses:{origin}") or 0) < GUESSES

    def guessed(self, origin: str) -> None:
        """Count a receipt that is none."""
        self._state.count(f"guesses:{origin}", seconds=GUESS_SECONDS)

    def _within(self, key: str, limit: int) -> bool:
        return not limit or self._state.count(key, seconds=MINUTE) <= limit


def address_of(request: Request) -> str:
    """Return the address a request came from: behind a proxy of this machine, the one it names.

    Only the last of X-Forwarded-For is read: the proxy itself wrote it.
    """
    address = request.remote_addr
    if address in _LOCAL and (named := request.headers.get("X-Forwarded-For")):
        address = named.rpartition(",")[2].strip()
    return address or ""
