"""Records: what is kept of residents, looked up for the conversation in no more than its time."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knowledge.database import DatabaseUnreachable
from knowledge.demands.askers import Asked, Askers
from knowledge.residents.homes import Homes
from knowledge.residents.ledger import Ledger
from webhook.deadline import Deadline

POPULAR_OVER = timedelta(days=30)
POPULAR_AT_MOST = 20
POPULAR_SECONDS = 300.0  # between two counts over the ledger


@dataclass(slots=True)
class ResidentRecords:
    """Every method but `popular` may raise DatabaseUnreachable, in time."""

    askers: Askers
    homes: Homes
    ledger: Ledger
    deadline: Deadline
    now: Callable[[], datetime]
    days: tuple[int, int]  # how long residents' words are kept, and rows without words
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _popular: tuple[float, Sequence[str]] = (0.0, ())  # until when, what

    def question(self, receipt: str) -> Asked | None:
        """Return what became of the question with this receipt."""
        return self.deadline.run(lambda: self.askers.question(receipt))

    def questions(self, channel: str, sender: str) -> Sequence[Asked]:
        """Return a resident's own questions that had no answer, the newest first."""
        return self.deadline.run(lambda: self.askers.questions(channel, sender))

    def region(self, channel: str, sender: str) -> str | None:
        """Return the region that a resident had us remember."""
        return self.deadline.run(lambda: self.homes.region(channel, sender))

    def may_add(self, receipt: str) -> bool:
        """Tell whether the question with this receipt takes more details."""
        return self.deadline.run(lambda: self.askers.may_add(receipt))

    def popular(self) -> Sequence[str]:
        """Return the ids of what most residents read of late, counted anew now and then."""
        until, ids = self._popular
        if time.monotonic() < until or not self._counting.acquire(blocking=False):
            return ids
        try:
            since = self.now() - POPULAR_OVER
            look = self.ledger.most_read
            ids = self.deadline.run(lambda: look(since=since, limit=POPULAR_AT_MOST))
            self._popular = (time.monotonic() + POPULAR_SECONDS, ids)
        except DatabaseUnreachable:
            return ids
        finally:
            self._counting.release()
        return ids
