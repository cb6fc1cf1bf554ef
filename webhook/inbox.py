"""The one door for residents' messages, whatever the channel: verify, read, record, respond."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, request

from bot.commands import receipt as written_receipt
from bot.conversation import Conversation
from bot.message import Deeds, Link, Message, Outcome, Reply
from knowledge.database import DatabaseUnreachable
from knowledge.demands.askers import Addition
from knowledge.demands.grouping import demand_key
from knowledge.demands.log import Unmet
from knowledge.demands.receipts import Receipts
from knowledge.entries.choices import Chosen
from knowledge.record import Record, Turn
from knowledge.residents.ledger import Ledger
from knowledge.residents.privacy import mask
from webhook.channels import Channel, Rejected
from webhook.deadline import Deadline
from webhook.limits import Limits

log = logging.getLogger(__name__)
door = Blueprint("inbox", __name__)

HISTORY = timedelta(hours=2)  # of a conversation that is shown again when its page is opened
HISTORY_AT_MOST = 10  # exchanges
_MARK = "\0receipt\0"  # what the ledger keeps in a receipt's place; no platform lets NUL through
_RECEIPT_SENT = "［回执］"


class ReplyLost(Exception):
    """A message is known, and the reply it got cannot be read: the program is at fault."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a resident wrote, masked, and what they were told."""

    question: str
    reply: Reply
    id: str = ""  # the message's


@dataclass(frozen=True, slots=True)
class Inbox:
    """Answers a message once, and again with the same reply."""

    conversation: Conversation
    ledger: Ledger
    record: Record
    receipts: Receipts
    limits: Limits
    deadline: Deadline
    now: Callable[[], datetime]

    def answer(self, message: Message) -> Reply:
        """Return the reply to a message, recorded; the stored one when it was answered before.

        While the database is away, or beyond the limit, danger and known questions are answered
        all the same, and nothing is promised that is not recorded.
        """
        try:
            return self._stored(message) or self._first_time(message)
        except DatabaseUnreachable as error:
            log.error("没有记下一条消息：%s", error)
            return self.conversation.reply(message, receipt="")

    def _first_time(self, message: Message) -> Reply:
        if not self._may(message):
            if self.conversation.danger(message):
                return self.conversation.reply(message, receipt="")
            snapshot = self.conversation.library.shelf.number
            return self.conversation.wording.fixed(Outcome.CHAT, "slow_down", snapshot=snapshot)
        receipt = self.receipts.make(message.channel, message.sender, message.id)
        reply = self.conversation.reply(message, receipt=receipt)
        turn = self._turn(message.shortened(), reply)
        if self.deadline.run(lambda: self.record.keep(turn)):
            return reply
        stored = self._stored(message)  # another try of the same message was quicker
        if stored is None:
            raise ReplyLost
        return stored

    def _may(self, message: Message) -> bool:
        """Count a message against its limits, and one with a receipt against those of guessing."""
        fine = self.limits.allow(message)
        code, who = written_receipt(message.text), f"{message.channel}:{message.sender}"
        if code is None:
            return fine
        if self.conversation.personal.records.question(code) is None:  # within its own deadline
            self.limits.guessed(message.origin, who)
        return fine and self.limits.may_look(message.origin, who)

    def _stored(self, message: Message) -> Reply | None:
        key = (message.channel, message.sender, message.id)
        stored = self.deadline.run(lambda: self.ledger.stored_reply(*key))
        if stored is None:
            return None
        if not stored:  # the words' retention is over: answered anew, not recorded twice
            return self.conversation.reply(message, receipt="")
        own = self.receipts.make(message.channel, message.sender, message.id)
        return _opened(stored, written_receipt(message.text) or own)

    def recent(self, channel: str, sender: str, *, but: str = "") -> list[Exchange]:
        """Return a resident's conversation of the last hours, as far as it is kept.

        What stood about a receipt that was sent is left out: the receipt itself is not kept.
        Raises DatabaseUnreachable.
        """
        since = self.now() - HISTORY
        look = self.ledger.recent
        kept = self.deadline.run(lambda: look(channel, sender, since=since, limit=HISTORY_AT_MOST))
        return [
            Exchange(
                one.words,
                _opened(one.reply, self.receipts.make(channel, sender, one.message_id)),
                one.message_id,
            )
            for one in kept
            if one.words != _RECEIPT_SENT and one.message_id != but
        ]

    def _turn(self, message: Message, reply: Reply) -> Turn:
        deeds = reply.deeds
        hidden = _with_other_receipt(reply, reply.receipt, _MARK) if reply.receipt else reply
        sent = written_receipt(message.text)
        return Turn(
            channel=message.channel,
            sender=message.sender,
            message_id=message.id,
            received_at=self.now(),
            words=_RECEIPT_SENT if sent else _storable(mask(message.text)),
            outcome=reply.outcome,
            snapshot=reply.snapshot,
            text=reply.text,
            reply=hidden.to_json(),
            entry_id=reply.entry_id,
            revision=reply.revision,
            unmet=self._unmet(reply),
            choice=_chosen(deeds),
            addition=self._addition(deeds, message),
            rating=deeds.rating,
            home=deeds.home,
            erase=deeds.erase,
        )

    def _unmet(self, reply: Reply) -> Unmet | None:
        words = reply.deeds.unmet
        if not words or not reply.receipt:
            return None
        digest = self.receipts.digest(reply.receipt) or ""
        key = demand_key(words, self.conversation.language.normalise)
        return Unmet(
            key=f"alone {digest}" if reply.deeds.alone else key,
            words=_storable(words),
            topic=reply.topic,
            receipt_digest=digest,
            wants_person=reply.deeds.wants_person,
        )

    def _addition(self, deeds: Deeds, message: Message) -> Addition | None:
        if deeds.addition is None:
            return None
        digest = self.receipts.digest(deeds.addition.receipt) or ""
        return Addition(digest, message.id, _storable(deeds.addition.words))


