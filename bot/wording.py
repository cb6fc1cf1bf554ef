"""Wording: a reply put together from a published revision or a phrase, from nothing else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from bot.commands import Phrases
from bot.message import Deeds, Link, Option, Outcome, Reply
from knowledge.entries.entry import TOPICS, Entry, EntryKind
from knowledge.entries.rules import UNSEEN
from knowledge.entries.store import Revision

MESSAGE = 1900  # bytes of a card and an answer in one message; with links it fits WeChat's 2,048
CHOICES = 3  # options at most


@dataclass(frozen=True, slots=True)
class Helpline:
    """Whom to call about a question that has no answer here."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The office that residents who want a person are led to."""

    name: str
    phone: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    phrases: Phrases
    public_url: str  # without a slash at its end
    hotlines: frozenset[str] = frozenset()  # numbers that a phone can dial by a tap
    helplines: Mapping[str, Helpline] = field(default_factory=dict)  # by topic; "" for any other
    desk: Desk | None = None

    def entry_text(self, revision: Revision, region: str | None) -> str:
        """Return an entry as a resident reads it: conclusion, steps, sources, who checked it."""
        entry = revision.entry.in_region(region)
        sources = "；".join(str(source) for source in entry.sources)
        lines = [self.verdict(entry) + entry.conclusion, "", *_steps(entry), ""]
        lines.append(self.phrases.say("source", sources=sources) + self._checked(revision))
        if revision.note:
            lines.append(revision.note)
        return "\n".join(lines)

    def answered(
        self,
        revision: Revision,
        *,
        region: str | None,
        probability: float,
        snapshot: int,
        place: str = "",
    ) -> Reply:
        """Return an answer as it reads in a region; `place` says whose text that is, or asks."""
        entry = revision.entry
        text = self.entry_text(revision, region)
        return Reply(
            Outcome.ANSWERED,
            f"{text}\n{place}" if place else text,
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
        links = list(self.calls(*numbers))
        if answer is not None and answer.outcome is Outcome.ANSWERED:
            links += answer.links
            both = f"{text}\n\n{answer.text}"
            fits = len(both.encode()) <= MESSAGE
            conclusion = answer.text.partition("\n")[0]
            text = both if fits else f"{text}\n\n{conclusion}"
        options = answer.options if answer else ()
        more = f"{text}\n\n{self.listed('urgent_offered', options)}" if options else text
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
        options = options_of(revisions)
        more = [self.listed("also_asked", options)] if options else []
        more += [self.phrases.say("also_unmet")] if rest else []
        text = "\n\n".join((answer.text, *more))
        return replace(answer, text=text, options=options)

    def with_the_rest(self, answer: Reply, offered: Sequence[Revision]) -> Reply:
        """Return a chosen answer with what it was chosen from, by the same numbers."""
        options = options_of(offered) if len(offered) > 1 else ()
        more = [self.listed("still_open", options)] if options else []
        helped = self.phrases.say("helped")
        text = "\n\n".join((answer.text, *more, helped))
        if len(text.encode()) > MESSAGE:
            options, text = (), f"{answer.text}\n\n{helped}"
        return replace(answer, text=text, options=options)

    def with_next_steps(self, answer: Reply, related: Sequence[Revision]) -> Reply:
        """Return an answer with related questions to choose from, and how to say if it helped.

        What would make the message too long for one is left out, related questions first.
        """
        options = answer.options or options_of(related[:CHOICES])
        helped = self.phrases.say("helped")
        while True:
            new = options if not answer.options else ()
            more = [self.listed("related", new)] if new else []
            text = "\n\n".join((answer.text, *more, helped))
            if len(text.encode()) <= MESSAGE:
                return replace(answer, text=text, options=options)
            if not new:
                return answer
            options = options[:-1]

    def listed(self, phrase: str, options: tuple[Option, ...], **values: str) -> str:
        """Return a phrase with the options in it, numbered from 1."""
        lines = "\n".join(f"{at}. {option.question}" for at, option in enumerate(options, 1))
        return self.phrases.say(phrase, options=lines, **values)

    def offered(
        self, revisions: list[Revision], *, probability: float, snapshot: int, thing: str = ""
    ) -> Reply:
        """Ask "did you mean"; `thing` is a waste item that is not in the table."""
        options = options_of(revisions)
        phrase = "items_offered" if thing else "offered"
        return Reply(
            Outcome.OFFERED,
            self.listed(phrase, options, thing=quoted(thing)),
            topic=revisions[0].entry.topic,
            probability=probability,
            options=options,
            snapshot=snapshot,
        )

    def offered_again(
        self, outcome: Outcome, phrase: str, revisions: Sequence[Revision], *, snapshot: int
    ) -> Reply:
        """Show the open choices again."""
        options = options_of(revisions)
        return Reply(
            outcome,
            self.listed(phrase, options),
            topic=revisions[0].entry.topic,
            options=options,
            snapshot=snapshot,
        )

    def unmet(self, words: str, *, receipt: str, topic: str | None, snapshot: int) -> Reply:
        """Say honestly that there is no answer yet; `words` become the demand.

        Without a receipt nothing is recorded, and nothing is promised.
        """
        near = self._helpline(topic)
        asked = self.phrases.say("helpline", number=near.number, name=near.name) if near else ""
        links = self.calls(near.number) if near else ()
        if not receipt:
            text = _joined(self.phrases.say("unmet_unrecorded", helpline=asked))
            return Reply(Outcome.UNMET, text, topic=topic, links=links, snapshot=snapshot)
        page = self.receipt_link(receipt)
        text = self.phrases.say("unmet", helpline=asked, receipt=receipt, link=page.url)
        return Reply(
            Outcome.UNMET,
            _joined(text),
            topic=topic,
            receipt=receipt,
            links=(page, *links),
            snapshot=snapshot,
            deeds=Deeds(unmet=words),
        )

    def fixed(self, outcome: Outcome, phrase: str, *, snapshot: int, **values: object) -> Reply:
        """Return a sentence of phrases.yaml as a reply."""
        topics = "、".join(TOPICS.values())
        desk = self.desk_line()
        text = self.phrases.say(phrase, topics=topics, desk=desk, **values)
        return Reply(outcome, text, snapshot=snapshot)

    def with_desk(self, reply: Reply) -> Reply:
        """Return a miss with the way to a person: name, telephone and hours of the desk."""
        text = f"{reply.text}\n\n{self.phrases.say('third_miss', desk=self.desk_line())}"
        links = dict.fromkeys((*reply.links, *self.desk_links()))
        return replace(reply, text=text, links=tuple(links))

    def desk_line(self) -> str:
        """Return how to reach a person: the desk of the settings, or the general helpline."""
        if self.desk is None:
            near = self._helpline(None)
            return self.phrases.say("no_desk", number=near.number, name=near.name) if near else ""
        hours = self.desk.hours and f"，{self.desk.hours}"
        return self.phrases.say("desk", name=self.desk.name, phone=self.desk.phone, hours=hours)

    def desk_links(self) -> tuple[Link, ...]:
        near = self._helpline(None)
        number = self.desk.phone if self.desk else near.number if near else ""
        plain = re.sub("[^0-9+]", "", number)
        return (Link(self.phrases.say("call", number=number), f"tel:{plain}"),) if plain else ()

    def receipt_link(self, code: str) -> Link:
        return self.link("receipt_page", f"/q/{code}")

    def link(self, label: str, path: str) -> Link:
        """Return a link to one of our own pages, labelled by a phrase."""
        return Link(self.phrases.say(label), f"{self.public_url}{path}")

    def calls(self, *numbers: str) -> tuple[Link, ...]:
        """Return links that dial."""
        return tuple(Link(self.phrases.say("call", number=n), f"tel:{n}") for n in numbers)

    def _helpline(self, topic: str | None) -> Helpline | None:
        return self.helplines.get(topic or "") or self.helplines.get("")

    def _checked(self, revision: Revision) -> str:
        day = revision.checked_on
        return self.phrases.say("checked", month=day.strftime("%Y-%m")) if day else ""

    def verdict(self, entry: Entry) -> str:
        """Return what a myth's conclusion begins with; nothing for any other entry."""
        return self.phrases.say(f"verdict_{entry.verdict}") if entry.verdict else ""

    def entry_url(self, entry_id: str) -> str:
        return f"{self.public_url}/entry/{quote(entry_id)}"


def options_of(revisions: Sequence[Revision]) -> tuple[Option, ...]:
    return tuple(Option(revision.entry.id, revision.entry.question) for revision in revisions)


def quoted(words: str) -> str:
    """Return a resident's words on one line, without marks that reach beyond the quotation."""
    return " ".join(UNSEEN.sub(" ", words).split())


def _joined(text: str) -> str:
    """Return text without the lines that nothing was put into."""
    return "\n".join(line for line in text.split("\n") if line.strip())


def _steps(entry: Entry) -> list[str]:
    if entry.kind is EntryKind.ITEM or len(entry.steps) == 1:
        return list(entry.steps)
    return [f"{at}. {step}" for at, step in enumerate(entry.steps, 1)]
