"""The shelf: one snapshot in memory, ready to be asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot import matching
from bot.items import Asking, Items
from bot.likeness import Subject
from bot.matching import Matcher, Meaning, sentences
from bot.meaning import Vector, Vectors
from bot.model import Model
from bot.text import Language, Tokens
from bot.typed import Typed
from knowledge.entries.entry import Entry, EntryKind
from knowledge.entries.store import Revision, Snapshot

AT_ONCE = 100  # texts without a vector that a build waits for; each takes some 10 ms
_BATCH = 50  # vectors made between two looks at what others have made


@dataclass(frozen=True, slots=True)
class Mind:
    """What a shelf needs to be matched by meaning."""

    vectors: Vectors
    closeness: Vector


@dataclass(frozen=True, slots=True)
class Shelf:
    """One snapshot, ready to be asked."""

    number: int
    revisions: dict[str, Revision]
    matcher: Matcher
    items: Items
    typed: Typed
    word_for_word: Mapping[str, str] = field(default_factory=dict)  # normalised phrasing -> id
    missing: tuple[str, ...] = ()  # texts without a vector: until all have one, words alone match

    def revision(self, entry_id: str) -> Revision:
        return self.revisions[entry_id]

    def answers(self) -> list[Revision]:
        return [r for r in self.revisions.values() if r.entry.kind.is_answer]


class Shelves:
    """Makes a shelf of a snapshot; texts already cut once are not cut again."""

    def __init__(
        self,
        language: Language,
        model: Model,
        asking: Asking,
        mind: Mind | None = None,
        *,
        without: Iterable[str] = (),
    ) -> None:
        self._language = language
        self._model = model
        self._asking = asking
        self._mind = mind
        self._without = frozenset(without)
        self._cut: dict[str, Tokens] = {}

    def build(self, snapshot: Snapshot) -> Shelf:
        """Return the shelf; vectors that are missing are made first, if they are few."""
        revisions = {revision.entry.id: revision for revision in snapshot.revisions}
        entries = [revision.entry for revision in snapshot.revisions]
        subjects = self._subjects([entry for entry in entries if entry.kind.is_answer])
        meaning, missing = self._meaning(subjects)
        named = [(e.id, e.asked_as) for e in entries if e.kind is EntryKind.ITEM]
        items = Items(named, self._asking, self._language.normalise)
        return Shelf(
            number=snapshot.number,
            revisions=revisions,
            matcher=matching.build(subjects, self._model, meaning, without=self._without),
            items=items,
            word_for_word={way.text: one.id for one in subjects for way in one.ways},
            typed=Typed(way for subject in subjects for way in subject.ways),
            missing=missing,
        )

    def fill(self, missing: Sequence[str]) -> tuple[str, ...]:
        """Make the vectors of some texts that have none yet; return those that still have none."""
        if self._mind is None:
            return ()
        there = self._mind.vectors.of(missing)
        rest = [text for text in missing if text not in there]
        self._mind.vectors.make(rest[:_BATCH])
        return tuple(rest[_BATCH:])

    def drop_unused(self, entries: Iterable[Entry]) -> None:
        """Drop every vector but these entries' own."""
        if self._mind is not None:
            self._mind.vectors.drop_unused(self.texts(entries))

    def texts(self, entries: Iterable[Entry]) -> list[str]:
        """Return everything of these entries that has a vector."""
        subjects = self._subjects([entry for entry in entries if entry.kind.is_answer])
        return list(dict.fromkeys(text for one in subjects for text in sentences(one).all))

    def _subjects(self, entries: Sequence[Entry]) -> list[Subject]:
        before, self._cut = self._cut, {}
        return [
            Subject(
                entry.id,
                ways=[self._read(text, before) for text in entry.asked_as],
                says=[self._read(text, before) for text in (entry.conclusion, *entry.steps)],
                not_this=[self._read(text, before) for text in entry.not_this],
            )
            for entry in entries
        ]

    def _read(self, text: str, before: Mapping[str, Tokens]) -> Tokens:
        tokens = self._cut.get(text) or before.get(text) or self._language.read(text)
        self._cut[text] = tokens
        return tokens

    def _meaning(self, subjects: Sequence[Subject]) -> tuple[Meaning | None, tuple[str, ...]]:
        if self._mind is None:
            return None, ()
        texts = list(dict.fromkeys(text for one in subjects for text in sentences(one).all))
        vectors = self._mind.vectors.of(texts)
        missing = [text for text in texts if text not in vectors]
        if len(missing) <= AT_ONCE:
            vectors |= self._mind.vectors.make(missing)
            missing = []
        if missing:  # a base that is half read would find the other half too rarely
            return None, tuple(missing)
        encode = self._mind.vectors.encoder.in_turn
        return Meaning(encode, vectors, self._mind.closeness), ()
