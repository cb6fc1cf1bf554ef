"""The form of an entry: what was typed, what is wrong with it, and how a resident reads it."""

from dataclasses import dataclass, replace
from datetime import date

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from knowledge.demands.log import Demand
from knowledge.entries.entry import (
    CONCLUSION_LENGTH,
    SLUG,
    STEPS,
    TOPICS,
    Entry,
    EntryKind,
    Risk,
    Source,
    overdue,
    problems,
)
from knowledge.entries.review import Draft
from knowledge.entries.store import LOCAL, Revision
from webhook.consoles.changes import RISKS
from webhook.consoles.clashes import Owners
from webhook.consoles.fields import column, line, lines, new_once
from webhook.pages import parts
from webhook.parts import now

SOURCES_AT_MOST = 20
ROWS = 3  # empty rows for sources, so that a page without scripts has room for more
SLUG_LENGTH = 80


def empty(topic: str = "", question: str = "") -> Entry:
    """Return an entry to begin with: of low risk, its review as late as that allows."""
    due = today() + Risk.LOW.review_after
    return Entry(id=f"{topic}/", question=question, conclusion="", review_by=due)


@dataclass(frozen=True, slots=True)
class Preview:
    """An entry as a resident will read it, and what keeps it from being submitted."""

    question: str
    lines: list[str]
    wrong: list[str]


def today() -> date:
    return now().date()


def fixed_id(draft: Draft | None) -> bool:
    """Tell whether the draft changes a published entry, whose id never changes."""
    return draft is not None and draft.based_on > 0


def typed(draft: Draft | None) -> Entry:
    """Return the entry in the form; what the form does not show stays as in the draft."""
    before = draft.entry if draft else empty()
    risk = Risk(line("risk")) if line("risk") in set(Risk) else before.risk
    entry_id = f"{line('topic')}/{line('slug')[:SLUG_LENGTH]}"
    return replace(
        before,
        id=before.id if fixed_id(draft) else entry_id,
        question=line("question"),
        phrasings=lines("phrasings"),
        conclusion=line("conclusion"),
        steps=lines("steps"),
        sources=_sources(),
        risk=risk,
        review_by=_review_by(risk),
    )


def _sources() -> tuple[Source, ...]:
    fields = ("authority", "document", "date", "link")
    columns = (column(f"source_{field}", SOURCES_AT_MOST) for field in fields)
    rows = zip(*columns, strict=False)
    return tuple(Source(*row) for row in rows if any(row))


def _review_by(risk: Risk) -> date | None:
    written = line("review_by")
    if not written:
        return today() + risk.review_after
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


# --- what is wrong with it --------------------------------------------------------------------


def clashes(entry: Entry, draft_id: int | None) -> list[str]:
    """Return a sentence for each phrasing that belongs to another entry or draft."""
    owners: Owners = current_app.extensions["phrasing owners"]
    waiting = parts().review.waiting()
    return owners.clashes(entry, parts().library.shelf, waiting, draft_id=draft_id)


def published_clashes(entry: Entry) -> list[str]:
    """Return the clashes that forbid publishing: what is only a draft blocks nobody."""
    owners: Owners = current_app.extensions["phrasing owners"]
    return owners.clashes(entry, parts().library.shelf, (), draft_id=None)


def wrong_with(entry: Entry, draft: Draft | None) -> list[str]:
    """Return everything that keeps an entry from being submitted, each once."""
    found = [sentence for _, sentence in problems(entry)]
    late = overdue(entry, today())
    found += [late] if late else []
    found += clashes(entry, draft.id if draft else None)
    found += [one for one in (id_taken(entry, draft), _unchanged(entry, draft)) if one]
    return list(dict.fromkeys(found))


def _unchanged(entry: Entry, draft: Draft | None) -> str | None:
    published = parts().entries.revision(entry.id) if fixed_id(draft) else None
    return "和已发布的一样，还没有改动" if published and published.entry == entry else None


def bad_id(entry: Entry) -> str | None:
    """Return why a draft cannot be kept under its id, if it cannot."""
    topic, _, slug = entry.id.partition("/")
    if topic in TOPICS and SLUG.fullmatch(slug):
        return None
    return "先选主题，再起一个英文短名（小写字母、数字和连字符，例如 fake-police），才能保存。"


def id_taken(entry: Entry, draft: Draft | None) -> str | None:
    """Return why a new entry cannot have its id, if it cannot."""
    if fixed_id(draft):
        return None
    if parts().entries.revision(entry.id) is not None:
        return f"编号 {entry.id} 已经属于另一个条目，换一个英文短名"
    others = (one for one in parts().review.waiting() if draft is None or one.id != draft.id)
    if any(one.entry.id == entry.id for one in others):
        return f"编号 {entry.id} 已经有一份草稿在用，换一个英文短名"
    return None


# --- what is shown ----------------------------------------------------------------------------


def as_read(entry: Entry) -> list[str]:
    """Return the lines of the reply with this entry, put together as residents get them."""
    begun = replace(entry, conclusion=entry.conclusion or "（还没写结论）")
    revision = Revision(begun, 1, LOCAL, "", None, 0, now())
    return parts().conversation.wording.entry_text(revision, None).splitlines()


def preview(entry: Entry, draft: Draft | None) -> Preview:
    return Preview(entry.question, as_read(entry), wrong_with(entry, draft))


def show(
    entry: Entry,
    draft: Draft | None = None,
    *,
    demand: Demand | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Return the page with the form, filled with the entry."""
    blank = Source("", "", "")
    rows = [*entry.sources, *[blank] * max(1, ROWS - len(entry.sources))]
    topic, _, slug = entry.id.partition("/")
    html = render_template(
        "console/form.html",
        entry=entry,
        topic=topic,
        slug=slug,
        rows=rows,
        draft=draft,
        demand=demand,
        refusal=refusal,
        fixed_id=fixed_id(draft),
        newer=newer_number(draft) if draft else 0,
        seen=newest_number(draft),
        preview=preview(entry, draft),
        conclusion_length=CONCLUSION_LENGTH,
        steps_at_most=STEPS,
        risks=[(risk, name, today() + risk.review_after) for risk, name in RISKS.items()],
        is_card=entry.kind is EntryKind.CARD,
        once=new_once(),
    )
    return html, status


def newest_number(draft: Draft | None) -> int:
    """Return the number of the published revision that a draft changes; 0 for a new entry."""
    newest = parts().entries.revision(draft.entry.id) if draft and fixed_id(draft) else None
    return newest.number if newest else 0


def newer_number(draft: Draft) -> int:
    """Return the number of the revision that overtook a draft; 0 when none has."""
    newest = newest_number(draft)
    return newest if newest != draft.based_on else 0


def overtaken(draft: Draft) -> str | None:
    """Return why the form cannot be kept: it was filled in beside an older revision."""
    newest = newest_number(draft)
    if not newest or line("seen") == str(newest):
        return None
    return f"这一条刚刚有了第 {newest} 版，还没有存：先对照新版本，再点保存。"
