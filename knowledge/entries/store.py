"""EntryStore: what is published, as snapshots of immutable revisions."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.entries.entry import Entry, EntryKind
from knowledge.tables import confirmations, drafts, revisions, snapshots

LOCAL = "local"  # written and approved here
SHIPPED = "shipped"  # came with the software
IMPORTED = "imported"  # an operator loaded it from a file
ITEMS_CHECKED = date(2026, 11, 24)  # the shipped waste-items.csv; see docs/waste-items.md
NOTES = {
    SHIPPED: "随软件提供，本单位尚未核对",
    IMPORTED: "由管理员导入，本单位尚未核对",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry as it was published once; it never changes."""

    entry: Entry
    number: int
    provenance: str
    author: str
    reviewer: str | None
    snapshot: int
    published_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    @property
    def checked_on(self) -> date | None:
        """The day it was last held against its sources, here or by those it came from.

        Of what came in a file it is counted back from its review date; the waste items that came
        with the software were checked as one table.
        """
        if self.provenance == LOCAL or self.confirmed_at:
            return (self.confirmed_at or self.published_at).date()
        review_by = self.entry.review_by
        if review_by:
            return review_by - self.entry.risk.review_after
        is_shipped_item = self.provenance == SHIPPED and self.entry.kind is EntryKind.ITEM
        return ITEMS_CHECKED if is_shipped_item else None

    @property
    def note(self) -> str:
        """What a reader should know about who stands for it; empty when somebody here does."""
        return "" if self.confirmed_by else NOTES.get(self.provenance, "")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published state of all entries."""

    number: int
    revisions: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `load` did, by entry id."""

    published: tuple[str, ...]
    drafted: tuple[str, ...]
    unchanged: int


class EntryStore:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def snapshot_number(self) -> int:
        """Return the number of the newest snapshot; 0 before anything is published."""
        with self._database.read() as db:
            return newest_snapshot(db)

    def snapshot(self, number: int | None = None) -> Snapshot:
        """Return everything published up to a snapshot, the newest by default."""
        with self._database.read() as db:
            number = newest_snapshot(db) if number is None else number
            last = (
                sa.select(revisions.c.entry_id, sa.func.max(revisions.c.number).label("number"))
                .where(revisions.c.snapshot <= number)
                .group_by(revisions.c.entry_id)
                .subquery()
            )
            same = (revisions.c.entry_id == last.c.entry_id) & (revisions.c.number == last.c.number)
            rows = db.execute(
                _with_confirmation().join(last, same).order_by(revisions.c.entry_id)
            ).all()
        return Snapshot(number, tuple(_to_revision(row) for row in rows))

    def revision(self, entry_id: str, number: int | None = None) -> Revision | None:
        """Return one revision of an entry, the newest by default."""
        wanted = revisions.c.entry_id == entry_id
        if number is not None:
            wanted &= revisions.c.number == number
        query = _with_confirmation().where(wanted).order_by(revisions.c.number.desc()).limit(1)
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return _to_revision(row) if row else None

    def search(self, words: str, *, unconfirmed: bool = False, limit: int = 50) -> list[Revision]:
        """Return published answers and cards that hold the words, by id; all of them for none."""
        found = []
        words = words.casefold()
        for revision in self.snapshot().revisions:
            entry = revision.entry
            if entry.kind is EntryKind.ITEM and not words:
                continue
            if unconfirmed and not revision.note:
                continue
            if words in " ".join((entry.id, *entry.asked_as, entry.conclusion)).casefold():
                found.append(revision)
        return found[:limit]

    def load(self, entries: Sequence[Entry], *, origin: str = SHIPPED) -> Loaded:
        """Bring in content from files; nothing written here is overwritten.

        What is new is published with its origin (SHIPPED or IMPORTED) as provenance; what reads as
        no revision of its entry ever did becomes a draft, once.
        """
        with self._database.write(long=True) as db:
            known: dict[str, set[str]] = {}  # an entry that once read so has been seen before
            for row in db.execute(sa.select(revisions.c.entry_id, revisions.c.body)):
                known.setdefault(row.entry_id, set()).add(row.body)
            new = [entry for entry in entries if entry.id not in known]
            changed = [e for e in entries if e.id in known and e.to_body() not in known[e.id]]
            if new:
                publish(db, new, provenance=origin, author=origin, reviewer=None, at=self._now())
            waiting = _already_drafted(db)
            drafted = [e for e in changed if (e.id, e.to_body()) not in waiting]
            for entry in drafted:
                db.execute(sa.insert(drafts).values(self._draft_of(db, entry, origin)))
        unchanged = len(entries) - len(new) - len(changed)
        ids = tuple(entry.id for entry in new)
        return Loaded(ids, tuple(entry.id for entry in drafted), unchanged)

    def _draft_of(self, db: sa.Connection, entry: Entry, origin: str) -> dict[str, object]:
        return {
            "entry_id": entry.id,
            "kind": entry.kind,
            "body": entry.to_body(),
            "state": "submitted",
            "authors": json.dumps([origin]),
            "version": 1,
            "based_on": newest_revision(db, entry.id),
            "note": "内容更新",
            "changed_at": self._now(),
        }


