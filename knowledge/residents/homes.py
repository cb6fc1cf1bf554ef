"""Homes: where a resident lives, kept only for those who asked us to."""

from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import homes


class Homes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def region(self, channel: str, sender: str) -> str | None:
        """Return the GB/T 2260 code of a resident's home, if they had it remembered."""
        with self._database.read() as db:
            return db.scalar(sa.select(homes.c.region).where(_of(channel, sender)))


def remember(db: sa.Connection, channel: str, sender: str, region: str, *, at: datetime) -> None:
    """Keep a home in place of the one before; an empty region forgets it."""
    db.execute(sa.delete(homes).where(_of(channel, sender)))
    if region:
        values = {"channel": channel, "sender": sender, "region": region, "consented_at": at}
        db.execute(sa.insert(homes).values(values))


def _of(channel: str, sender: str) -> sa.ColumnElement[bool]:
    return (homes.c.channel == channel) & (homes.c.sender == sender)
