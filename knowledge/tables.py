"""Tables: every table of the one database, for SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the value in UTC, without its zone where the database keeps none."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored moment with its zone."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _table(name: str, *columns: sa.Column[Any] | sa.Index | sa.UniqueConstraint) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def _id() -> sa.Column[int]:
    wide = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts only INTEGER keys
    return sa.Column("id", wide, primary_key=True, autoincrement=True)


# --- what we know -----------------------------------------------------------------------------

snapshots = _table(
    "snapshots",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("published_at", Moment, nullable=False),
)

revisions = _table(  # appended, never updated; what is published is each entry's last
    "revisions",
    sa.Column("entry_id", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON, as Entry.to_body writes it
    sa.Column("provenance", sa.String(20), nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reviewer", sa.String(80)),  # none: from a file, nobody here approved it
    sa.Column("snapshot", sa.ForeignKey("snapshots.number"), nullable=False, index=True),
    sa.Column("published_at", Moment, nullable=False),
)

confirmations = _table(  # a reviewer of this installation stands for a shipped revision
    "confirmations",
    sa.Column("entry_id", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reviewer", sa.String(80), nullable=False),
    sa.Column("confirmed_at", Moment, nullable=False),
)

drafts = _table(
    "drafts",
    _id(),
    sa.Column("entry_id", sa.String(120), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("authors", sa.Text, nullable=False),  # JSON list: everyone who wrote in it
    sa.Column("version", sa.Integer, nullable=False),  # moves with every save
    sa.Column("based_on", sa.Integer, nullable=False),  # the revision it changes; 0 = a new entry
    sa.Column("demand_id", sa.ForeignKey("demands.id")),
    sa.Column("note", sa.Text, nullable=False, server_default=""),  # why it was returned
    sa.Column("changed_at", Moment, nullable=False),
)

UNDECIDED = ("editing", "submitted", "returned")
_new_and_undecided = (drafts.c.based_on == 0) & drafts.c.state.in_(UNDECIDED)
sa.Index(
    "uq_drafts_new_id",
    drafts.c.entry_id,
    unique=True,
    sqlite_where=_new_and_undecided,
    postgresql_where=_new_and_undecided,
)

vectors = _table(  # what a sentence encoder made of texts; can be made again at any time
    "vectors",
    sa.Column("model", sa.String(80), primary_key=True),
    sa.Column("text_sha256", sa.String(64), primary_key=True),  # of the UTF-8 text
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("kept_at", Moment, nullable=False),
)

# --- what we are asked ------------------------------------------------------------------------

demands = _table(
    "demands",
    _id(),
    sa.Column("key", sa.String(400), nullable=False),  # normalised words: the same key joins
    sa.Column("words", sa.Text, nullable=False),  # masked
    sa.Column("topic", sa.String(20)),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("askers", sa.Integer, nullable=False),
    sa.Column("first_asked", Moment, nullable=False),
    sa.Column("last_asked", Moment, nullable=False, index=True),
    sa.Column("entry_id", sa.String(120)),  # answered by
    sa.Column("reason", sa.Text, nullable=False, server_default=""),  # declined because
    sa.Column("settled_by", sa.String(80)),
    sa.Column("settled_at", Moment),
    sa.Column("wants_person", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),  # how often
)
UNSETTLED = ("open", "in_review")
sa.Index(
    "uq_demands_unsettled_key",
    demands.c.key,
    unique=True,
    sqlite_where=demands.c.state.in_(UNSETTLED),
    postgresql_where=demands.c.state.in_(UNSETTLED),
)

receipts = _table(
    "receipts",
    sa.Column("digest", sa.String(64), primary_key=True),  # keyed hash; the code itself is not kept
    sa.Column("demand_id", sa.ForeignKey("demands.id"), nullable=False, index=True),
    sa.Column("asked_at", Moment, nullable=False),
)

details = _table(  # what an asker added later; by receipt, so that it can be taken back
    "details",
    _id(),
    sa.Column("demand_id", sa.ForeignKey("demands.id"), nullable=False, index=True),
    sa.Column("receipt", sa.String(64), nullable=False, index=True),  # its digest
    sa.Column("once", sa.String(64), nullable=False, unique=True),  # a form sent twice adds once
    sa.Column("words", sa.Text, nullable=False),  # masked
    sa.Column("added_at", Moment, nullable=False),
)

feedback = _table(  # whether an answer helped; each asker's last word on it
    "feedback",
    sa.Column("who", sa.String(64), primary_key=True),  # hash of a pseudonym, or a receipt's digest
    sa.Column("entry_id", sa.String(120), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("said_at", Moment, nullable=False),
)

homes = _table(  # where a resident lives, if they asked us to remember it
    "homes",
    sa.Column("channel", sa.String(60), primary_key=True),
    sa.Column("sender", sa.String(64), primary_key=True),  # pseudonym
    sa.Column("region", sa.String(6), nullable=False),  # GB/T 2260 code
    sa.Column("consented_at", Moment, nullable=False),
)

erasures = _table(  # whom the processes still have to forget; gone within the hour
    "erasures",
    _id(),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("sender", sa.String(64), nullable=False),  # pseudonym
    sa.Column("erased_at", Moment, nullable=False),
)

messages = _table(  # the ledger
    "messages",
    _id(),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("sender", sa.String(64), nullable=False),  # pseudonym
    sa.Column("message_id", sa.String(255), nullable=False),
    sa.Column("received_at", Moment, nullable=False, index=True),
    sa.Column("words", sa.Text),  # masked; emptied when their retention ends
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("entry_id", sa.String(120)),
    sa.Column("revision", sa.Integer),
    sa.Column("snapshot", sa.Integer, nullable=False),
    sa.Column("demand_id", sa.ForeignKey("demands.id"), index=True),
    sa.Column("reply", sa.Text),  # for a retry; emptied with the words
    sa.Column("reply_sha256", sa.String(64), nullable=False),
    sa.UniqueConstraint("channel", "sender", "message_id", name="uq_messages_once"),
)

choices = _table(  # labelled pairs: what was meant by these words, of what was offered
    "choices",
    _id(),
    sa.Column(  # who chose stands in the ledger alone, and goes with its row
        "message_id",
        sa.ForeignKey("messages.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    sa.Column("words", sa.Text, nullable=False),  # masked; what the options were offered for
    sa.Column("offered", sa.Text, nullable=False),  # JSON list of entry ids
    sa.Column("chosen", sa.String(120)),  # none: none of these
    sa.Column("chosen_at", Moment, nullable=False),
)

# --- who works here ---------------------------------------------------------------------------

people = _table(
    "people",
    _id(),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("roles", sa.String(80), nullable=False),  # space-separated
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),  # wrong passwords in this window
    sa.Column("window_ends", Moment),
    sa.Column("created_at", Moment, nullable=False),
)

sessions = _table(
    "sessions",
    sa.Column("digest", sa.String(64), primary_key=True),  # of the cookie's token
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)
