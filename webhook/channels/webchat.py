"""The web chat: our own page, trusted by its session cookie and CSRF token."""

import json
import re
from collections.abc import Callable, Sequence

from flask import Request, Response, jsonify, session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from bot.message import Message, Reply
from webhook.channels import BadSignature, Malformed, Rejected, WrongType

NAME = "webchat"
TEXT_LENGTH = 2000  # code points; the page's own field has the same limit
SENDER = "resident"  # the session's key for the asker's random id
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class NotThisWay(Rejected):
    """The web chat has no URL check."""

    status = 405


class WebChat:
    """JSON in, JSON out: {"id", "text"} gets {"reply": {...}}."""

    name = NAME

    def __init__(self, *, pseudonym: Callable[[str], str]) -> None:
        self._pseudonym = pseudonym

    def handshake(self, request: Request) -> Response:  # noqa: ARG002
        """Raise NotThisWay: no platform checks our own page."""
        raise NotThisWay

    def verify(self, request: Request) -> None:
        """Raise Rejected unless our own page sent this in a session of its own."""
        if request.mimetype != "application/json":
            raise WrongType
        if SENDER not in session:
            raise BadSignature
        try:
            validate_csrf(request.headers.get("X-CSRF-Token"))
        except ValidationError:
            raise BadSignature from None

    def read(self, request: Request) -> Sequence[Message]:
        """Return the one message; raises Malformed."""
        try:
            values = json.loads(request.get_data().decode("utf-8"))
        except (ValueError, RecursionError):
            raise Malformed from None
        if not isinstance(values, dict):
            raise Malformed
        return [self.message(values.get("id"), values.get("text"))]

    def message(self, message_id: object, text: object) -> Message:
        """Return what the session's resident sent; raises Malformed."""
        if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
            raise Malformed
        if not isinstance(text, str) or not 0 < len(text) <= TEXT_LENGTH:
            raise Malformed
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise Malformed
        return Message(NAME, message_id, self._pseudonym(session[SENDER]), text)

    def respond(self, request: Request, exchanges: Sequence[tuple[Message, Reply]]) -> Response:  # noqa: ARG002
        """Return the reply as JSON."""
        (_message, reply), *_ = exchanges
        return jsonify(reply=_shape(reply))


def _shape(reply: Reply) -> dict[str, object]:
    return {
        "outcome": reply.outcome,
        "text": reply.text,
        "entry_id": reply.entry_id,
        "revision": reply.revision,
        "options": [{"entry_id": o.entry_id, "question": o.question} for o in reply.options],
        "receipt": reply.receipt,
        "links": [{"label": link.label, "url": link.url} for link in reply.links],
    }
