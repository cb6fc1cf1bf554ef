"""Choosing: what a number, "none of these" or "all of them" stands for."""

from dataclasses import dataclass, replace

from bot.answering import Answering, Asking
from bot.commands import Command, choice
from bot.memory import Memory, Offer, Offered
from bot.message import Deeds, Outcome, Reply
from bot.wording import Wording
from knowledge.entries.store import Revision


@dataclass(frozen=True, slots=True)
class Choosing:
    answering: Answering

    @property
    def wording(self) -> Wording:
        return self.answering.personal.wording

    @property
    def memory(self) -> Memory:
        return self.answering.personal.memory

    def reply(self, asking: Asking) -> Reply | None:
        """Return the reply to a choice, whatever is open; none to a message that is none."""
        number, word = choice(asking.normal), self.wording.phrases.command(asking.plain)
        if number is None and word not in {Command.NONE_OF_THESE, Command.ALL_OF_THESE}:
            return None
        offer = self.memory.offer(asking.message)
        if word is Command.NONE_OF_THESE:
            return self._none(offer, asking)
        there = self._there(offer, asking) if offer else []
        if offer is None or not there:
            return self._nothing_open(asking)
        if number is None:
            return self._again(offer, there, "one_by_one", asking)
        if number >= len(offer.options) or offer.options[number] not in asking.shelf.revisions:
            phrase = "out_of_range" if offer.is_meant else "out_of_range_beside"
            return self._again(offer, there, phrase, asking)
        return self._chosen(offer, offer.options[number], asking)

    def _chosen(self, offer: Offer, entry_id: str, asking: Asking) -> Reply:
        reply = self.answering.answered(asking.shelf.revision(entry_id), 1.0, asking)
        if offer.why is Offered.MORE:
            reply = self.answering.with_next_steps(reply, asking.shelf)
            options = tuple(option.entry_id for option in reply.options)
            self.memory.keep_offer(asking.message, Offer(options, "", Offered.MORE))
        else:  # the others can still be read, by the numbers that were shown
            reply = self.wording.with_the_rest(reply, self._there(offer, asking))
        return replace(reply, deeds=Deeds(choice=offer.label(entry_id)))

    def _none(self, offer: Offer | None, asking: Asking) -> Reply:
        """Make a demand of what was not meant by any; after an answer it did not help."""
        if offer is not None and offer.is_meant:
            topic = self.answering.finder.find(offer.words, asking.shelf).topic
            reply = self.answering.unmet(offer.words, topic, asking)
            reply = self.answering.missed(asking, reply)
            self.memory.close_offer(asking.message)
            return replace(reply, deeds=replace(reply.deeds, choice=offer.label(None)))
        if self.memory.answer(asking.message):
            own = self.answering.personal
            return own.rate(asking.message, asking.shelf, helpful=False)
        return self._nothing_open(asking)

    def _again(self, offer: Offer, there: list[Revision], phrase: str, asking: Asking) -> Reply:
        outcome = Outcome.OFFERED if offer.is_meant else Outcome.CHAT
        number = asking.shelf.number
        return self.wording.offered_again(outcome, phrase, there, snapshot=number)

    def _there(self, offer: Offer, asking: Asking) -> list[Revision]:
        shelf = asking.shelf
        return [shelf.revision(one) for one in offer.options if one in shelf.revisions]

    def _nothing_open(self, asking: Asking) -> Reply:
        number = asking.shelf.number
        return self.wording.fixed(Outcome.CHAT, "no_choice", snapshot=number)
