"""Drafts: volunteers and staff write entries here, from the first line to the hand-over."""

import re

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge.demands.log import Demand
from knowledge.entries.entry import Entry, EntryKind
from knowledge.entries.review import Draft, Moved, ReviewRefused
from knowledge.entries.store import NOTES
from knowledge.people import Role
from knowledge.tables import UNDECIDED
from webhook.consoles import form
from webhook.consoles.fields import NUMBER_AT_MOST, first_time, line, number, say
from webhook.consoles.rights import WRITERS, me, needs, wants_fragment
from webhook.pages.site import parts

views = Blueprint("drafts", __name__)

ONE = f"/drafts/<int(max={NUMBER_AT_MOST}):draft_id>"


@views.get("/drafts")
@needs(*WRITERS)
def every() -> ResponseReturnValue:
    waiting = parts().review.waiting()
    mine = [draft for draft in waiting if me().name in draft.authors]
    others = [draft for draft in waiting if draft not in mine]
    return render_template("console/drafts.html", mine=mine, others=others)


@views.get("/drafts/new")
@needs(*WRITERS)
def blank() -> ResponseReturnValue:
    """Show an empty form, or one begun with the words and the topic of a demand."""
    demand = _demand(request.args.get("demand", ""))
    if demand is None:
        return form.show(form.empty())
    return form.show(form.empty(demand.topic or "", demand.words[:300]), demand=demand)


@views.post("/drafts/new")
@needs(*WRITERS)
def begin() -> ResponseReturnValue:
    """Keep a new draft; the same form sent again leads to the draft it made."""
    entry = form.typed(None)
    demand = _demand(line("demand"))
    if mine := _mine_like(entry):
        return _to(mine.id)
    refusal = form.bad_id(entry) or form.id_taken(entry, None)
    if refusal:
        return form.show(entry, demand=demand, refusal=refusal, status=422)
    if not first_time():
        say("这份表单已经收到过，草稿在这里。", "refused")
        return redirect(url_for("console.drafts.every"), 303)
    try:
        draft_id = parts().review.begin(
            entry, author=me().name, demand_id=demand.id if demand else None
        )
    except ReviewRefused as error:
        return form.show(entry, demand=demand, refusal=f"{error}。", status=409)
    return _saved(draft_id, 1)


@views.post("/drafts")
@needs(*WRITERS)
def change() -> ResponseReturnValue:
    """Begin changing a published entry, or go on with the draft that does so already."""
    entry_id = line("entry_id")
    revision = parts().entries.revision(entry_id)
    if revision is None or revision.entry.kind is EntryKind.ITEM:
        abort(404)
    if draft := draft_of(entry_id):
        return _to(draft.id)
    if not first_time():
        return redirect(url_for("console.drafts.every"), 303)
    return _to(parts().review.begin(revision.entry, author=me().name))


@views.get(ONE)
@needs(*WRITERS)
def one(draft_id: int) -> ResponseReturnValue:
    draft = _found(draft_id)
    demand = parts().demands.demand(draft.demand_id) if draft.demand_id else None
    if draft.state not in UNDECIDED or draft.entry.kind is EntryKind.ITEM:
        preview = form.preview(draft.entry, draft)
        return render_template("console/draft.html", draft=draft, preview=preview)
    return form.show(draft.entry, draft, demand=demand)


@views.post(ONE)
@needs(*WRITERS)
def save(draft_id: int) -> ResponseReturnValue:
    """Keep what was typed, and hand it over when asked to."""
    draft = _found(draft_id)
    if draft.entry.kind is EntryKind.ITEM:
        abort(403)
    entry, version = form.typed(draft), number("version")
    refusal = form.bad_id(entry) or form.id_taken(entry, draft)
    if refusal:
        return form.show(entry, draft, refusal=refusal, status=422)
    if late := form.overtaken(draft):
        return form.show(entry, draft, refusal=late, status=409)
    try:
        version = parts().review.save(draft_id, entry, author=me().name, version=version)
    except ReviewRefused as error:
        if draft.entry == entry and me().name in draft.authors:
            return _to(draft_id)  # the same form sent twice
        # What was typed stays on the screen; it keeps the version it was written over.
        return form.show(entry, draft, refusal=f"{error}。您写的还在下面，没有存。", status=409)
    return _saved(draft_id, version)


@views.post(f"{ONE}/drop")
@needs(*WRITERS)
def drop(draft_id: int) -> ResponseReturnValue:
    """Give up a draft that one has written in, or that came with an update of the software."""
    draft = _found(draft_id)
    if not {me().name, *NOTES}.intersection(draft.authors):
        abort(403)
    try:
        parts().review.drop(draft_id, version=number("version"))
        say("草稿已放弃。它要回答的需求又回到了待处理。" if draft.demand_id else "草稿已放弃。")
    except Moved as error:
        say(f"{error}。", "refused")
    return redirect(url_for("console.drafts.every"), 303)


@views.post("/preview")
@needs(*WRITERS)
def preview() -> ResponseReturnValue:
    """Show what is typed as a resident reads it; nothing is kept."""
    draft = _found(number("draft")) if line("draft") else None
    entry = form.typed(draft)
    if wants_fragment():
        shown = form.preview(entry, draft)
        return render_template("console/_preview.html", preview=shown)
    return form.show(entry, draft, demand=_demand(line("demand")))


def draft_of(entry_id: str) -> Draft | None:
    """Return the undecided draft that changes an entry, if there is one."""
    waiting = parts().review.waiting()
    return next((draft for draft in waiting if draft.entry.id == entry_id), None)


def _found(draft_id: int) -> Draft:
    draft = parts().review.draft(draft_id)
    if draft is None:
        abort(404)
    return draft


def _demand(written: str) -> Demand | None:
    """Return the demand that a draft shall answer; only staff may choose one."""
    if not written:
        return None
    if not me().may(Role.STAFF):
        abort(403)
    if not re.fullmatch(r"[0-9]{1,10}", written) or int(written) > NUMBER_AT_MOST:
        abort(400)
    return parts().demands.demand(int(written)) or abort(404)


def _mine_like(entry: Entry) -> Draft | None:
    found = draft_of(entry.id)
    return found if found and found.entry == entry and me().name in found.authors else None


def _saved(draft_id: int, version: int) -> ResponseReturnValue:
    if line("do") != "submit":
        say("草稿已保存。")
        return _to(draft_id)
    draft = _found(draft_id)
    if form.wrong_with(draft.entry, draft):
        say("草稿已保存，还不能提交：看预览下面列出的几处。", "refused")
        return _to(draft_id)
    try:
        parts().review.submit(draft_id, version=version)
    except ReviewRefused as error:
        say(f"{error}。", "refused")
        return _to(draft_id)
    say("已提交，等审核专家来看。")
    return redirect(url_for("console.drafts.every"), 303)


def _to(draft_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.drafts.one", draft_id=draft_id), 303)
