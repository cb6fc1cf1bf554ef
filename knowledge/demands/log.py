"""DemandLog: what residents asked and nobody has answered yet, for staff to review."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import UNSETTLED, demands, details, messages, receipts

OPEN = "open"
DECLINED = "declined"
STATES = ("open", "in_review", "answered", "declined")


class AlreadySettled(Exception):
    """Somebody else has answered or declined this demand, or is writing its answer."""


@dataclass(frozen=True, slots=True)
class Demand:
    id: int
    words: str  # masked, as first asked
    topic: str | None
    state: str
    askers: int  # people, not messages
    first_asked: datetime
    last_asked: datetime
    entry_id: str | None = None  # answered by, also after it was opened again
    reason: str = ""
    wants_person: bool = False  # somebody asked for a person, not for a text
    reopened: int = 0  # how often an asker was not content with how it was settled

    @property
    def is_settled(self) -> bool:
        return self.state not in UNSETTLED


@dataclass(frozen=True, slots=True)
class Detail:
    """What an asker added to a question later."""

    words: str = field(repr=False)  # masked
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Unmet:
    """A question without an answer, on its way into the log."""

    key: str
    words: str  # masked
    topic: str | None
    receipt_digest: str
    wants_person: bool = False


class DemandLog:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def most_asked(
        self, *, state: str | None = None, topic: str | None = None, limit: int = 200
    ) -> list[Demand]:
        """Return demands by how many people ask, then how lately; unsettled ones by default."""
        query = sa.select(demands).where(demands.c.state.in_((state,) if state else UNSETTLED))
        if topic:
            query = query.where(demands.c.topic == topic)
        query = query.order_by(demands.c.askers.desc(), demands.c.last_asked.desc(), demands.c.id)
        with self._database.read() as db:
            return [to_demand(row) for row in db.execute(query.limit(limit))]

    def demand(self, demand_id: int) -> Demand | None:
        with self._database.read() as db:
            row = db.execute(sa.select(demands).where(demands.c.id == demand_id)).one_or_none()
        return to_demand(row) if row else None

    def by_receipt(self, digest: str) -> tuple[Demand, datetime] | None:
        """Return the demand of a receipt and when its holder asked."""
        query = (
            sa.select(demands, receipts.c.asked_at)
            .join(receipts, receipts.c.demand_id == demands.c.id)
            .where(receipts.c.digest == digest)
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return (to_demand(row), row.asked_at) if row else None

    def details(self, demand_id: int) -> list[Detail]:
        """Return what askers added, the oldest first."""
        query = sa.select(details).where(details.c.demand_id == demand_id).order_by(details.c.id)
        with self._database.read() as db:
            return [Detail(row.words, row.added_at) for row in db.execute(query)]

    def decline(self, demand_id: int, *, reason: str, by: str) -> None:
        """Close a demand without an answer; every asker reads the reason. Raises AlreadySettled."""
        with self._database.write() as db:
            done = db.execute(
                sa.update(demands)
                .where(demands.c.id == demand_id, demands.c.state == OPEN)
                .values(state=DECLINED, reason=reason, settled_by=by, settled_at=self._now())
            )
            if done.rowcount != 1:
                raise AlreadySettled


def join(db: sa.Connection, unmet: Unmet, *, sender: str, at: datetime) -> int:
    """Add an asker to the demand with this key, or begin one; return its id.

    Runs in the caller's transaction, before the asker's own message is recorded.
    """
    same = (demands.c.key == unmet.key) & demands.c.state.in_(UNSETTLED)
    demand_id = db.scalar(sa.select(demands.c.id).where(same).with_for_update())
    if demand_id is None:
        demand_id = _begin(db, unmet, at)
        if demand_id is None:  # another process began it this very moment
            demand_id = db.scalars(sa.select(demands.c.id).where(same).with_for_update()).one()
    asked_before = sa.exists().where(messages.c.demand_id == demand_id, messages.c.sender == sender)
    more = 0 if db.scalar(sa.select(asked_before)) else 1
    latest = sa.case((demands.c.last_asked < at, at), else_=demands.c.last_asked)
    db.execute(
        sa.update(demands)
        .where(demands.c.id == demand_id)
        .values(askers=demands.c.askers + more, last_asked=latest)
    )
    if unmet.wants_person:
        db.execute(sa.update(demands).where(demands.c.id == demand_id).values(wants_person=True))
    values = {"digest": unmet.receipt_digest, "demand_id": demand_id, "asked_at": at}
    db.execute(sa.insert(receipts).values(values))
    return int(demand_id)


def _begin(db: sa.Connection, unmet: Unmet, at: datetime) -> int | None:
    values = {
        "key": unmet.key,
        "words": unmet.words,
        "topic": unmet.topic,
        "state": OPEN,
        "askers": 0,
        "first_asked": at,
        "last_asked": at,
    }
    try:
        with db.begin_nested():
            key = db.execute(sa.insert(demands).values(values)).inserted_primary_key
    except sa.exc.IntegrityError:
        return None
    return int(key[0]) if key else None


def to_demand(row: sa.Row[tuple[object, ...]]) -> Demand:
    return Demand(
        id=row.id,
        words=row.words,
        topic=row.topic,
        state=row.state,
        askers=row.askers,
        first_asked=row.first_asked,
        last_asked=row.last_asked,
        entry_id=row.entry_id,
        reason=row.reason,
        wants_person=row.wants_person,
        reopened=row.reopened,
    )
