"""The conversation: from a resident's message to a reply, danger first."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.answering import Answering, Asking
from bot.browsing import Browsing
from bot.choosing import Choosing
from bot.commands import Command, addition
from bot.commands import receipt as written_receipt
from bot.finding import Found
from bot.library import Library
from bot.manner import Manner, Manners
from bot.memory import Memory, Offer, Offered
from bot.message import Kind, Message, Outcome, Reply
from bot.personal import Personal
from bot.sentences import asks, pieces_of
from bot.shelf import Shelf
from bot.text import STOP_WEIGHT, Language
from bot.typed import Typed
from bot.urgent import Rule, Urgent
from bot.wording import Wording
from knowledge.database import DatabaseUnreachable
from knowledge.entries.entry import TOPICS
from knowledge.entries.store import Revision

log = logging.getLogger(__name__)

PLAIN_LENGTH = 10_000  # code points: one sign of Arabic may become eighteen
_BUT = re.compile("^(?:不过|但是|可是|但|就是|还是)")
_RATINGS = (Command.NOT_HELPFUL, Command.HELPFUL)


@dataclass(frozen=True, slots=True)
class Conversation:
    library: Library
    language: Language
    urgent: Urgent
    danger_words: Typed  # what dangers are spoken of with, however they are typed
    manners: Manners
    answering: Answering
    mask: Callable[[str], str]

    @property
    def personal(self) -> Personal:
        return self.answering.personal

    @property
    def wording(self) -> Wording:
        return self.personal.wording

    @property
    def memory(self) -> Memory:
        return self.personal.memory

    def danger(self, message: Message) -> Rule | None:
        """Return the rule a message about present danger fires, at its beginning or its end."""
        return self._danger(self._plain(message.shortened()))

    def reply(self, message: Message, *, receipt: str) -> Reply:
        """Return the one reply to a message; `receipt` is used if nothing answers it."""
        shelf = self.library.shelf
        message = message.shortened()
        if message.kind is not Kind.TEXT:
            return self._to_kind(message.kind, shelf)
        words, plain = self.mask(message.text), self._plain(message)
        normal = self.language.normalise(message.text)
        asking = Asking(message, shelf, receipt, words, plain, normal)
        danger = self._danger(plain)
        card = shelf.revisions.get(danger.card) if danger else None
        if danger and card is None:
            log.error("危险规则 %s 的卡片 %s 不在已发布的内容里", danger.id, danger.card)
        if danger and card:
            return self._warn(card, asking, alone=danger.alone)
        return self._said(asking) or self._look_up(asking)

    def _danger(self, plain: str) -> Rule | None:
        found, typed = self.urgent.find(plain), self.danger_words.read(plain)
        return found or (self.urgent.find(typed) if typed != plain else None)

    def _plain(self, message: Message) -> str:
        return self.language.plain(message.text)[:PLAIN_LENGTH]

    def _to_kind(self, kind: Kind, shelf: Shelf) -> Reply:
        phrase = {Kind.ARRIVED: "welcome", Kind.VOICE: "voice"}.get(kind, "other")
        outcome = Outcome.COMMAND if kind is Kind.ARRIVED else Outcome.CHAT
        return self.wording.fixed(outcome, phrase, snapshot=shelf.number)

    # --- what is no question ------------------------------------------------------------------

    def _said(self, asking: Asking) -> Reply | None:
        """Return the reply to a word, a number, a place, a manner; none to a question."""
        ways = (self._receipt, self._command, self._place, self._addition, self._topic)
        try:
            if reply := Choosing(self.answering).reply(asking):
                return self._remembered(asking, reply)
            for way in (*ways, self._manner, self._nothing):
                if reply := way(asking):
                    self._keep_offer(asking, reply, "", Offered.MORE)
                    return self._remembered(asking, reply)
        except DatabaseUnreachable as error:
            log.error("记录打不开：%s", error)
            return self._fixed(Outcome.COMMAND, "records_away", asking)
        return None

    def _receipt(self, asking: Asking) -> Reply | None:
        code = written_receipt(asking.message.text)
        return self.personal.receipt(code, asking.shelf) if code else None

    def _command(self, asking: Asking) -> Reply | None:
        phrases = self.wording.phrases
        command = phrases.command(asking.plain) or phrases.command(asking.normal)
        command = command or self._rating(asking)
        if command is None:
            return None
        if command is Command.POPULAR:
            return Browsing(self.wording).popular(self.personal.records.popular(), asking.shelf)
        own = self.personal.reply(command, asking.message, asking.shelf, asking.receipt)
        return own or Browsing(self.wording).reply(command, asking.shelf)

    def _rating(self, asking: Asking) -> Command | None:
        """Return what a word on the answer is, said among thanks or a curse: 不得行，没用."""
        parts = [_BUT.sub("", piece) for piece in pieces_of(asking.message.text)]
        said = [self.wording.phrases.command(self.language.plain(part)) for part in parts]
        if not set(said) & set(_RATINGS):
            return None
        others = (part for part, word in zip(parts, said, strict=True) if word not in _RATINGS)
        if not all(self.manners.of(self.language.normalise(one), one) for one in others):
            return None
        return next((word for word in _RATINGS if word in said), None)

    def _place(self, asking: Asking) -> Reply | None:
        codes = self.personal.places.named(asking.message)
        if codes is None:
            return None
        return self.personal.places.settle(asking.message, codes, asking.shelf)

    def _addition(self, asking: Asking) -> Reply | None:
        found = addition(asking.message.text)
        if found is None:
            return None
        words, surely = found
        if not surely and (asks(words) or not self.memory.misses(asking.message)):
            return None
        recorded = bool(asking.receipt)
        return self.personal.add(self.mask(words), asking.message, asking.shelf, recorded=recorded)

    def _topic(self, asking: Asking) -> Reply | None:
        named = (slug for slug, name in TOPICS.items() if self.language.plain(name) == asking.plain)
        slug = next(named, None)
        if slug is None:
            return None
        return Browsing(self.wording).topic(slug, self.personal.records.popular(), asking.shelf)

    def _manner(self, asking: Asking) -> Reply | None:
        manner = self.manners.of(asking.normal, asking.message.text)
        if manner is None:
            return None
        reply = self._fixed(Outcome.CHAT, manner, asking)
        return self.answering.missed(asking, reply) if manner is Manner.NOISE else reply

    def _nothing(self, asking: Asking) -> Reply | None:
        query = self.language.read(asking.message.text)
        telling = any(weight > STOP_WEIGHT for weight in query.weight.values())
        if telling or query.text in asking.shelf.word_for_word:
            return None
        return self.answering.missed(asking, self._fixed(Outcome.CHAT, "nothing", asking))

    # --- looking up ---------------------------------------------------------------------------

    def _warn(self, card: Revision, asking: Asking, *, alone: bool) -> Reply:
        """Return the danger card, and behind it what the message asks for besides."""
        found, besides = (Found(), None) if alone else self.answering.look_up(asking)
        reply = self.wording.urgent(card, besides, snapshot=asking.shelf.number)
        return self._looked_up(asking, reply, found)

    def _look_up(self, asking: Asking) -> Reply:
        found, reply = self.answering.look_up(asking)
        if reply.outcome is Outcome.ANSWERED:
            reply = self.answering.with_next_steps(reply, asking.shelf)
        elif reply.outcome is Outcome.UNMET:
            reply = self.answering.missed(asking, reply)
        return self._looked_up(asking, reply, found)

    # --- what is remembered of it -------------------------------------------------------------

    def _looked_up(self, asking: Asking, reply: Reply, found: Found) -> Reply:
        """Keep what was asked, for a number or a follow-up."""
        words = found.asked or asking.words
        self.memory.keep_turn(asking.message, words, reply.topic)
        if not reply.entry_id:
            self.memory.forget_answer(asking.message)
        beside = Offered.ALSO if found.entry_id and found.options else Offered.MORE
        why = Offered.MEANT if reply.outcome is Outcome.OFFERED else beside
        self._keep_offer(asking, reply, words, why)
        return self._remembered(asking, reply)

    def _keep_offer(self, asking: Asking, reply: Reply, words: str, why: Offered) -> None:
        if reply.options:
            options = tuple(option.entry_id for option in reply.options)
            self.memory.keep_offer(asking.message, Offer(options, words, why))

    def _remembered(self, asking: Asking, reply: Reply) -> Reply:
        """Keep what was read, for a word on it; an answer ends a row of misses."""
        message = asking.message
        if reply.entry_id and reply.revision:
            self.memory.keep_answer(message, reply.entry_id, reply.revision)
        if reply.outcome in {Outcome.ANSWERED, Outcome.URGENT} and self.memory.misses(message):
            self.memory.keep_misses(message, 0)
        return reply

    def _fixed(self, outcome: Outcome, phrase: str, asking: Asking) -> Reply:
        return self.wording.fixed(outcome, phrase, snapshot=asking.shelf.number)