def publish(
    db: sa.Connection,
    entries: Iterable[Entry],
    *,
    provenance: str,
    author: str,
    reviewer: str | None,
    at: datetime,
) -> int:
    """Append a revision of each entry under one new snapshot, in the caller's transaction."""
    number = next_snapshot(db, at=at)
    last = {row.entry_id: row.newest for row in db.execute(_newest_numbers())}
    rows = [
        {
            "entry_id": entry.id,
            "number": last.get(entry.id, 0) + 1,
            "kind": entry.kind,
            "body": entry.to_body(),
            "provenance": provenance,
            "author": author,
            "reviewer": reviewer,
            "snapshot": number,
            "published_at": at,
        }
        for entry in entries
    ]
    db.execute(sa.insert(revisions), rows)
    return number


def next_snapshot(db: sa.Connection, *, at: datetime) -> int:
    """Move the snapshot on, in the caller's transaction, and return its number."""
    number = newest_snapshot(db) + 1
    db.execute(sa.insert(snapshots).values(number=number, published_at=at))
    return number


def newest_snapshot(db: sa.Connection) -> int:
    return db.scalar(sa.select(sa.func.coalesce(sa.func.max(snapshots.c.number), 0))) or 0


def newest_revision(db: sa.Connection, entry_id: str) -> int:
    """Return the number of an entry's newest revision; 0 when it has none."""
    newest = sa.func.coalesce(sa.func.max(revisions.c.number), 0)
    return db.scalar(sa.select(newest).where(revisions.c.entry_id == entry_id)) or 0


def _newest_numbers() -> sa.Select[tuple[str, int]]:
    newest = sa.func.max(revisions.c.number).label("newest")
    return sa.select(revisions.c.entry_id, newest).group_by(revisions.c.entry_id)


def _already_drafted(db: sa.Connection) -> set[tuple[str, str]]:
    rows = db.execute(sa.select(drafts.c.entry_id, drafts.c.body)).all()
    return {(row.entry_id, row.body) for row in rows}


def _with_confirmation() -> sa.Select[tuple[object, ...]]:
    same = (confirmations.c.entry_id == revisions.c.entry_id) & (
        confirmations.c.number == revisions.c.number
    )
    joined = revisions.outerjoin(confirmations, same)
    confirmed = confirmations.c.reviewer.label("confirmed_by"), confirmations.c.confirmed_at
    return sa.select(revisions, *confirmed).select_from(joined)


def _to_revision(row: sa.Row[tuple[object, ...]]) -> Revision:
    return Revision(
        entry=Entry.from_body(row.entry_id, row.kind, row.body),
        number=row.number,
        provenance=row.provenance,
        author=row.author,
        reviewer=row.reviewer,
        snapshot=row.snapshot,
        published_at=row.published_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
    )
