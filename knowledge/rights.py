"""Rights: a resident's own data, shown to them whole or erased."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.demands.log import DECLINED, OPEN
from knowledge.demands.receipts import Receipts
from knowledge.entries.feedback import who_is
from knowledge.residents.ledger import ERASED, erased_id
from knowledge.tables import (
    choices,
    demands,
    details,
    drafts,
    erasures,
    feedback,
    homes,
    messages,
    receipts,
)

_BATCH = 500  # SQLite takes 999 parameters in its oldest builds
_WITHDRAWN = "［问的人要求删除了原话］"


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything that is kept of one resident, as it will be read by them."""

    channel: str
    region: str | None
    messages: list[dict[str, Any]] = field(repr=False)
    questions: list[dict[str, Any]] = field(repr=False)
    details: list[dict[str, Any]] = field(repr=False)
    choices: list[dict[str, Any]] = field(repr=False)
    feedback: list[dict[str, Any]] = field(repr=False)


class Rights:
    """One resident is a channel and a pseudonym there."""

    def __init__(self, database: Database, receipts: Receipts, now: Callable[[], datetime]) -> None:
        self._database = database
        self._receipts = receipts
        self._now = now

    def resident(self, receipt: str) -> tuple[str, str] | None:
        """Return whose receipt it is; none once the ledger's retention has cut the link."""
        digest = self._receipts.digest(receipt)
        # By the moment, not by the demand: opened again, a receipt may lead to another one.
        query = (
            sa.select(messages.c.channel, messages.c.sender, messages.c.message_id)
            .join(receipts, receipts.c.asked_at == messages.c.received_at)
            .where(receipts.c.digest == digest, messages.c.demand_id.is_not(None))
        )
        with self._database.read() as db:
            for channel, sender, message_id in db.execute(query):
                if (
                    self._receipts.digest(self._receipts.make(channel, sender, message_id))
                    == digest
                ):
                    return channel, sender
        return None

    def erase(self, channel: str, sender: str) -> int:
        """Erase all that is kept of a resident; return how many messages there were."""
        with self._database.write() as db:
            erased = erase(db, self._receipts, channel, sender)
            # What processes remember for minutes is forgotten by each of them, told by this.
            whom = {"channel": channel, "sender": sender, "erased_at": self._now()}
            db.execute(sa.insert(erasures).values(**whom))
        return erased

    def last_erasure(self) -> int:
        """Return the number of the newest erasure by an operator; 0 for none."""
        with self._database.read() as db:
            return db.scalar(sa.select(sa.func.max(erasures.c.id))) or 0

    def erased(self, after: int) -> list[tuple[int, str, str]]:
        """Return whom an operator erased: number, channel, pseudonym, from a number on."""
        query = sa.select(erasures.c.id, erasures.c.channel, erasures.c.sender)
        with self._database.read() as db:
            rows = db.execute(query.where(erasures.c.id > after).order_by(erasures.c.id))
            return [(row.id, row.channel, row.sender) for row in rows]

    def copy(self, channel: str, sender: str) -> Copy:
        """Return all that is kept of a resident."""
        with self._database.read() as db:
            sent = _sent(db, channel, sender)
            held = _digests(self._receipts, channel, sender, sent)
            home = (homes.c.channel == channel) & (homes.c.sender == sender)
            who = [who_is(channel, sender), *held]
            return Copy(
                channel,
                db.scalar(sa.select(homes.c.region).where(home)),
                messages=[_readable(row) for row in sent],
                questions=_all(db, _questions(), receipts.c.digest, list(held)),
                details=_all(db, _details(), details.c.receipt, list(held)),
                choices=_all(db, _choices(), choices.c.message_id, [row.id for row in sent]),
                feedback=_all(db, _feedback(), feedback.c.who, who),
            )


