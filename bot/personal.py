"""Personal: what concerns the asker alone: their questions, a person to talk to, place, data."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.commands import Command
from bot.memory import Memory
from bot.message import Addition, Deeds, Link, Message, Option, Outcome, Reply
from bot.placing import Placing
from bot.records import Records
from bot.shelf import Shelf
from bot.wording import CHOICES, Wording, quoted
from knowledge.demands.askers import DETAIL_LENGTH, Asked
from knowledge.entries.entry import EntryKind
from knowledge.entries.feedback import Rating
from knowledge.entries.store import Revision

OWN_SECONDS = 600.0  # that a link to one's own data lives
SHOWN = 40  # code points of a question in a list


@dataclass(frozen=True, slots=True)
class Personal:
    records: Records
    wording: Wording
    memory: Memory
    places: Placing

    def reply(self, command: Command, message: Message, shelf: Shelf, receipt: str) -> Reply | None:
        """Return the reply to a command about the asker's own matters; none for another command.

        Without a receipt nothing can be recorded now, and nothing is promised.
        """
        recorded = bool(receipt)
        does: dict[Command, Callable[[], Reply]] = {
            Command.MY_QUESTIONS: lambda: self.questions(message, shelf),
            Command.ADD: lambda: self.add("", message, shelf, recorded=recorded),
            Command.HELPFUL: lambda: self.rate(message, shelf, helpful=True),
            Command.NOT_HELPFUL: lambda: self.rate(message, shelf, helpful=False),
            Command.PERSON: lambda: self.person(message, shelf, receipt),
            Command.REGION: lambda: self.places.told(message, shelf),
            Command.REMEMBER_PLACE: lambda: self.places.keep(message, shelf, recorded=recorded),
            Command.FORGET_PLACE: lambda: self.places.forget(message, shelf, recorded=recorded),
            Command.PRIVACY: lambda: self.privacy(shelf),
            Command.ELDER: lambda: self.elder(shelf),
            Command.ERASE_NOW: lambda: self.erase(message, shelf, recorded=recorded),
            Command.EXPORT: lambda: self.export(message, shelf),
            Command.END: lambda: self.end(message, shelf),
        }
        return does[command]() if command in does else None

    # --- questions ----------------------------------------------------------------------------

    def questions(self, message: Message, shelf: Shelf) -> Reply:
        """List what a resident asked in vain, with the answers there are by now."""
        mine = self.records.questions(message.channel, message.sender)
        if not mine:
            return self._say("my_questions_none", shelf)
        options: list[Option] = []
        lines = []
        for asked in mine:
            answer = shelf.revisions.get(asked.demand.entry_id or "")
            line = self._question_line(asked)
            if asked.demand.state == "answered" and answer and len(options) < CHOICES:
                options.append(Option(answer.entry.id, answer.entry.question))
                line = f"{len(options)}. {line}"
            lines.append(line)
        reply = self._say("my_questions", shelf, questions="\n".join(lines))
        page = self._own_page(message, "mine_page", "mine")
        reply = replace(reply, links=(page,))
        if options:
            text = f"{reply.text}\n{self.wording.phrases.say('my_questions_answered')}"
            reply = replace(reply, text=text, options=tuple(options))
        return reply

    def _question_line(self, asked: Asked) -> str:
        say, reason = self.wording.phrases.say, asked.demand.reason
        words, state = _shortened(quoted(asked.demand.words)), self._state(asked)
        if asked.demand.state == "declined" and reason:
            state = f"{state}。{say('declined_because', reason=quoted(reason))}"
        return say("question_line", words=words, state=state)

    def _state(self, asked: Asked) -> str:
        return self.wording.phrases.say(f"state_{asked.demand.state}")

    def receipt(self, code: str, shelf: Shelf) -> Reply:
        """Say what became of the question with this receipt; its answer, once there is one."""
        asked = self.records.question(code)
        if asked is None:
            return self._say("receipt_unknown", shelf)
        demand, say = asked.demand, self.wording.phrases.say
        reason = say("declined_because", reason=demand.reason) if demand.reason else ""
        state = self._state(asked)
        reply = self._say("receipt", shelf, words=quoted(demand.words), state=state, reason=reason)
        page = self.wording.receipt_link(asked.receipt)
        reply = replace(reply, text=reply.text.strip(), receipt=asked.receipt, links=(page,))
        answer = shelf.revisions.get(demand.entry_id or "")
        if demand.state != "answered" or answer is None:
            return reply
        text = f"{reply.text}\n\n{self.wording.entry_text(answer, None)}"
        return replace(reply, text=text, entry_id=answer.entry.id, revision=answer.number)

    def add(self, words: str, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Add words (masked) to the newest question that is not settled."""
        if not words:
            return self._say("add_how", shelf)
        if not recorded:
            return self._say("records_away", shelf)
        mine = self.records.questions(message.channel, message.sender)
        waiting = next((asked for asked in mine if not asked.demand.is_settled), None)
        if waiting is None:
            return self._say("add_nothing_open", shelf)
        if not self.records.may_add(waiting.receipt):
            return self._say("added_full", shelf)
        phrase = "added_cut" if len(words) > DETAIL_LENGTH else "added"
        deeds = Deeds(addition=Addition(waiting.receipt, words))
        return replace(self._say(phrase, shelf, length=DETAIL_LENGTH), deeds=deeds)

    def rate(self, message: Message, shelf: Shelf, *, helpful: bool) -> Reply:
        """Take a resident's word on the answer they read last."""
        read = self.memory.answer(message)
        if read is None:
            return self._say("nothing_to_rate", shelf)
        reply = self._say("helpful" if helpful else "not_helpful", shelf)
        return replace(reply, deeds=Deeds(rating=Rating(*read, helpful)))

    # --- a person -----------------------------------------------------------------------------

    def person(self, message: Message, shelf: Shelf, receipt: str) -> Reply:
        """Lead to the desk, and make what was asked last a demand that wants a person."""
        read, links = self.memory.answer(message), self.wording.desk_links()
        card = shelf.revisions.get(read[0]) if read else None
        if card is not None and card.entry.kind is EntryKind.CARD:
            return self._person_after_danger(card, shelf)
        if not receipt:
            return replace(self._say("person_unrecorded", shelf), links=links)
        asked = self.memory.words(message)
        words = asked or self.wording.phrases.say("person_words")
        if not asked and self._waits_for_a_person(message, words):
            return replace(self._say("person_again", shelf), links=links)
        page = self.wording.receipt_link(receipt)
        phrase = "person" if asked else "person_nothing_asked"
        shown = _shortened(quoted(words))
        reply = self._say(phrase, shelf, words=shown, receipt=receipt, link=page.url)
        deeds = Deeds(unmet=words, wants_person=True, alone=not asked)
        turn = self.memory.turn(message)
        topic = turn.topic if turn else None
        return replace(reply, topic=topic, receipt=receipt, links=(*links, page), deeds=deeds)

    def _waits_for_a_person(self, message: Message, words: str) -> bool:
        """Tell whether a resident's own wish for a person, without a question, is still open."""
        mine = (one.demand for one in self.records.questions(message.channel, message.sender))
        return any(one.words == words and not one.is_settled for one in mine)

    def _person_after_danger(self, card: Revision, shelf: Shelf) -> Reply:
        """Give the card's numbers again before the desk's; nobody has to write an answer to it."""
        reply = self.wording.urgent(card, None, snapshot=shelf.number)
        desk = self.wording.desk_line()
        after = self.wording.phrases.say("person_after_danger", desk=desk)
        links = dict.fromkeys((*reply.links, *self.wording.desk_links()))
        return replace(reply, text=f"{reply.text}\n\n{after}", links=tuple(links))

    # --- a resident's own data ----------------------------------------------------------------

    def privacy(self, shelf: Shelf) -> Reply:
        words, rows = self.records.days
        reply = self._say("privacy", shelf, words_days=words, rows_days=rows)
        return replace(reply, links=(self._link("privacy_page", "/privacy"),))

    def elder(self, shelf: Shelf) -> Reply:
        page = self._link("elder_page", "/?view=elder")
        return replace(self._say("elder", shelf, link=page.url), links=(page,))

    def erase(self, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Have everything of a resident erased, in the transaction of this turn."""
        if not recorded:
            return self._say("records_away", shelf)
        self.memory.forget(message.channel, message.sender)
        return replace(self._say("erased", shelf), deeds=Deeds(erase=True))

    def end(self, message: Message, shelf: Shelf) -> Reply:
        """Forget what was being talked about: somebody else may have the phone next."""
        self.memory.forget(message.channel, message.sender)
        return self._say("end", shelf)

    def export(self, message: Message, shelf: Shelf) -> Reply:
        """Give the link that shows a resident their own data, for a few minutes."""
        page = self._own_page(message, "export_page", "export")
        return replace(self._say("export", shelf, link=page.url), links=(page,))

    def _own_page(self, message: Message, label: str, room: str) -> Link:
        """Return a link that shows a resident what is their own, to whoever holds it."""
        token = secrets.token_urlsafe(16)
        whose = json.dumps([message.channel, message.sender])
        self.memory.state.put(f"own:{token}", whose, seconds=OWN_SECONDS)
        return self._link(label, f"/{room}/{token}")

    def _link(self, label: str, path: str) -> Link:
        return self.wording.link(label, path)

    def _say(self, phrase: str, shelf: Shelf, **values: object) -> Reply:
        return self.wording.fixed(Outcome.COMMAND, phrase, snapshot=shelf.number, **values)


def _shortened(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