def _opened(stored: str, receipt: str) -> Reply:
    """Return a stored reply with the receipt in its place."""
    reply = Reply.from_json(stored)
    return _with_other_receipt(reply, _MARK, receipt) if reply.receipt == _MARK else reply


def _with_other_receipt(reply: Reply, old: str, new: str) -> Reply:
    links = tuple(Link(link.label, link.url.replace(old, new)) for link in reply.links)
    return replace(reply, receipt=new, text=reply.text.replace(old, new), links=links)


def _chosen(deeds: Deeds) -> Chosen | None:
    choice = deeds.choice
    if choice is None:
        return None
    return Chosen(_storable(choice.words), choice.offered, choice.chosen)


def _storable(text: str) -> str:
    """Return text without what no database takes: NUL and halves of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


@door.route("/inbox/<name>", methods=["GET", "POST"])
def receive(name: str) -> Response:
    """Take what a platform sends to the channel of this name."""
    channels: Mapping[str, Channel] = current_app.extensions["channels"]
    inbox: Inbox = current_app.extensions["inbox"]
    channel = channels.get(name)
    try:
        if channel is None:
            raise Unknown
        if request.method in {"GET", "HEAD"}:
            return channel.handshake(request)
        channel.verify(request)
        exchanges = [(message, inbox.answer(message)) for message in channel.read(request)]
        return channel.respond(request, exchanges)
    except Rejected as rejected:
        log.info("拒绝了渠道 %s 的一个请求：%s", channel and channel.name, type(rejected).__name__)
        return refusal(rejected.status)


class Unknown(Rejected):
    """There is no channel of this name."""

    status = 404


def refusal(status: int) -> Response:
    """Return the one body that every rejected request gets: nothing of it is echoed."""
    return Response("请求无效\n", status=status, content_type="text/plain; charset=utf-8")
