"""Choices: what residents meant by their words, and which of them might become phrasings."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.entries.entry import Entry
from knowledge.tables import choices, messages, revisions

AT_LEAST = 3  # residents
ALIKE = 0.6  # of their pairs of characters two questions share (Dice) when they sound alike


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was offered for a question, and which of it was meant."""

    words: str = field(repr=False)  # masked
    offered: tuple[str, ...]  # entry ids
    chosen: str | None  # none: none of these


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words that residents have for an entry and the entry has not."""

    entry_id: str
    phrasings: tuple[str, ...]  # as they were written (masked), the most frequent first
    residents: int


@dataclass(frozen=True, slots=True)
class _Said:
    text: str  # normalised
    words: str
    resident: tuple[str, str]  # channel and pseudonym


class Choices:
    def __init__(self, database: Database) -> None:
        self._database = database

    def suggestions(
        self, normalise: Callable[[str], str], *, at_least: int = AT_LEAST
    ) -> list[Suggestion]:
        """Return what so many residents meant by words that sound alike, the most first.

        The phrasings that an entry has already are left out.
        """
        with self._database.read() as db:
            rows = db.execute(_chosen()).all()
            known = _known(db, normalise)
        said: dict[str, dict[_Said, None]] = {}  # each once, in the order of the choices
        for row in rows:
            one = _Said(normalise(row.words), row.words, (row.channel, row.sender))
            if one.text not in known.get(row.chosen, ()):
                said.setdefault(row.chosen, {})[one] = None
        found = [
            _suggestion(entry_id, [one for one in every if one.text in alike])
            for entry_id, every in said.items()
            for alike in _alike({one.text: None for one in every})
        ]
        found = [suggestion for suggestion in found if suggestion.residents >= at_least]
        return sorted(found, key=lambda suggestion: (-suggestion.residents, suggestion.entry_id))


def keep(db: sa.Connection, chosen: Chosen, *, message_id: int, at: datetime) -> None:
    """Keep a choice in the caller's transaction, after the message that made it."""
    values = {
        "message_id": message_id,
        "words": chosen.words,
        "offered": json.dumps(chosen.offered, ensure_ascii=False),
        "chosen": chosen.chosen,
        "chosen_at": at,
    }
    db.execute(sa.insert(choices).values(values))


def _chosen() -> sa.Select[tuple[str, str, str, str]]:
    columns = (choices.c.chosen, choices.c.words, messages.c.channel, messages.c.sender)
    joined = choices.join(messages, messages.c.id == choices.c.message_id)
    some = choices.c.chosen.is_not(None)
    return sa.select(*columns).select_from(joined).where(some).order_by(choices.c.id)


def _known(db: sa.Connection, normalise: Callable[[str], str]) -> dict[str, set[str]]:
    """Return what each chosen entry is asked by now, normalised."""
    wanted = revisions.c.entry_id.in_(sa.select(choices.c.chosen))
    query = sa.select(revisions).where(wanted).order_by(revisions.c.number)
    newest = {row.entry_id: row for row in db.execute(query)}
    return {
        entry_id: set(map(normalise, Entry.from_body(entry_id, row.kind, row.body).asked_as))
        for entry_id, row in newest.items()
    }


def _suggestion(entry_id: str, said: list[_Said]) -> Suggestion:
    uses = Counter(one.words for one in said)
    phrasings = tuple(words for words, _ in uses.most_common())
    return Suggestion(entry_id, phrasings, len({one.resident for one in said}))


def _alike(texts: Iterable[str]) -> list[set[str]]:
    """Return the texts in groups: in a group each sounds like another one."""
    pairs = {text: {text[at : at + 2] for at in range(len(text) - 1)} or {text} for text in texts}

    def sound_alike(text: str, other: str) -> bool:
        shared = len(pairs[text] & pairs[other])
        return 2 * shared >= ALIKE * (len(pairs[text]) + len(pairs[other]))

    groups: list[set[str]] = []
    for text in pairs:
        joined = [group for group in groups if any(sound_alike(text, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append({text}.union(*joined))
    return groups