def erase(db: sa.Connection, codes: Receipts, channel: str, sender: str) -> int:
    """Erase all that is kept of a resident, in the caller's transaction.

    What stays of a message is a hash that recognises a retry and the counters of the ledger. A
    question that nobody else asks goes too; where its answer is being written, its words go.
    """
    sent = _sent(db, channel, sender)
    held = _digests(codes, channel, sender, sent)
    asked = {row.demand_id for row in sent if row.demand_id is not None}
    for some in _batches(held):
        asked |= set(db.scalars(sa.select(receipts.c.demand_id).where(receipts.c.digest.in_(some))))
        db.execute(sa.delete(details).where(details.c.receipt.in_(some)))
        db.execute(sa.delete(feedback).where(feedback.c.who.in_(some)))
        db.execute(sa.delete(receipts).where(receipts.c.digest.in_(some)))
    db.execute(sa.delete(feedback).where(feedback.c.who == who_is(channel, sender)))
    db.execute(sa.delete(homes).where(homes.c.channel == channel, homes.c.sender == sender))
    for row in sent:
        _leave_a_trace(db, row)
    for demand_id in asked:
        _withdraw(db, demand_id)
    return len(sent)


def _leave_a_trace(db: sa.Connection, row: sa.Row[Any]) -> None:
    db.execute(sa.delete(choices).where(choices.c.message_id == row.id))
    nothing = {"words": None, "reply": None, "demand_id": None, "reply_sha256": ""}
    trace = {"sender": ERASED, "message_id": erased_id(row.channel, row.sender, row.message_id)}
    db.execute(sa.update(messages).where(messages.c.id == row.id).values(**nothing, **trace))


def _withdraw(db: sa.Connection, demand_id: int) -> None:
    """Take one asker from a demand, and the demand away with its last one."""
    this = demands.c.id == demand_id
    if db.scalar(sa.select(sa.exists().where(receipts.c.demand_id == demand_id))):
        fewer = sa.case((demands.c.askers > 1, demands.c.askers - 1), else_=1)
        db.execute(sa.update(demands).where(this).values(askers=fewer))
        return
    db.execute(sa.delete(details).where(details.c.demand_id == demand_id))
    if db.scalar(sa.select(sa.exists().where(drafts.c.demand_id == demand_id))):
        nobody_waits = sa.case((demands.c.state == OPEN, DECLINED), else_=demands.c.state)
        hidden = {"words": _WITHDRAWN, "key": f"erased {demand_id}", "state": nobody_waits}
        db.execute(sa.update(demands).where(this).values(**hidden))
        return
    still = sa.update(messages).where(messages.c.demand_id == demand_id)
    db.execute(still.values(demand_id=None))
    db.execute(sa.delete(demands).where(this))


def _sent(db: sa.Connection, channel: str, sender: str) -> Sequence[sa.Row[Any]]:
    mine = (messages.c.channel == channel) & (messages.c.sender == sender)
    return db.execute(sa.select(messages).where(mine).order_by(messages.c.id)).all()


def _digests(
    codes: Receipts, channel: str, sender: str, sent: Iterable[sa.Row[Any]]
) -> dict[str, str]:
    """Return the receipts of a resident's questions, by what is kept of them."""
    made = (codes.make(channel, sender, row.message_id) for row in sent if row.demand_id)
    return {codes.digest(code) or "": code for code in made}


def _readable(row: sa.Row[Any]) -> dict[str, Any]:
    reply = json.loads(row.reply)["text"] if row.reply else None
    return {
        "received_at": row.received_at.isoformat(),
        "words": row.words,
        "outcome": row.outcome,
        "entry_id": row.entry_id,
        "reply": reply,
    }


def _questions() -> sa.Select[Any]:
    return sa.select(
        demands.c.words, demands.c.state, receipts.c.asked_at, demands.c.entry_id
    ).join(receipts, receipts.c.demand_id == demands.c.id)


def _details() -> sa.Select[Any]:
    return sa.select(details.c.words, details.c.added_at)


def _choices() -> sa.Select[Any]:
    return sa.select(choices.c.words, choices.c.offered, choices.c.chosen, choices.c.chosen_at)


def _feedback() -> sa.Select[Any]:
    return sa.select(
        feedback.c.entry_id, feedback.c.revision, feedback.c.helpful, feedback.c.said_at
    )


def _all(
    db: sa.Connection, query: sa.Select[Any], key: sa.Column[Any], values: Sequence[object]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for some in _batches(values):
        rows = db.execute(query.where(key.in_(some))).mappings()
        found += [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, _BATCH)):
        yield some
