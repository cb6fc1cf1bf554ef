"""The one transaction of a turn: message, reply and, where there is one, demand and choice."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from knowledge import rights
from knowledge.database import Database
from knowledge.demands import askers
from knowledge.demands.log import Unmet, join
from knowledge.demands.receipts import Receipts
from knowledge.entries import choices, feedback
from knowledge.residents import homes
from knowledge.residents.ledger import ERASED, erased_id
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
    addition: askers.Addition | None = field(default=None, repr=False)
    rating: feedback.Rating | None = None
    home: str | None = None  # a region to remember; empty: the one remembered is to be forgotten
    erase: bool = False  # everything kept of the sender, this turn included


class Record:
    def __init__(self, database: Database, receipts: Receipts) -> None:
        self._database = database
        self._receipts = receipts

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
                self._do_besides(db, turn)
        except sa.exc.IntegrityError:
            # The unique key (channel, sender, message id) is the judge of what is a duplicate;
            # a receipt is made of the same three and can only collide with itself.
            return False
        return True

    def _do_besides(self, db: sa.Connection, turn: Turn) -> None:
        """Do what a command asked for, in the turn's own transaction."""
        if turn.addition is not None:
            askers.add(db, turn.addition, at=turn.received_at)
        if turn.rating is not None:
            who = feedback.who_is(turn.channel, turn.sender)
            feedback.rate(db, turn.rating, who=who, at=turn.received_at)
        if turn.home is not None:
            homes.remember(db, turn.channel, turn.sender, turn.home, at=turn.received_at)
        if turn.erase:
            rights.erase(db, self._receipts, turn.channel, turn.sender)
            trace = erased_id(turn.channel, turn.sender, turn.message_id)
            mine = (messages.c.sender == ERASED) & (messages.c.message_id == trace)
            # A retry of the order itself still reads that it was done.
            db.execute(sa.update(messages).where(mine).values(reply=turn.reply))


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
