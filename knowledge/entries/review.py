"""Review: from a volunteer's draft to a published revision, always by two people."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.entries.entry import Entry, EntryKind
from knowledge.entries.rules import overdue, problems
from knowledge.entries.store import LOCAL, NOTES, newest_revision, next_snapshot, publish
from knowledge.tables import UNDECIDED, confirmations, demands, drafts, revisions

EDITING = "editing"
SUBMITTED = "submitted"
RETURNED = "returned"
PUBLISHED = "published"
DROPPED = "dropped"


class ReviewRefused(Exception):
    """The step is not allowed; the message is a sentence for the person who tried."""


class OwnText(ReviewRefused):
    """Somebody tried to approve what they wrote themselves."""


class Moved(ReviewRefused):
    """The draft changed, or was decided, after it was shown."""


@dataclass(frozen=True, slots=True)
class Draft:
    id: int
    entry: Entry
    state: str
    authors: tuple[str, ...]
    version: int
    based_on: int
    demand_id: int | None
    note: str
    changed_at: datetime


class Review:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def waiting(self, *, state: str | None = None) -> list[Draft]:
        """Return undecided drafts, or those of one state, oldest first."""
        states = (state,) if state else UNDECIDED
        query = sa.select(drafts).where(drafts.c.state.in_(states)).order_by(drafts.c.changed_at)
        with self._database.read() as db:
            return [_to_draft(row) for row in db.execute(query)]

    def draft(self, draft_id: int) -> Draft | None:
        with self._database.read() as db:
            row = db.execute(sa.select(drafts).where(drafts.c.id == draft_id)).one_or_none()
        return _to_draft(row) if row else None

    def begin(self, entry: Entry, *, author: str, demand_id: int | None = None) -> int:
        """Keep a new draft and return its id; a demand it answers leaves the open list.

        Raises ReviewRefused when the demand is settled already, or another draft has the new id.
        """
        with _one_draft_a_new_id(), self._database.write() as db:
            if demand_id is not None:
                _take_demand(db, demand_id)
            values = {
                "entry_id": entry.id,
                "kind": entry.kind,
                "body": entry.to_body(),
                "state": EDITING,
                "authors": json.dumps([author], ensure_ascii=False),
                "version": 1,
                "based_on": newest_revision(db, entry.id),
                "demand_id": demand_id,
                "changed_at": self._now(),
            }
            key = db.execute(sa.insert(drafts).values(values)).inserted_primary_key
        return int(key[0]) if key else 0

    def save(self, draft_id: int, entry: Entry, *, author: str, version: int) -> int:
        """Keep what was written and return the draft's new version; raises Moved, ReviewRefused."""
        with _one_draft_a_new_id(), self._database.write() as db:
            draft = _locked(db, draft_id, version, UNDECIDED)
            if draft.based_on and draft.entry.id != entry.id:
                raise ReviewRefused("已发布条目的编号不能改")
            authors = draft.authors if author in draft.authors else (*draft.authors, author)
            self._change(
                db,
                draft,
                entry_id=entry.id,
                kind=entry.kind,
                body=entry.to_body(),
                state=EDITING,
                authors=json.dumps(authors, ensure_ascii=False),
                # Whoever saves has the newest revision before them; approve asks once more.
                based_on=newest_revision(db, entry.id) if draft.based_on else 0,
            )
        return version + 1

    def submit(self, draft_id: int, *, version: int) -> None:
        """Hand the draft to the reviewers; raises ReviewRefused with everything still wrong."""
        with self._database.write() as db:
            draft = _locked(db, draft_id, version, (EDITING, RETURNED))
            wrong = [sentence for _, sentence in problems(draft.entry)]
            late = overdue(draft.entry, self._now().date())
            if late:
                wrong.append(late)
            if not draft.based_on and newest_revision(db, draft.entry.id):
                wrong.append(f"编号 {draft.entry.id} 已经属于另一个条目，换一个")
            if wrong:
                raise ReviewRefused("；".join(wrong))
            self._change(db, draft, state=SUBMITTED, note="")

    def approve(self, draft_id: int, *, reviewer: str, version: int) -> int:
        """Publish the draft and return the snapshot's number; its demand is answered by it.

        Raises OwnText for an author, Moved when the draft or its entry changed meanwhile.
        """
        with self._database.write() as db:
            draft = _locked(db, draft_id, version, (SUBMITTED,))
            if reviewer in draft.authors:
                raise OwnText("不能批准自己写的内容，请另一位审核专家来审")
            if newest_revision(db, draft.entry.id) != draft.based_on:
                raise Moved("这个条目刚刚有了新版本，请退回草稿重新对照")
            at = self._now()
            number = publish(
                db,
                [draft.entry],
                provenance=LOCAL,
                author="、".join(draft.authors),
                reviewer=reviewer,
                at=at,
            )
            self._change(db, draft, state=PUBLISHED)
            if draft.demand_id is not None:
                _settle(
                    db,
                    draft.demand_id,
                    state="answered",
                    entry_id=draft.entry.id,
                    settled_by=reviewer,
                    settled_at=at,
                )
        return number

    def send_back(self, draft_id: int, *, reviewer: str, version: int, note: str) -> None:
        """Return the draft to its author with a reason; raises Moved, OwnText."""
        with self._database.write() as db:
            draft = _locked(db, draft_id, version, (SUBMITTED,))
            if reviewer in draft.authors:
                raise OwnText("自己写的内容不用退回，直接改就好")
            self._change(db, draft, state=RETURNED, note=note)

    def drop(self, draft_id: int, *, version: int) -> None:
        """Give the draft up; its demand is open again. Raises Moved."""
        with self._database.write() as db:
            draft = _locked(db, draft_id, version, UNDECIDED)
            self._change(db, draft, state=DROPPED)
            if draft.demand_id is not None:
                _settle(db, draft.demand_id, state="open")

    def confirm(self, entry_id: str, number: int, *, reviewer: str) -> None:
        """Note that a reviewer of this installation stands for a shipped revision.

        Raises ReviewRefused for a revision that is not the newest, or confirmed already.
        """
        with self._database.write() as db:
            newest = _newest(db, entry_id)
            if newest is None or newest.number != number:
                raise Moved("这个条目刚刚有了新版本，请重新打开再核对")
            if newest.provenance not in NOTES:
                raise ReviewRefused("这个版本是本单位写的，已经有人审核过")
            try:
                db.execute(
                    sa.insert(confirmations).values(
                        entry_id=entry_id,
                        number=number,
                        reviewer=reviewer,
                        confirmed_at=self._now(),
                    )
                )
            except sa.exc.IntegrityError:
                raise ReviewRefused("这个版本已经有人核对过了") from None
            # Readers see who stands for it, so the published state has changed.
            next_snapshot(db, at=self._now())

    def _change(self, db: sa.Connection, draft: Draft, **values: object) -> None:
        db.execute(
            sa.update(drafts)
            .where(drafts.c.id == draft.id)
            .values(version=draft.version + 1, changed_at=self._now(), **values)
        )


