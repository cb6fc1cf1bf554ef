"""The ledger: one row for each platform message, and what was replied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import messages

_BATCH = 1000


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


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def stored_reply(self, channel: str, sender: str, message_id: str) -> str | None:
        """Return the reply this message got before; none for a new message.

        Empty when the message is known but its reply's retention is over.
        """
        query = sa.select(messages.c.reply).where(
            messages.c.channel == channel,
            messages.c.sender == sender,
            messages.c.message_id == message_id,
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else row.reply or ""

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
