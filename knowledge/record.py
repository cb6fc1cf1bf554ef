"""The one transaction of a turn: message, reply and, where there is one, demand and choice."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.demands.log import Unmet, join
from knowledge.entries import choices
from knowledge.tables import messages


@dataclass(frozen=True, slots=True)
class Turn:
    """What a resident wrote and what we reply; words and reply are masked already."""

    channel: str
    sender: str  # pseudonym
    message_id: str
    received_at: datetime
    words: str = field(repr=False)
    outcome: str
    snapshot: int
    text: str = field(repr=False)  # as the resident reads it; only its hash is kept
    reply: str = field(repr=False)  # what a retry is answered with
    entry_id: str | None = None
    revision: int | None = None
    unmet: Unmet | None = field(default=None, repr=False)
    choice: choices.Chosen | None = field(default=None, repr=False)


class Record:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, turn: Turn) -> bool:
        """Keep the turn whole; return False, with nothing changed, when it is kept already."""
        try:
            with self._database.write() as db:
                demand_id = None
                if turn.unmet is not None:
                    demand_id = join(db, turn.unmet, sender=turn.sender, at=turn.received_at)
                key = db.execute(
                    sa.insert(messages).values(_row(turn, demand_id))
                ).inserted_primary_key
                if turn.choice is not None and key is not None:
                    choices.keep(db, turn.choice, message_id=key[0], at=turn.received_at)
        except sa.exc.IntegrityError:
            # The unique key (channel, sender, message id) is the judge of what is a duplicate;
            # a receipt is made of the same three and can only collide with itself.
            return False
        return True


def _row(turn: Turn, demand_id: int | None) -> dict[str, object]:
    return {
        "channel": turn.channel,
        "sender": turn.sender,
        "message_id": turn.message_id,
        "received_at": turn.received_at,
        "words": turn.words,
        "outcome": turn.outcome,
        "entry_id": turn.entry_id,
        "revision": turn.revision,
        "snapshot": turn.snapshot,
        "demand_id": demand_id,
        "reply": turn.reply,
        "reply_sha256": hashlib.sha256(turn.text.encode("utf-8", "replace")).hexdigest(),
    }
