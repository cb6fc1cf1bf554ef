"""Browsing: what there is to ask: the topics, what others read, whom to call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.commands import Command
from bot.message import Outcome, Reply
from bot.shelf import Shelf
from bot.wording import CHOICES, Wording, options_of
from knowledge.entries.entry import TOPICS
from knowledge.entries.store import Revision

_EMERGENCY = ("110", "119", "120", "122")
_FIXED = {Command.MENU, Command.HELP, Command.TOPICS, Command.ERASE}


def _answers(ids: Iterable[str], shelf: Shelf) -> list[Revision]:
    there = (shelf.revision(one) for one in ids if one in shelf.revisions)
    return [revision for revision in there if revision.entry.kind.is_answer]


@dataclass(frozen=True, slots=True)
class Browsing:
    wording: Wording

    def reply(self, command: Command, shelf: Shelf) -> Reply | None:
        """Return the reply to a command that reads the same for everybody; none for another."""
        if command in _FIXED:
            return self._say(command, shelf)
        if command is Command.EMERGENCY:
            return replace(self._say(command, shelf), links=self.wording.calls(*_EMERGENCY))
        return None

    def popular(self, read: Iterable[str], shelf: Shelf) -> Reply:
        """List what was read most, and where that is little the first answer of each topic."""
        first = {r.entry.topic: r for r in reversed(shelf.answers())}
        asked = _answers(read, shelf)
        others = [first[topic] for topic in TOPICS if topic in first]
        answers = [*asked, *(one for one in others if one not in asked)]
        if not answers:
            return self._say("popular_none", shelf)
        phrase = "popular" if len(asked) >= CHOICES else "popular_few"
        return self._listed(phrase, answers, shelf, ("topics_page", "/topics"))

    def topic(self, slug: str, read: Iterable[str], shelf: Shelf) -> Reply:
        """List the answers of a topic, what was read most first."""
        name = TOPICS[slug]
        asked = [one for one in _answers(read, shelf) if one.entry.topic == slug]
        mine = [one for one in shelf.answers() if one.entry.topic == slug]
        answers = [*asked, *(one for one in mine if one not in asked)]
        if not answers:
            return self._say("topic_empty", shelf, topic=name)
        page = ("topic_page", f"/topics/{slug}")
        return self._listed("topic", answers, shelf, page, topic=name)

    def _listed(
        self,
        phrase: str,
        answers: Sequence[Revision],
        shelf: Shelf,
        page: tuple[str, str],
        **values: str,
    ) -> Reply:
        options = options_of(answers[:CHOICES])
        return Reply(
            Outcome.COMMAND,
            self.wording.listed(phrase, options, **values),
            options=options,
            links=(self.wording.link(*page),),
            snapshot=shelf.number,
        )

    def _say(self, phrase: str, shelf: Shelf, **values: str) -> Reply:
        return self.wording.fixed(Outcome.COMMAND, phrase, snapshot=shelf.number, **values)
