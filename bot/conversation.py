"""The conversation: from a resident's message to a reply, danger first."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.browsing import Browsing
from bot.commands import Command, addition, choice
from bot.commands import receipt as written_receipt
from bot.finding import Finder, Found
from bot.library import Library
from bot.manner import Manner, Manners
from bot.memory import Memory, Offer, Offered
from bot.message import Deeds, Kind, Message, Outcome, Reply
from bot.personal import Personal
from bot.shelf import Shelf
from bot.text import STOP_WEIGHT, Language
from bot.urgent import Rule, Urgent
from bot.wording import Wording
from knowledge.database import DatabaseUnreachable
from knowledge.entries.entry import TOPICS
from knowledge.entries.store import Revision

log = logging.getLogger(__name__)

PLAIN_LENGTH = 10_000  # code points: one sign of Arabic may become eighteen
MISSES = 3  # in a row, after which the way to a person is offered by itself


@dataclass(frozen=True, slots=True)
class Asking:
    """One message on its way to its reply."""

    message: Message
    shelf: Shelf
    receipt: str  # used if nothing answers it; empty: nothing can be recorded now
    plain: str
    normal: str  # plain in standard words and without fillers


@dataclass(frozen=True, slots=True)
class Conversation:
    library: Library
    finder: Finder
    language: Language
    urgent: Urgent
    manners: Manners
    wording: Wording
    browsing: Browsing
    personal: Personal
    memory: Memory
    mask: Callable[[str], str]

    def danger(self, message: Message) -> Rule | None:
        """Return the rule a message about present danger fires, at its beginning or its end."""
        return self._danger(self._plain(message.shortened()))

    def reply(self, message: Message, *, receipt: str) -> Reply:
        """Return the one reply to a message; `receipt` is used if nothing answers it."""
        shelf = self.library.shelf
        message = message.shortened()
        if message.kind is not Kind.TEXT:
            return self._to_kind(message.kind, shelf)
        plain, normal = self._plain(message), self.language.normalise(message.text)
        asking = Asking(message, shelf, receipt, plain, normal)
        danger = self._danger(plain)
        card = shelf.revisions.get(danger.card) if danger else None
        if danger and card is None:
            log.error("危险规则 %s 的卡片 %s 不在已发布的内容里", danger.id, danger.card)
        if card is not None:
            return self._warn(card, asking)
        return self._said(asking) or self._look_up(asking)

    def _danger(self, plain: str) -> Rule | None:
        return self.urgent.find(plain) or self.urgent.find(self.library.shelf.typed.read(plain))

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
            if reply := self._choice(asking):
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
        if command is None:
            return None
        if command is Command.POPULAR:
            return self.browsing.popular(self.personal.records.popular(), asking.shelf)
        own = self.personal.reply(command, asking.message, asking.shelf, asking.receipt)
        return own or self.browsing.reply(command, asking.shelf)

    def _place(self, asking: Asking) -> Reply | None:
        codes = self.personal.named(asking.message)
        if codes is None:
            return None
        return self.personal.settle(asking.message, codes, asking.shelf)

    def _addition(self, asking: Asking) -> Reply | None:
        found = addition(asking.message.text)
        if found is None:
            return None
        words, surely = found
        if not surely and not self.memory.misses(asking.message):
            return None
        recorded = bool(asking.receipt)
        return self.personal.add(self.mask(words), asking.message, asking.shelf, recorded=recorded)

    def _topic(self, asking: Asking) -> Reply | None:
        named = (slug for slug, name in TOPICS.items() if self.language.plain(name) == asking.plain)
        slug = next(named, None)
        return self.browsing.topic(slug, asking.shelf) if slug else None

    def _manner(self, asking: Asking) -> Reply | None:
        manner = self.manners.of(asking.normal, asking.message.text)
        if manner is None:
            return None
        reply = self._fixed(Outcome.CHAT, manner, asking)
        return self._missed(asking, reply) if manner is Manner.NOISE else reply

    def _nothing(self, asking: Asking) -> Reply | None:
        query = self.language.read(asking.message.text)
        telling = any(weight > STOP_WEIGHT for weight in query.weight.values())
        if telling or query.text in asking.shelf.word_for_word:
            return None
        return self._missed(asking, self._fixed(Outcome.CHAT, "nothing", asking))

    # --- choices ------------------------------------------------------------------------------

    def _choice(self, asking: Asking) -> Reply | None:
        """Return what a number or "none of these" stands for."""
        number = choice(asking.normal)
        none = self.wording.phrases.command(asking.plain) is Command.NONE_OF_THESE
        if number is None and not none:
            return None
        offer = self.memory.offer(asking.message)
        if none and not (offer and offer.is_meant) and self.memory.answer(asking.message):
            return self.personal.rate(asking.message, asking.shelf, helpful=False)
        if offer is None or (none and not offer.is_meant):
            return self._fixed(Outcome.CHAT, "no_choice", asking)
        if number is None:
            return self._none_of(offer, asking)
        if number >= len(offer.options) or offer.options[number] not in asking.shelf.revisions:
            return self._offered_again(offer, asking)
        chosen = offer.options[number]
        reply = self._answered(asking.shelf.revision(chosen), 1.0, asking)
        if offer.why is Offered.MORE:
            reply = self._with_next_steps(reply, asking.shelf)
            self._keep_offer(asking, reply, "", Offered.MORE)
        else:  # the others can still be read, by the numbers that were shown
            reply = self.wording.with_the_rest(reply, self._there(offer, asking))
        return replace(reply, deeds=Deeds(choice=offer.label(chosen)))

    def _there(self, offer: Offer, asking: Asking) -> list[Revision]:
        shelf = asking.shelf
        return [shelf.revision(one) for one in offer.options if one in shelf.revisions]

    def _none_of(self, offer: Offer, asking: Asking) -> Reply:
        topic = self.finder.find(offer.words, asking.shelf).topic
        reply = self._missed(asking, self._unmet(offer.words, topic, asking))
        return replace(reply, deeds=replace(reply.deeds, choice=offer.label(None)))

    def _offered_again(self, offer: Offer, asking: Asking) -> Reply:
        there = self._there(offer, asking)
        if not there:
            return self._fixed(Outcome.CHAT, "no_choice", asking)
        number = asking.shelf.number
        return self.wording.out_of_range(there, none=offer.is_meant, snapshot=number)

    # --- looking up ---------------------------------------------------------------------------

    def _warn(self, card: Revision, asking: Asking) -> Reply:
        """Return the danger card, and behind it what the message asks for besides."""
        found, besides = self._find(asking)
        reply = self.wording.urgent(card, besides, snapshot=asking.shelf.number)
        return self._looked_up(asking, reply, found)

    def _look_up(self, asking: Asking) -> Reply:
        found, reply = self._find(asking)
        if reply.outcome is Outcome.ANSWERED:
            reply = self._with_next_steps(reply, asking.shelf)
        elif reply.outcome is Outcome.UNMET:
            reply = self._missed(asking, reply)
        return self._looked_up(asking, reply, found)

    def _find(self, asking: Asking) -> tuple[Found, Reply]:
        message, shelf = asking.message, asking.shelf
        found = self.finder.find(message.text, shelf, self.memory.turn(message))
        options = [shelf.revision(entry_id) for entry_id in found.options]
        if found.entry_id:
            revision = shelf.revision(found.entry_id)
            reply = self._answered(revision, found.probability, asking)
            return found, self.wording.with_others(reply, options, rest=found.rest)
        if options:
            thing = self.mask(found.thing)
            offered = self.wording.offered(
                options, probability=found.probability, snapshot=shelf.number, thing=thing
            )
            return found, offered
        return found, self._unmet(self.mask(message.text), found.topic, asking)

    def _unmet(self, words: str, topic: str | None, asking: Asking) -> Reply:
        number = asking.shelf.number
        return self.wording.unmet(words, receipt=asking.receipt, topic=topic, snapshot=number)

    def _answered(self, revision: Revision, probability: float, asking: Asking) -> Reply:
        region, place = self._region(revision, asking.message)
        return self.wording.answered(
            revision,
            region=region,
            probability=probability,
            snapshot=asking.shelf.number,
            place=place,
        )

    def _region(self, revision: Revision, message: Message) -> tuple[str | None, str]:
        """Return where the asker is, if that matters to an answer, and what is said of it."""
        entry, say = revision.entry, self.wording.phrases.say
        if not entry.regions:
            return None, ""
        try:
            region = self.personal.region(message)
        except DatabaseUnreachable:
            region = message.region
        if region is None:
            self.memory.keep_asked_where(message)
            return None, say("place_ask")
        whose = entry.block_of(region)
        name = self.personal.regions.full_name(whose) if whose else ""
        return region, say("place_of_answer", place=name) if name else ""

    def _with_next_steps(self, reply: Reply, shelf: Shelf) -> Reply:
        entry = shelf.revision(str(reply.entry_id)).entry
        related = [shelf.revision(one) for one in entry.related if one in shelf.revisions]
        return self.wording.with_next_steps(reply, related)

    # --- what is remembered of it -------------------------------------------------------------

    def _missed(self, asking: Asking, reply: Reply) -> Reply:
        """Count a miss; with the third in a row the way to a person is offered by itself."""
        number = self.memory.misses(asking.message) + 1
        self.memory.keep_misses(asking.message, number % MISSES)
        return self.wording.with_desk(reply) if number >= MISSES else reply

    def _looked_up(self, asking: Asking, reply: Reply, found: Found) -> Reply:
        """Keep what was asked, for a number or a follow-up."""
        words = found.asked or self.mask(asking.message.text)
        self.memory.keep_turn(asking.message, words, reply.topic)
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
