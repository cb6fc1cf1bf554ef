"""The library: the published snapshot in memory, built in the background and swapped whole."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from bot import matching
from bot.items import Asking, Items
from bot.matching import Matcher, Model
from bot.state import State
from bot.text import Language, Tokens
from knowledge.entries.entry import EntryKind
from knowledge.entries.store import Revision, Snapshot

log = logging.getLogger(__name__)

NEWS = "snapshot"  # the state's key for the newest snapshot's number
_NEWS_SECONDS = 86_400.0
_LOOK = 0.5  # seconds between looks for the word of a new snapshot


class Published(Protocol):
    """Where snapshots come from."""

    def snapshot_number(self) -> int:
        """Return the newest snapshot's number."""

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One snapshot, ready to be asked."""

    number: int
    revisions: dict[str, Revision]
    matcher: Matcher
    items: Items

    def revision(self, entry_id: str) -> Revision:
        return self.revisions[entry_id]

    def answers(self) -> list[Revision]:
        return [r for r in self.revisions.values() if r.entry.kind.is_answer]


class Library:
    """Holds the current shelf; one that cannot be built leaves the last good one standing."""

    def __init__(
        self,
        published: Published,
        state: State,
        build: Callable[[Snapshot], Shelf],
        *,
        database_every: float,
    ) -> None:
        self._published = published
        self._state = state
        self._build = build
        self._database_every = database_every  # seconds; how late without any word
        self._building = threading.Lock()
        self.shelf = build(Snapshot(0, ()))

    def refresh(self) -> bool:
        """Put up the newest snapshot if it is another; return whether it was."""
        with self._building:
            if self._published.snapshot_number() == self.shelf.number:
                return False
            self.shelf = self._build(self._published.snapshot())
            return True

    def announce(self) -> None:
        """Tell every process that a new snapshot is out, this one at once."""
        self.refresh()
        self._state.put(NEWS, str(self.shelf.number), seconds=_NEWS_SECONDS)

    def watch(self, stop: threading.Event) -> None:
        """Follow new snapshots until `stop`; runs in a thread of its own."""
        waited = 0.0
        while not stop.wait(_LOOK):
            waited += _LOOK
            news = self._state.get(NEWS)
            if (news is None or news == str(self.shelf.number)) and waited < self._database_every:
                continue
            waited = 0.0
            try:
                self.refresh()
            except Exception:  # the thread must outlive anything; the old shelf stands
                log.exception("新的快照没能装上，继续用第 %s 号", self.shelf.number)


def shelf_builder(
    language: Language, model: Model, asking: Asking, *, without: Iterable[str] = ()
) -> Callable[[Snapshot], Shelf]:
    """Return what makes a shelf of a snapshot; phrasings already cut once are not cut again."""
    off = frozenset(without)
    cut: dict[str, Tokens] = {}

    def build(snapshot: Snapshot) -> Shelf:
        revisions = {revision.entry.id: revision for revision in snapshot.revisions}
        phrasings = []
        kept = {}
        for revision in revisions.values():
            if not revision.entry.kind.is_answer:
                continue
            for asked in revision.entry.asked_as:
                kept[asked] = cut.get(asked) or language.read(asked)
                phrasings.append(matching.Phrasing(revision.entry.id, kept[asked]))
        cut.clear()
        cut.update(kept)
        named = [
            (revision.entry.id, revision.entry.asked_as)
            for revision in revisions.values()
            if revision.entry.kind is EntryKind.ITEM
        ]
        return Shelf(
            number=snapshot.number,
            revisions=revisions,
            matcher=matching.build(phrasings, model, without=off),
            items=Items(named, asking, language.normalise),
        )

    return build
