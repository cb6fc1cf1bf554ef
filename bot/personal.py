"""Personal: what concerns the asker alone: their questions, a person to talk to, place, data."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.commands import Command
from bot.memory import Memory
from bot.message import Addition, Deeds, Link, Message, Option, Outcome, Reply
from bot.regions import Regions
from bot.shelf import Shelf
from bot.wording import CHOICES, Wording, quoted
from knowledge.demands.askers import Asked
from knowledge.entries.feedback import Rating

EXPORT_SECONDS = 600.0
SHOWN = 40  # code points of a question in a list
BESIDES = 3  # code points beside the name of a place, in an answer to where somebody is


class Records(Protocol):
    """What is kept of residents; every method may raise DatabaseUnreachable."""

    days: tuple[int, int]  # how long their words are kept, and rows without words

    def question(self, receipt: str) -> Asked | None:
        """Return what became of the question with this receipt."""

    def questions(self, channel: str, sender: str) -> Sequence[Asked]:
        """Return a resident's own questions that had no answer, the newest first."""

    def region(self, channel: str, sender: str) -> str | None:
        """Return the region that a resident had us remember."""

    def popular(self) -> Sequence[str]:
        """Return the ids of what residents read most of late."""


class NoRecords:
    """Where nothing is kept: on the command line."""

    days = (0, 0)

    def question(self, receipt: str) -> None:  # noqa: ARG002
        return None

    def questions(self, channel: str, sender: str) -> Sequence[Asked]:  # noqa: ARG002
        return ()

    def region(self, channel: str, sender: str) -> None:  # noqa: ARG002
        return None

    def popular(self) -> Sequence[str]:
        return ()


@dataclass(frozen=True, slots=True)
class Personal:
    records: Records
    wording: Wording
    memory: Memory
    regions: Regions

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
            Command.REGION: lambda: self.place(message, shelf),
            Command.REMEMBER_PLACE: lambda: self.keep_place(message, shelf, recorded=recorded),
            Command.FORGET_PLACE: lambda: self.forget_place(message, shelf, recorded=recorded),
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
        if options:
            text = f"{reply.text}\n{self.wording.phrases.say('my_questions_answered')}"
            reply = replace(reply, text=text, options=tuple(options))
        return reply

    def _question_line(self, asked: Asked) -> str:
        words = _shortened(quoted(asked.demand.words))
        return self.wording.phrases.say("question_line", words=words, state=self._state(asked))

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
        deeds = Deeds(addition=Addition(waiting.receipt, words))
        return replace(self._say("added", shelf), deeds=deeds)

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
        links = self.wording.desk_links()
        if not receipt:
            return replace(self._say("person_unrecorded", shelf), links=links)
        asked = self.memory.words(message)
        words = asked or self.wording.phrases.say("person_words")
        page = self.wording.receipt_link(receipt)
        phrase = "person" if asked else "person_nothing_asked"
        shown = _shortened(quoted(words))
        reply = self._say(phrase, shelf, words=shown, receipt=receipt, link=page.url)
        deeds = Deeds(unmet=words, wants_person=True, alone=not asked)
        turn = self.memory.turn(message)
        topic = turn.topic if turn else None
        return replace(reply, topic=topic, receipt=receipt, links=(*links, page), deeds=deeds)

    # --- where somebody is --------------------------------------------------------------------

    def region(self, message: Message) -> str | None:
        """Return where a resident is: as said today, as remembered, or as the channel has it."""
        return (
            self.memory.place(message)
            or self.records.region(message.channel, message.sender)
            or message.region
        )

    def named(self, message: Message) -> list[str] | None:
        """Return the regions a message says its sender is in; none where it says another thing.

        Asked for, the bare name of a place is enough, also one that means something else as well.
        """
        found = self.regions.place_of(message.text)
        if found is None and self.memory.asked_where(message):
            found = self.regions.find(message.text)
            names = [name for region in found for name in (region.name, *region.short)]
            said = max((len(name) for name in names if name in message.text), default=0)
            found = found if said and len(message.text.strip()) - said <= BESIDES else None
        return None if found is None else [region.code for region in found]

    def place(self, message: Message, shelf: Shelf) -> Reply:
        """Say what we know of where a resident is."""
        region = self.region(message)
        if region is None:
            self.memory.keep_asked_where(message)
            return self._say("place_none", shelf)
        return self._say("place_now", shelf, place=self.regions.full_name(region))

    def settle(self, message: Message, named: Sequence[str], shelf: Shelf) -> Reply:
        """Take where somebody says they are, by GB/T 2260 codes: none, one or several."""
        names = [self.regions.full_name(code) for code in named]
        if not names or len(names) > 1:
            self.memory.keep_asked_where(message)
        if not names:
            return self._say("place_unknown", shelf)
        if len(names) > 1:
            return self._say("place_which", shelf, places="、".join(names), first=names[0])
        self.memory.keep_place(message, named[0])
        reply = self._say("place_set", shelf, place=names[0])
        read = self.memory.answer(message)
        answer = shelf.revisions.get(read[0]) if read else None
        if answer is None or not answer.entry.regions:
            return reply
        text = f"{reply.text}\n\n{self.wording.entry_text(answer, named[0])}"
        return replace(reply, text=text, entry_id=answer.entry.id, revision=answer.number)

    def keep_place(self, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Remember, by the resident's own wish, where they are."""
        region = self.region(message)
        if region is None:
            return self._say("place_none", shelf)
        if not recorded:
            return self._say("records_away", shelf)
        reply = self._say("place_kept", shelf, place=self.regions.full_name(region))
        return replace(reply, deeds=Deeds(home=region))

    def forget_place(self, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Forget where a resident is."""
        self.memory.keep_place(message, "")
        if not recorded:
            return self._say("records_away", shelf)
        return replace(self._say("place_forgotten", shelf), deeds=Deeds(home=""))

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
        token = secrets.token_urlsafe(16)
        whose = json.dumps([message.channel, message.sender])
        self.memory.state.put(f"export:{token}", whose, seconds=EXPORT_SECONDS)
        page = self._link("export_page", f"/export/{token}")
        return replace(self._say("export", shelf, link=page.url), links=(page,))

    def _link(self, label: str, path: str) -> Link:
        return self.wording.link(label, path)

    def _say(self, phrase: str, shelf: Shelf, **values: object) -> Reply:
        return self.wording.fixed(Outcome.COMMAND, phrase, snapshot=shelf.number, **values)


def _shortened(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
