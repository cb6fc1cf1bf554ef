"""Placing: where a resident is, as they say it, as they have us remember it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.memory import Memory
from bot.message import Deeds, Message, Outcome, Reply
from bot.records import Records
from bot.regions import Regions
from bot.shelf import Shelf
from bot.wording import Wording

BESIDES = 3  # code points beside the name of a place, in an answer to where somebody is


@dataclass(frozen=True, slots=True)
class Placing:
    records: Records
    wording: Wording
    memory: Memory
    regions: Regions

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

    def told(self, message: Message, shelf: Shelf) -> Reply:
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
        self.memory.told_where(message)
        reply = self._say("place_set", shelf, place=names[0])
        read = self.memory.answer(message)
        answer = shelf.revisions.get(read[0]) if read else None
        if answer is None or not answer.entry.regions:
            return reply
        say, whose = self.wording.phrases.say, answer.entry.block_of(named[0])
        if whose is None:
            return replace(reply, text=f"{reply.text}\n{say('place_no_own', place=names[0])}")
        there = say("place_of_answer", place=self.regions.full_name(whose))
        text = f"{reply.text}\n\n{self.wording.entry_text(answer, named[0])}\n{there}"
        return replace(reply, text=text, entry_id=answer.entry.id, revision=answer.number)

    def keep(self, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Remember, by the resident's own wish, where they are."""
        region = self.region(message)
        if region is None:
            return self._say("place_none", shelf)
        if not recorded:
            return self._say("records_away", shelf)
        reply = self._say("place_kept", shelf, place=self.regions.full_name(region))
        return replace(reply, deeds=Deeds(home=region))

    def forget(self, message: Message, shelf: Shelf, *, recorded: bool) -> Reply:
        """Forget where a resident is."""
        self.memory.keep_place(message, "")
        if not recorded:
            return self._say("records_away", shelf)
        return replace(self._say("place_forgotten", shelf), deeds=Deeds(home=""))

    def _say(self, phrase: str, shelf: Shelf, **values: object) -> Reply:
        return self.wording.fixed(Outcome.COMMAND, phrase, snapshot=shelf.number, **values)
