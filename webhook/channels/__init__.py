"""Channels: one class per messaging platform, and no platform word outside its file."""

from collections.abc import Sequence
from typing import Protocol

from flask import Request, Response

from bot.message import Message, Reply


class Rejected(Exception):
    """A request that is not answered: it becomes `status` and one uniform body at the door."""

    status = 400


class Malformed(Rejected):
    """The body is not what the platform sends."""


class BadSignature(Rejected):
    """Nobody who knows the secret signed this."""

    status = 403


class Stale(Rejected):
    """Signed too long ago, or in the future."""

    status = 403


class WrongType(Rejected):
    """The content type is not the platform's."""

    status = 415


class Channel(Protocol):
    """One account on one platform: how to trust it, read it and answer it.

    The body is `request.get_data()`, already capped. All but `respond` raise Rejected.
    """

    name: str

    def handshake(self, request: Request) -> Response:
        """Answer the platform's URL check (GET)."""

    def verify(self, request: Request) -> None:
        """Raise Rejected unless the platform itself sent these bytes, just now."""

    def read(self, request: Request) -> Sequence[Message]:
        """Return the residents' messages in a verified request; none for what needs no reply."""

    def respond(self, request: Request, exchanges: Sequence[tuple[Message, Reply]]) -> Response:
        """Return the answer to the platform, within its length; none to say acknowledges."""
