"""The library: the published snapshot in memory, built in the background and swapped whole."""

import logging
import threading
import time
from dataclasses import replace
from typing import Protocol

from bot.shelf import Shelves
from bot.state import State
from knowledge.entries.store import Snapshot

log = logging.getLogger(__name__)

NEWS = "snapshot"  # the state's key for the newest snapshot's number
_NEWS_SECONDS = 86_400.0
_LOOK = 0.5  # seconds between looks for the word of a new snapshot
_FILLING = "vectors"  # the state's key of the one process that makes missing vectors
_FILLING_SECONDS = 1.0  # at a stretch, so that news is not missed; its claim may outlive a crash
_FILLING_CLAIM = 15.0


class Published(Protocol):
    """Where snapshots come from."""

    def snapshot_number(self) -> int:
        """Return the newest snapshot's number."""

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""


class Library:
    """Holds the current shelf; one that cannot be built leaves the last good one standing."""

    def __init__(
        self,
        published: Published,
        state: State,
        shelves: Shelves,
        *,
        database_every: float,
    ) -> None:
        self._published = published
        self._state = state
        self._shelves = shelves
        self._database_every = database_every  # seconds; how late without any word
        self._building = threading.Lock()
        self._tidied = 0  # the number of the snapshot that vectors were last dropped for
        self.shelf = shelves.build(Snapshot(0, ()))

    def refresh(self) -> bool:
        """Put up the newest snapshot if it is another; return whether it was."""
        with self._building:
            if self._published.snapshot_number() == self.shelf.number:
                return False
            self._put_up()
            return True

    def announce(self) -> None:
        """Tell every process that a new snapshot is out, this one at once."""
        self.refresh()
        self._state.put(NEWS, str(self.shelf.number), seconds=_NEWS_SECONDS)

    def fill(self) -> None:
        """Make some of the missing vectors, or take those another process has made meanwhile.

        When none is missing any more the shelf is put up anew, matched by meaning as a whole.
        """
        missing = self.shelf.missing
        if not missing or not self._state.claim(_FILLING, seconds=_FILLING_CLAIM):
            return
        try:
            ends = time.monotonic() + _FILLING_SECONDS
            while missing and time.monotonic() < ends:
                missing = self._shelves.fill(missing)
        finally:
            self._state.put(_FILLING, "", seconds=0.0)  # over: the next one may
        with self._building:
            if missing:
                self.shelf = replace(self.shelf, missing=missing)
            else:
                self._put_up()

    def tidy(self) -> None:
        """Drop the vectors that nothing published uses any more, once a snapshot."""
        if self._published.snapshot_number() == self._tidied:
            return
        snapshot = self._published.snapshot()
        self._shelves.drop_unused([revision.entry for revision in snapshot.revisions])
        self._tidied = snapshot.number

    def watch(self, stop: threading.Event) -> None:
        """Follow new snapshots until `stop`; runs in a thread of its own."""
        waited = 0.0
        while not stop.wait(_LOOK):
            waited += _LOOK
            try:
                if self._is_news() or waited >= self._database_every:
                    waited = 0.0
                    self.refresh()
                self.fill()
            except Exception:  # the thread must outlive anything; the old shelf stands
                log.exception("新的快照没能装上，继续用第 %s 号", self.shelf.number)

    def _is_news(self) -> bool:
        news = self._state.get(NEWS)
        return news is not None and news != str(self.shelf.number)

    def _put_up(self) -> None:
        self.shelf = self._shelves.build(self._published.snapshot())
