"""Askers: what whoever holds a receipt sees of their question, and may add to it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.demands.log import OPEN, Demand, Detail, to_demand
from knowledge.demands.receipts import Receipts
from knowledge.tables import UNSETTLED, demands, details, messages, receipts

DETAIL_LENGTH = 500  # code points of what is added at once
DETAILS_AT_MOST = 20  # of one receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an asker's own, as it stands now."""

    receipt: str = field(repr=False)
    demand: Demand
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Addition:
    """What an asker adds to a question, once."""

    receipt_digest: str
    once: str  # the same again is the same addition sent twice
    words: str = field(repr=False)  # masked


class Askers:
    def __init__(self, database: Database, receipts: Receipts, now: Callable[[], datetime]) -> None:
        self._database = database
        self._receipts = receipts
        self._now = now

    def question(self, receipt: str) -> Asked | None:
        """Return what became of the question with this receipt, as somebody typed it."""
        digest = self._receipts.digest(receipt)
        if digest is None:
            return None
        with self._database.read() as db:
            rows = _held(db, [digest])
        return Asked(self._receipts.written(receipt), *rows[digest]) if digest in rows else None

    def questions(self, channel: str, sender: str, *, limit: int = 5) -> list[Asked]:
        """Return the newest questions of a resident that had no answer, each once."""
        mine = (messages.c.channel == channel) & (messages.c.sender == sender)
        query = (
            sa.select(messages.c.message_id)
            .where(mine, messages.c.demand_id.is_not(None))
            .order_by(messages.c.id.desc())
            .limit(10 * limit)
        )
        with self._database.read() as db:
            ids = db.scalars(query).all()
            codes = [self._receipts.make(channel, sender, message_id) for message_id in ids]
            digests = {code: self._receipts.digest(code) or "" for code in codes}
            held = _held(db, list(digests.values()))
        found: dict[int, Asked] = {}
        for code, digest in digests.items():
            if digest in held:
                demand, asked_at = held[digest]
                found.setdefault(demand.id, Asked(code, demand, asked_at))
        return list(found.values())[:limit]

    def may_add(self, receipt: str) -> bool:
        """Tell whether the question with this receipt takes more details."""
        digest = self._receipts.digest(receipt) or ""
        with self._database.read() as db:
            return _has_room(db, digest)

    def added(self, receipt_digest: str) -> list[Detail]:
        """Return what the holder of a receipt added, the oldest first."""
        mine = details.c.receipt == receipt_digest
        with self._database.read() as db:
            rows = db.execute(sa.select(details).where(mine).order_by(details.c.id)).all()
        return [Detail(row.words, row.added_at) for row in rows]

    def add(self, addition: Addition) -> bool:
        """Add to an unsettled question; tell whether it is there now."""
        with self._database.write() as db:
            return add(db, addition, at=self._now())

    def reopen(self, addition: Addition) -> bool:
        """Open a settled question again, with what is still missing; tell whether it is open now.

        Where others have asked the same meanwhile, the receipt leads to theirs from now on.
        """
        with self._database.write() as db:
            held = _held(db, [addition.receipt_digest]).get(addition.receipt_digest)
            if held is None:
                return False
            demand = held[0]
            if demand.is_settled:
                self._open_again(db, demand, addition.receipt_digest)
            if addition.words:
                add(db, addition, at=self._now())
        return True

    def _open_again(self, db: sa.Connection, demand: Demand, digest: str) -> None:
        this = demands.c.id == demand.id
        key = db.scalar(sa.select(demands.c.key).where(this).with_for_update())
        same = (demands.c.key == key) & demands.c.state.in_(UNSETTLED)
        other = db.scalar(sa.select(demands.c.id).where(same).with_for_update())
        if other is None:
            again = {"state": OPEN, "reopened": demands.c.reopened + 1}
            unsettled = {"settled_by": None, "settled_at": None, "last_asked": self._now()}
            db.execute(sa.update(demands).where(this).values(**again, **unsettled))
            return
        mine = receipts.c.digest == digest
        db.execute(sa.update(receipts).where(mine).values(demand_id=other))
        more = {"askers": demands.c.askers + 1, "last_asked": self._now()}
        db.execute(sa.update(demands).where(demands.c.id == other).values(**more))


def add(db: sa.Connection, addition: Addition, *, at: datetime) -> bool:
    """Add to a question that is not settled; tell whether it is there now."""
    held = _held(db, [addition.receipt_digest]).get(addition.receipt_digest)
    if held is None:
        return False
    once = hashlib.sha256(f"{addition.receipt_digest}{addition.once}".encode()).hexdigest()
    if db.scalar(sa.select(sa.exists().where(details.c.once == once))):
        return True
    if not _has_room(db, addition.receipt_digest):
        return False
    db.execute(
        sa.insert(details).values(
            demand_id=held[0].id,
            receipt=addition.receipt_digest,
            once=once,
            words=addition.words[:DETAIL_LENGTH],
            added_at=at,
        )
    )
    return True


def _has_room(db: sa.Connection, receipt_digest: str) -> bool:
    held = _held(db, [receipt_digest]).get(receipt_digest)
    mine = details.c.receipt == receipt_digest
    there = db.scalar(sa.select(sa.func.count()).where(mine)) or 0
    return held is not None and not held[0].is_settled and there < DETAILS_AT_MOST


def _held(db: sa.Connection, digests: Sequence[str]) -> dict[str, tuple[Demand, datetime]]:
    """Return the demand of each receipt that is known, and when its holder asked."""
    query = (
        sa.select(demands, receipts.c.digest, receipts.c.asked_at)
        .join(receipts, receipts.c.demand_id == demands.c.id)
        .where(receipts.c.digest.in_(digests))
    )
    return {row.digest: (to_demand(row), row.asked_at) for row in db.execute(query)}
