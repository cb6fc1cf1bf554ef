"""The conversation: from a resident's message to a reply, danger first."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.commands import Command, choice
from bot.commands import receipt as written_receipt
from bot.finding import Finder, Turn
from bot.library import Library
from bot.message import Choice, Kind, Message, Outcome, Reply
from bot.shelf import Shelf
from bot.state import State
from bot.text import STOP_WEIGHT, Language
from bot.urgent import Rule, Urgent
from bot.wording import Wording

log = logging.getLogger(__name__)

CHOICE_SECONDS = 600.0  # an open choice, and the turn before
PLAIN_LENGTH = 10_000  # code points: one sign of Arabic may become eighteen
TURN_LENGTH = 40  # code points kept of what was asked


@dataclass(frozen=True, slots=True)
class _Choice:
    """What was offered, and the question it was offered for (masked)."""

    options: tuple[str, ...]
    words: str = field(repr=False)
    meant: bool  # one of them is meant; else they stand beside an answer

    def label(self, chosen: str | None) -> Choice | None:
        """Return what is learnt from choosing this."""
        return Choice(self.words, self.options, chosen) if self.meant else None


@dataclass(frozen=True, slots=True)
class Conversation:
    library: Library
    finder: Finder
    language: Language
    urgent: Urgent
    wording: Wording
    state: State
    mask: Callable[[str], str]

    def danger(self, message: Message) -> Rule | None:
        """Return the rule a message about present danger fires, at its beginning or its end."""
        return self.urgent.find(self.language.plain(message.shortened().text)[:PLAIN_LENGTH])

    def reply(self, message: Message, *, receipt: str) -> Reply:
        """Return the one reply to a message; `receipt` is used if nothing answers it."""
        shelf = self.library.shelf
        message = message.shortened()
        if message.kind is not Kind.TEXT:
            return self._to_kind(message.kind, shelf)
        danger = self.danger(message)
        if danger is None:
            return self._say_or_look_up(message, shelf, receipt)
        card = shelf.revisions.get(danger.card)
        found = self._look_up(message, shelf, receipt)
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
        telling = any(weight > STOP_WEIGHT for weight in query.weight.values())
        if not telling and query.text not in shelf.word_for_word:
            return self.wording.fixed(Outcome.CHAT, "nothing", snapshot=shelf.number)
        return self._look_up(message, shelf, receipt)

    # --- looking up ---------------------------------------------------------------------------

    def _look_up(self, message: Message, shelf: Shelf, receipt: str) -> Reply:
        words = self.mask(message.text)
        found = self.finder.find(message.text, shelf, self._last_turn(message))
        options = [shelf.revision(entry_id) for entry_id in found.options]
        if found.entry_id:
            reply = self._answer(found.entry_id, found.probability, message, shelf)
            reply = self.wording.with_others(reply, options, rest=found.rest)
        elif options:
            thing = self.mask(found.thing)
            reply = self.wording.offered(
                options, probability=found.probability, snapshot=shelf.number, thing=thing
            )
        else:
            reply = self.wording.unmet(
                words, receipt=receipt, topic=found.topic, snapshot=shelf.number
            )
        self._remember(message, found.asked or words, reply)
        return reply

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
            chosen = offered.options[number]
            reply = self._answer(chosen, 1.0, message, shelf)
            return replace(reply, choice=offered.label(chosen))
        if not offered.meant:
            return self.wording.fixed(Outcome.CHAT, "no_choice", snapshot=shelf.number)
        topic = self.finder.find(offered.words, shelf).topic
        reply = self.wording.unmet(
            offered.words, receipt=receipt, topic=topic, snapshot=shelf.number
        )
        return replace(reply, choice=offered.label(None))

    def _remember(self, message: Message, words: str, reply: Reply) -> None:
        """Keep what was offered, and for a follow-up what was asked."""
        if reply.options:
            options = [option.entry_id for option in reply.options]
            self._keep(message, "choice", [options, words, reply.entry_id is None])
        if reply.topic:
            self._keep(message, "turn", [words[:TURN_LENGTH], reply.topic])

    def _keep(self, message: Message, what: str, value: list[object]) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self.state.put(_key(message, what), text, seconds=CHOICE_SECONDS)

    def _open_choice(self, message: Message) -> _Choice | None:
        # Not forgotten when taken: a retry that overtakes the first try must read the same choice.
        stored = self.state.get(_key(message, "choice"))
        if stored is None:
            return None
        options, words, meant = json.loads(stored)
        return _Choice(tuple(options), words, meant)

    def _last_turn(self, message: Message) -> Turn | None:
        stored = self.state.get(_key(message, "turn"))
        return Turn(*json.loads(stored)) if stored else None


def _key(message: Message, what: str) -> str:
    return f"{what}:{message.channel}:{message.sender}"
