"""The ledger: one row for each platform message, and what was replied."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import messages

_BATCH = 1000
ERASED = ""  # the sender of a message whose resident had everything erased


@dataclass(frozen=True, slots=True)
class Exported:
    """A ledger row as auditors see it: no residents' words."""

    channel: str
    message_id: str
    sender: str
    received_at: str
    outcome: str
    entry_id: str | None
    revision: int | None
    snapshot: int
    demand_id: int | None
    reply_sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One message and its stored reply, while their words are kept."""

    message_id: str
    words: str = field(repr=False)
    reply: str = field(repr=False)


def erased_id(channel: str, sender: str, message_id: str) -> str:
    """Return what recognises a message after its resident had everything erased."""
    parts = f"{channel}\0{sender}\0{message_id}"
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def stored_reply(self, channel: str, sender: str, message_id: str) -> str | None:
        """Return the reply this message got before; none for a new message.

        Empty when the message is known but its reply's retention is over, or it was erased.
        """
        here = messages.c.channel == channel
        known = (messages.c.sender == sender) & (messages.c.message_id == message_id)
        trace = erased_id(channel, sender, message_id)
        erased = (messages.c.sender == ERASED) & (messages.c.message_id == trace)
        query = sa.select(messages.c.reply).where(here, known | erased)
        with self._database.read() as db:
            row = db.execute(query).first()
        return None if row is None else row.reply or ""

    def recent(self, channel: str, sender: str, *, since: datetime, limit: int) -> list[Kept]:
        """Return a resident's newest messages since then, the oldest of them first."""
        query = (
            sa.select(messages.c.message_id, messages.c.words, messages.c.reply)
            .where(
                messages.c.channel == channel,
                messages.c.sender == sender,
                messages.c.received_at >= since,
                messages.c.reply.is_not(None),
            )
            .order_by(messages.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as db:
            return [Kept(*row) for row in reversed(db.execute(query).all())]

    def most_read(self, *, since: datetime, limit: int) -> list[str]:
        """Return the ids of the entries that answered most residents since then."""
        askers = sa.func.count(sa.distinct(messages.c.sender)).label("askers")
        query = (
            sa.select(messages.c.entry_id)
            .where(messages.c.received_at >= since, messages.c.outcome == "answered")
            .group_by(messages.c.entry_id)
            .order_by(askers.desc(), messages.c.entry_id)
            .limit(limit)
        )
        with self._database.read() as db:
            return [str(entry_id) for entry_id in db.scalars(query)]

    def export(self, since: datetime | None = None) -> Iterator[Exported]:
        """Yield the rows received at or after `since`, in the order they were recorded."""
        last = 0
        while True:
            query = sa.select(messages).where(messages.c.id > last).order_by(messages.c.id)
            if since is not None:
                query = query.where(messages.c.received_at >= since)
            with self._database.read() as db:
                rows = db.execute(query.limit(_BATCH)).all()
            for row in rows:
                yield _to_exported(row)
            if len(rows) < _BATCH:
                return
            last = rows[-1].id


def _to_exported(row: sa.Row[tuple[object, ...]]) -> Exported:
    return Exported(
        channel=row.channel,
        message_id=row.message_id,
        sender=row.sender,
        received_at=row.received_at.isoformat(),
        outcome=row.outcome,
        entry_id=row.entry_id,
        revision=row.revision,
        snapshot=row.snapshot,
        demand_id=row.demand_id,
        reply_sha256=row.reply_sha256,
    )
