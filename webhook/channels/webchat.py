"""The web chat: our own page, trusted by its session cookie and CSRF token."""

import json
import re
from collections.abc import Callable, Sequence

from flask import Request, Response, jsonify, make_response, render_template, request, session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from bot.commands import Command
from bot.conversation import Conversation
from bot.message import Message, Reply
from webhook.channels import BadSignature, Malformed, Rejected, WrongType

NAME = "webchat"
TEXT_LENGTH = 20_000  # code points; the page's field takes fewer, and of more the ends are read
SENDER = "resident"  # the session's key for the asker's random id
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class NotThisWay(Rejected):
    """The web chat has no URL check."""

    status = 405


class TooLong(Malformed):
    """More than the page's own field takes."""


class WebChat:
    """JSON in, JSON out: {"id", "text"} gets {"reply": {...}}; our own page asks for HTML."""

    name = NAME

    def __init__(
        self,
        pseudonym: Callable[[str], str],
        origin: Callable[[Request], str],
        conversation: Conversation,
    ) -> None:
        self._pseudonym = pseudonym
        self._origin = origin
        self._conversation = conversation

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
        if not isinstance(text, str) or not text:
            raise Malformed
        if len(text) > TEXT_LENGTH:
            raise TooLong
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise Malformed
        origin = self._origin(request)
        return Message(NAME, message_id, self.sender(), text, origin=origin)

    def sender(self) -> str:
        """Return the pseudonym of the session's resident."""
        return self._pseudonym(session[SENDER])

    def ends(self, message: Message) -> bool:
        """Tell whether a message ends the conversation, so that the next one is somebody else."""
        plain = self._conversation.language.plain(message.text)
        return self._conversation.wording.phrases.command(plain) is Command.END

    def forget(self) -> None:
        """Forget what the session's resident was talking about."""
        self._conversation.memory.forget(NAME, self.sender())

    def respond(self, request: Request, exchanges: Sequence[tuple[Message, Reply]]) -> Response:
        """Return the reply as JSON, or as a piece of the page where that is asked for."""
        ((message, reply),) = exchanges
        ended = self.ends(message)
        if ended:
            session.clear()
        if request.accept_mimetypes.best != "text/html":
            return jsonify(reply=_shape(reply))
        exchange = {"question": message.text, "reply": reply, "id": message.id}
        return make_response(
            render_template("_exchange.html", exchange=exchange, live=True, ended=ended)
        )


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
