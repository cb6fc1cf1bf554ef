"""The conversation: from a resident's message to a reply, danger first."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.commands import Command, choice
from bot.commands import receipt as written_receipt
from bot.items import CHOICES
from bot.library import Library, Shelf
from bot.matching import Candidate, Query
from bot.message import Kind, Message, Outcome, Reply
from bot.state import State
from bot.text import Language
from bot.urgent import Rule, Urgent
from bot.wording import Wording

log = logging.getLogger(__name__)

# From the curve of wrong answers against misses that bench/calibrate.py prints.
SURE = 0.68  # at or above, the answer is given
MAYBE = 0.35  # at or above, up to three are offered
WORTH_OFFERING = 0.10  # what an option needs beside the first
TOPIC_GUESS = 0.20  # what the first needs for its topic to be noted on a demand
CHOICE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Choice:
    """What was offered, and the question it was offered for (masked)."""

    options: tuple[str, ...]
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Conversation:
    library: Library
    language: Language
    urgent: Urgent
    wording: Wording
    state: State
    mask: Callable[[str], str]

    def danger(self, message: Message) -> Rule | None:
        """Return the rule a message about present danger fires, in its whole length."""
        return self.urgent.find(self.language.plain(message.text))

    def reply(self, message: Message, *, receipt: str) -> Reply:
        """Return the one reply to a message; `receipt` is used if nothing answers it."""
        shelf = self.library.shelf
        if message.kind is not Kind.TEXT:
            return self._to_kind(message.kind, shelf)
        danger = self.danger(message)
        if danger is None:
            return self._say_or_look_up(message, shelf, receipt)
        card = shelf.revisions.get(danger.card)
        query = self.language.read(message.text)
        found = self._look_up(query, message, shelf, receipt)
        if card is None:
            log.error("危险规则 %s 的卡片 %s 不在已发布的内容里", danger.id, danger.card)
            return found
        return self.wording.urgent(card, found, snapshot=shelf.number)

    def _to_kind(self, kind: Kind, shelf: Shelf) -> Reply:
        phrase = {Kind.ARRIVED: "welcome", Kind.VOICE: "voice"}.get(kind, "other")
        outcome = Outcome.COMMAND if kind is Kind.ARRIVED else Outcome.CHAT
        return self.wording.fixed(outcome, phrase, snapshot=shelf.number)

    def _say_or_look_up(self, message: Message, shelf: Shelf, receipt: str) -> Reply:
        if code := written_receipt(message.text):
            return self.wording.receipt(code, snapshot=shelf.number)
        query = self.language.read(message.text)
        number, command = choice(query.text), self.wording.phrases.command(query.text)
        if number is not None or command is Command.NONE_OF_THESE:
            return self._choose(number, message, shelf, receipt)
        if command is not None:
            outcome = Outcome.COMMAND if command is Command.MENU else Outcome.CHAT
            return self.wording.fixed(outcome, command, snapshot=shelf.number)
        if not any(character.isalnum() for character in query.text):
            return self.wording.fixed(Outcome.CHAT, "nothing", snapshot=shelf.number)
        reply = self._look_up(query, message, shelf, receipt)
        if reply.outcome is Outcome.OFFERED:
            self._remember(message, reply)
        return reply

    # --- looking up ---------------------------------------------------------------------------

    def _look_up(self, query: Query, message: Message, shelf: Shelf, receipt: str) -> Reply:
        item = shelf.items.find(query.text)
        if item and item.entry_id:
            return self._answer(item.entry_id, 1.0, message, shelf)
        found = shelf.matcher.match(query)
        first = found[0].probability if found else 0.0
        if first >= SURE:
            return self._answer(found[0].entry_id, first, message, shelf)
        if item and item.closest:
            near = [shelf.revision(entry_id) for entry_id in item.closest]
            thing = self.mask(item.thing)
            return self.wording.offered(near, probability=0.0, snapshot=shelf.number, thing=thing)
        if first >= MAYBE:
            near = [
                shelf.revision(candidate.entry_id)
                for candidate in found[:CHOICES]
                if candidate.probability >= WORTH_OFFERING
            ]
            return self.wording.offered(near, probability=first, snapshot=shelf.number)
        return self.wording.unmet(
            self.mask(message.text),
            receipt=receipt,
            topic=_topic(found, shelf),
            snapshot=shelf.number,
        )

    def _answer(self, entry_id: str, probability: float, message: Message, shelf: Shelf) -> Reply:
        return self.wording.answered(
            shelf.revision(entry_id),
            region=message.region,
            probability=probability,
            snapshot=shelf.number,
        )

    # --- choices ------------------------------------------------------------------------------

    def _choose(self, number: int | None, message: Message, shelf: Shelf, receipt: str) -> Reply:
        offered = self._open_choice(message)
        if offered is None or (number is not None and number >= len(offered.options)):
            return self.wording.fixed(Outcome.CHAT, "no_choice", snapshot=shelf.number)
        if number is not None and offered.options[number] in shelf.revisions:
            return self._answer(offered.options[number], 1.0, message, shelf)
        query = self.language.read(offered.words)
        topic = _topic(shelf.matcher.match(query), shelf)
        return self.wording.unmet(
            offered.words, receipt=receipt, topic=topic, snapshot=shelf.number
        )

    def _remember(self, message: Message, reply: Reply) -> None:
        options = [option.entry_id for option in reply.options]
        value = json.dumps([options, self.mask(message.text)], ensure_ascii=False)
        self.state.put(_key(message), value, seconds=CHOICE_SECONDS)

    def _open_choice(self, message: Message) -> _Choice | None:
        # Not forgotten when taken: a retry that overtakes the first try must read the same choice.
        stored = self.state.get(_key(message))
        if stored is None:
            return None
        options, words = json.loads(stored)
        return _Choice(tuple(options), words)


def _key(message: Message) -> str:
    return f"choice:{message.channel}:{message.sender}"


def _topic(found: list[Candidate], shelf: Shelf) -> str | None:
    if not found or found[0].probability < TOPIC_GUESS:
        return None
    return shelf.revision(found[0].entry_id).entry.topic
