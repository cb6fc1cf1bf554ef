"""Wording: a reply put together from a published revision or a phrase, from nothing else."""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from bot.commands import Phrases
from bot.message import Link, Option, Outcome, Reply
from knowledge.entries.entry import TOPICS, Entry, EntryKind
from knowledge.entries.store import Revision

MESSAGE = 1900  # bytes of a card and an answer in one message; with links it fits WeChat's 2,048


@dataclass(frozen=True, slots=True)
class Wording:
    phrases: Phrases
    public_url: str  # without a slash at its end
    hotlines: frozenset[str] = frozenset()  # numbers that a phone can dial by a tap

    def entry_text(self, revision: Revision, region: str | None) -> str:
        """Return an entry as a resident reads it: conclusion, steps, sources."""
        entry = revision.entry.in_region(region)
        sources = "；".join(str(source) for source in entry.sources)
        lines = [self.verdict(entry) + entry.conclusion, "", *_steps(entry), ""]
        lines.append(self.phrases.say("source", sources=sources))
        if revision.note:
            lines.append(revision.note)
        return "\n".join(lines)

    def answered(
        self, revision: Revision, *, region: str | None, probability: float, snapshot: int
    ) -> Reply:
        entry = revision.entry
        return Reply(
            Outcome.ANSWERED,
            self.entry_text(revision, region),
            topic=entry.topic,
            entry_id=entry.id,
            revision=revision.number,
            probability=probability,
            links=(Link(self.phrases.say("full_page"), self.entry_url(entry.id)),),
            snapshot=snapshot,
        )

    def urgent(self, card: Revision, answer: Reply | None, *, snapshot: int) -> Reply:
        """Return the danger card first, then what was found besides."""
        entry = card.entry
        text = self.entry_text(card, None)
        numbers = dict.fromkeys(n for n in re.findall("[0-9]+", text) if n in self.hotlines)
        links = [Link(self.phrases.say("call", number=n), f"tel:{n}") for n in numbers]
        if answer is not None and answer.outcome is Outcome.ANSWERED:
            links += answer.links
            both = f"{text}\n\n{answer.text}"
            fits = len(both.encode()) <= MESSAGE
            conclusion = answer.text.partition("\n")[0]
            text = both if fits else f"{text}\n\n{conclusion}"
        options = answer.options if answer else ()
        more = f"{text}\n\n{self._listed('urgent_offered', options)}" if options else text
        if len(more.encode()) > MESSAGE:
            options, more = (), text
        return Reply(
            Outcome.URGENT,
            more,
            topic=entry.topic,
            entry_id=entry.id,
            revision=card.number,
            probability=1.0,
            options=options,
            links=tuple(links),
            snapshot=snapshot,
        )

    def with_others(self, answer: Reply, revisions: list[Revision], *, rest: bool) -> Reply:
        """Return an answer with the other things that were asked for, to choose from.

        `rest`: something else was asked that nothing was found for.
        """
        options = _options(revisions)
        more = [self._listed("also_asked", options)] if options else []
        more += [self.phrases.say("also_unmet")] if rest else []
        text = "\n\n".join((answer.text, *more))
        return replace(answer, text=text, options=options)

    def _listed(self, phrase: str, options: tuple[Option, ...], **values: str) -> str:
        lines = "\n".join(f"{at}. {option.question}" for at, option in enumerate(options, 1))
        return self.phrases.say(phrase, options=lines, **values)

    def offered(
        self, revisions: list[Revision], *, probability: float, snapshot: int, thing: str = ""
    ) -> Reply:
        """Ask "did you mean"; `thing` is a waste item that is not in the table."""
        options = _options(revisions)
        phrase = "items_offered" if thing else "offered"
        return Reply(
            Outcome.OFFERED,
            self._listed(phrase, options, thing=thing),
            topic=revisions[0].entry.topic,
            probability=probability,
            options=options,
            snapshot=snapshot,
        )

    def unmet(self, words: str, *, receipt: str, topic: str | None, snapshot: int) -> Reply:
        """Say honestly that there is no answer yet; `words` become the demand.

        Without a receipt nothing is recorded, and nothing is promised.
        """
        if not receipt:
            text = self.phrases.say("unmet_unrecorded")
            return Reply(Outcome.UNMET, text, topic=topic, snapshot=snapshot)
        link = f"{self.public_url}/q/{receipt}"
        return Reply(
            Outcome.UNMET,
            self.phrases.say("unmet", receipt=receipt, link=link),
            topic=topic,
            receipt=receipt,
            links=(Link(self.phrases.say("receipt_page"), link),),
            snapshot=snapshot,
            unmet_words=words,
        )

    def receipt(self, code: str, *, snapshot: int) -> Reply:
        """Lead whoever sent a receipt to its page."""
        link = f"{self.public_url}/q/{code}"
        return Reply(
            Outcome.COMMAND,
            self.phrases.say("receipt", link=link),
            receipt=code,
            links=(Link(self.phrases.say("receipt_page"), link),),
            snapshot=snapshot,
        )

    def fixed(self, outcome: Outcome, phrase: str, *, snapshot: int) -> Reply:
        topics = "、".join(TOPICS.values())
        return Reply(outcome, self.phrases.say(phrase, topics=topics), snapshot=snapshot)

    def verdict(self, entry: Entry) -> str:
        """Return what a myth's conclusion begins with; nothing for any other entry."""
        return self.phrases.say(f"verdict_{entry.verdict}") if entry.verdict else ""

    def entry_url(self, entry_id: str) -> str:
        return f"{self.public_url}/entry/{quote(entry_id)}"


def _options(revisions: list[Revision]) -> tuple[Option, ...]:
    return tuple(Option(revision.entry.id, revision.entry.question) for revision in revisions)


def _steps(entry: Entry) -> list[str]:
    if entry.kind is EntryKind.ITEM or len(entry.steps) == 1:
        return list(entry.steps)
    return [f"{at}. {step}" for at, step in enumerate(entry.steps, 1)]