@contextmanager
def _one_draft_a_new_id() -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError:
        raise ReviewRefused("这个编号已经有一份草稿在用，换一个英文短名") from None


def phrasing_owners(db_entries: list[Entry], normalise: Callable[[str], str]) -> dict[str, str]:
    """Return who owns each phrasing, by its normalised text, for answers only."""
    return {
        normalise(phrasing): entry.id
        for entry in db_entries
        if entry.kind is not EntryKind.ITEM
        for phrasing in entry.asked_as
    }


def _locked(db: sa.Connection, draft_id: int, version: int, allowed: tuple[str, ...]) -> Draft:
    row = db.execute(
        sa.select(drafts).where(drafts.c.id == draft_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise Moved("这份草稿不存在")
    draft = _to_draft(row)
    if draft.version != version or draft.state not in allowed:
        raise Moved("这份草稿刚刚被改过或已经处理，请重新打开再看")
    return draft


def _newest(db: sa.Connection, entry_id: str) -> sa.Row[tuple[object, ...]] | None:
    query = sa.select(revisions).where(revisions.c.entry_id == entry_id)
    return db.execute(query.order_by(revisions.c.number.desc()).limit(1)).one_or_none()


def _take_demand(db: sa.Connection, demand_id: int) -> None:
    taken = db.execute(
        sa.update(demands)
        .where(demands.c.id == demand_id, demands.c.state == "open")
        .values(state="in_review")
    )
    if taken.rowcount != 1:
        raise ReviewRefused("这个需求已经有人在处理或已经办结")


def _settle(db: sa.Connection, demand_id: int, **values: object) -> None:
    db.execute(sa.update(demands).where(demands.c.id == demand_id).values(**values))


def _to_draft(row: sa.Row[tuple[object, ...]]) -> Draft:
    return Draft(
        id=row.id,
        entry=Entry.from_body(row.entry_id, row.kind, row.body),
        state=row.state,
        authors=tuple(json.loads(row.authors)),
        version=row.version,
        based_on=row.based_on,
        demand_id=row.demand_id,
        note=row.note,
        changed_at=row.changed_at,
    )
