"""Answering: from what was found to the reply: an answer, some to choose from, the honest word."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.finding import Finder, Found
from bot.message import Message, Reply
from bot.personal import Personal
from bot.sentences import without_labels
from bot.shelf import Shelf
from knowledge.database import DatabaseUnreachable
from knowledge.entries.store import Revision

MISSES = 3  # in a row, after which the way to a person is offered by itself


@dataclass(frozen=True, slots=True)
class Asking:
    """One message on its way to its reply."""

    message: Message
    shelf: Shelf
    receipt: str  # used if nothing answers it; empty: nothing can be recorded now
    words: str  # masked
    plain: str
    normal: str  # plain in standard words and without fillers


@dataclass(frozen=True, slots=True)
class Answering:
    finder: Finder
    personal: Personal
    mask: Callable[[str], str]

    def look_up(self, asking: Asking) -> tuple[Found, Reply]:
        """Return what a message asks for, and the reply to it without any next steps."""
        shelf, wording = asking.shelf, self.personal.wording
        last = self.personal.memory.turn(asking.message)
        found = self.finder.find(without_labels(asking.words), shelf, last)
        options = [shelf.revision(entry_id) for entry_id in found.options]
        if found.entry_id:
            reply = self.answered(shelf.revision(found.entry_id), found.probability, asking)
            return found, wording.with_others(reply, options, rest=found.rest)
        if options:
            thing = self.mask(found.thing)
            offered = wording.offered(
                options, probability=found.probability, snapshot=shelf.number, thing=thing
            )
            return found, offered
        return found, self.unmet(asking.words, found.topic, asking)

    def answered(self, revision: Revision, probability: float, asking: Asking) -> Reply:
        """Return an entry as an answer, as it reads where the asker is."""
        region, place = self._region(revision, asking.message)
        return self.personal.wording.answered(
            revision,
            region=region,
            probability=probability,
            snapshot=asking.shelf.number,
            place=place,
        )

    def unmet(self, words: str, topic: str | None, asking: Asking) -> Reply:
        """Say that there is no answer to these words (masked) yet."""
        number = asking.shelf.number
        return self.personal.wording.unmet(
            words, receipt=asking.receipt, topic=topic, snapshot=number
        )

    def with_next_steps(self, reply: Reply, shelf: Shelf) -> Reply:
        """Return an answer with related questions and how to say whether it helped."""
        entry = shelf.revision(str(reply.entry_id)).entry
        related = [shelf.revision(one) for one in entry.related if one in shelf.revisions]
        return self.personal.wording.with_next_steps(reply, related)

    def missed(self, asking: Asking, reply: Reply) -> Reply:
        """Count a miss; with the third in a row the way to a person is offered by itself."""
        memory = self.personal.memory
        number = memory.misses(asking.message) + 1
        memory.keep_misses(asking.message, number % MISSES)
        return self.personal.wording.with_desk(reply) if number >= MISSES else reply

    def _region(self, revision: Revision, message: Message) -> tuple[str | None, str]:
        """Return where the asker is, if that matters to an answer, and what is said of it."""
        entry, say = revision.entry, self.personal.wording.phrases.say
        if not entry.regions:
            return None, ""
        try:
            region = self.personal.places.region(message)
        except DatabaseUnreachable:
            region = message.region
        if region is None:
            self.personal.memory.keep_asked_where(message)
            return None, say("place_ask")
        whose = entry.block_of(region)
        name = self.personal.places.regions.full_name(whose) if whose else ""
        return region, say("place_of_answer", place=name) if name else ""
