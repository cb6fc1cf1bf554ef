"""The form of an entry: what was typed, what is wrong with it, and how a resident reads it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from knowledge.demands.log import Demand
from knowledge.entries.entry import HOTLINES, TOPICS, Entry, EntryKind, Fact, Risk, Source, Verdict
from knowledge.entries.facts import not_hotlines, unproven
from knowledge.entries.review import Draft
from knowledge.entries.rules import CONCLUSION_LENGTH, SLUG, STEPS, ahead, overdue, problems
from knowledge.entries.store import LOCAL, Revision
from webhook.consoles.changes import KINDS, RISKS
from webhook.consoles.clashes import Owners
from webhook.consoles.fields import column, line, lines, new_once
from webhook.pages.site import parts
from webhook.parts import now

SOURCES_AT_MOST = 20
ROWS = 3  # empty rows for sources, so that a page without scripts has room for more
SLUG_LENGTH = 80
HOTLINES_TYPED = "热线"  # how a volunteer names the table of hotlines as a source
ANSWERS = {  # what a volunteer may choose
    "answer": (EntryKind.ANSWER, Verdict.NONE),
    **{f"myth-{one}": (EntryKind.MYTH, one) for one in Verdict if one},
}


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
    unproven: list[str]  # numbers of the answer that lie inside no fact


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
        **_kind(before),
        question=line("question"),
        phrasings=lines("phrasings"),
        not_this=lines("not_this"),
        conclusion=line("conclusion"),
        steps=lines("steps"),
        facts=tuple(_fact(written) for written in lines("facts")),
        sources=_sources(),
        related=lines("related"),
        risk=risk,
        review_by=_review_by(risk),
    )


def _kind(before: Entry) -> dict[str, Any]:
    """Return kind and verdict; a card stays one, whatever is typed."""
    kind, verdict = ANSWERS.get(line("kind"), (before.kind, before.verdict))
    return {} if before.kind is EntryKind.CARD else {"kind": kind, "verdict": verdict}


def _fact(written: str) -> Fact:
    """Read one line of the form: words of the answer, a bar, which source."""
    says, _, source = written.rpartition("|") if "|" in written else (written, "", "")
    return Fact(says.strip(), HOTLINES if source.strip() == HOTLINES_TYPED else source.strip())


def facts_typed(entry: Entry) -> list[str]:
    """Return the facts as lines of the form."""
    sources = (HOTLINES_TYPED if f.source == HOTLINES else f.source for f in entry.facts)
    return [f"{fact.says} | {source}" for fact, source in zip(entry.facts, sources, strict=True)]


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
    found += [one for one in (late, ahead(entry, today())) if one]
    found += _unknown(entry)
    found += clashes(entry, draft.id if draft else None)
    found += [one for one in (id_taken(entry, draft), _unchanged(entry, draft)) if one]
    return list(dict.fromkeys(found))


def _unknown(entry: Entry) -> list[str]:
    """Return a sentence for all that the entry leans on and that is not there."""
    shelf = parts().library.shelf.revisions
    hotlines = parts().conversation.wording.hotlines
    missing = (one for one in entry.related if one not in shelf)
    found = [f"相关条目 {one} 不存在：检查编号，或者删掉" for one in missing]
    return found + not_hotlines(entry, hotlines)


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
    return Preview(entry.question, as_read(entry), wrong_with(entry, draft), unproven(entry))


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
        kinds=[
            (name, KINDS[of], of == (entry.kind, entry.verdict)) for name, of in ANSWERS.items()
        ],
        facts=facts_typed(entry),
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
