"""Feedback: whether an answer helped those who read it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import feedback


@dataclass(frozen=True, slots=True)
class Rating:
    """What one reader says of one revision."""

    entry_id: str
    revision: int
    helpful: bool


@dataclass(frozen=True, slots=True)
class Ratings:
    helpful: int
    not_helpful: int


class Feedback:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def rate(self, rating: Rating, *, who: str) -> None:
        """Keep a reader's last word on a revision."""
        with self._database.write() as db:
            rate(db, rating, who=who, at=self._now())

    def said(self, entry_id: str, revision: int, *, who: str) -> bool | None:
        """Return what a reader said of a revision; none for nothing yet."""
        query = sa.select(feedback.c.helpful).where(_one(entry_id, revision, who))
        with self._database.read() as db:
            return db.scalar(query)

    def ratings(self, entry_id: str, revision: int) -> Ratings:
        """Return how many say that a revision helped, and how many that it did not."""
        mine = (feedback.c.entry_id == entry_id) & (feedback.c.revision == revision)
        query = sa.select(feedback.c.helpful, sa.func.count()).where(mine)
        with self._database.read() as db:
            counted = {row[0]: row[1] for row in db.execute(query.group_by(feedback.c.helpful))}
        return Ratings(counted.get(True, 0), counted.get(False, 0))


def who_is(channel: str, sender: str) -> str:
    """Return what stands for a resident in the feedback: a hash of their pseudonym."""
    return hashlib.sha256(f"{channel}\0{sender}".encode("utf-8", "replace")).hexdigest()


def rate(db: sa.Connection, rating: Rating, *, who: str, at: datetime) -> None:
    """Keep a reader's last word on a revision, in the caller's transaction."""
    db.execute(sa.delete(feedback).where(_one(rating.entry_id, rating.revision, who)))
    db.execute(
        sa.insert(feedback).values(
            who=who,
            entry_id=rating.entry_id,
            revision=rating.revision,
            helpful=rating.helpful,
            said_at=at,
        )
    )


def _one(entry_id: str, revision: int, who: str) -> sa.ColumnElement[bool]:
    return (
        (feedback.c.who == who)
        & (feedback.c.entry_id == entry_id)
        & (feedback.c.revision == revision)
    )
