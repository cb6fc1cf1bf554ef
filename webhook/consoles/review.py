"""Review: a second person reads, approves or sends back; and stands for what was shipped."""

import logging

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from knowledge.database import DatabaseUnreachable
from knowledge.entries.review import SUBMITTED, Draft, OwnText, ReviewRefused
from knowledge.people import Role
from webhook.consoles import form
from webhook.consoles.changes import compare, proofs
from webhook.consoles.fields import NUMBER_AT_MOST, line, number, say
from webhook.consoles.rights import me, needs, refused
from webhook.pages.site import parts

log = logging.getLogger(__name__)
views = Blueprint("review", __name__, url_prefix="/review")

ONE = f"/<int(max={NUMBER_AT_MOST}):draft_id>"
NOTE_LENGTH = 500


@views.get("")
@needs(Role.REVIEWER)
def waiting() -> ResponseReturnValue:
    unconfirmed = parts().entries.search("", unconfirmed=True, limit=NUMBER_AT_MOST)
    return render_template(
        "console/review.html",
        drafts=parts().review.waiting(state=SUBMITTED),
        unconfirmed=len(unconfirmed),
    )


@views.get(ONE)
@needs(Role.REVIEWER)
def one(draft_id: int) -> ResponseReturnValue:
    draft = _found(draft_id)
    before = parts().entries.revision(draft.entry.id) if draft.based_on else None
    return render_template(
        "console/compare.html",
        draft=draft,
        entry=draft.entry,
        before=before,
        changes=compare(before.entry, draft.entry) if before else [],
        lines=form.as_read(draft.entry),
        facts=proofs(draft.entry),
        clashes=form.clashes(draft.entry, draft.id),
        newer=form.newer_number(draft),
        own=me().name in draft.authors,
    )


@views.post(f"{ONE}/approve")
@needs(Role.REVIEWER)
def approve(draft_id: int) -> ResponseReturnValue:
    """Publish what another person wrote; it answers residents at once."""
    draft = _found(draft_id)
    if clashing := form.published_clashes(draft.entry):
        say(f"{'；'.join(clashing)}。先退回改好。", "refused")
        return redirect(url_for("console.review.one", draft_id=draft_id), 303)
    try:
        parts().review.approve(draft_id, reviewer=me().name, version=number("version"))
    except OwnText as error:
        return refused("这是您自己写的", f"{error}。", 403)
    except ReviewRefused as error:
        say(f"{error}。", "refused")
        return redirect(url_for("console.review.waiting"), 303)
    _announce()
    say(f"“{draft.entry.question}”已发布，居民现在就能问到。")
    return redirect(url_for("console.review.waiting"), 303)


@views.post(f"{ONE}/send-back")
@needs(Role.REVIEWER)
def send_back(draft_id: int) -> ResponseReturnValue:
    """Return a draft to its author with a note."""
    draft, note = _found(draft_id), line("note")[:NOTE_LENGTH]
    if not note:
        say("退回时写一句要改什么，志愿者才知道怎么改。", "refused")
        return redirect(url_for("console.review.one", draft_id=draft_id), 303)
    try:
        parts().review.send_back(draft_id, reviewer=me().name, version=number("version"), note=note)
        say(f"“{draft.entry.question}”已退回。")
    except OwnText as error:
        return refused("这是您自己写的", f"{error}。", 403)
    except ReviewRefused as error:
        say(f"{error}。", "refused")
    return redirect(url_for("console.review.waiting"), 303)


@views.post("/confirm")
@needs(Role.REVIEWER)
def confirm() -> ResponseReturnValue:
    """Stand for a shipped entry in the name of this installation."""
    entry_id, shown = line("entry_id"), number("number")
    revision = parts().entries.revision(entry_id)
    if revision is None:
        abort(404)
    try:
        if not revision.note:
            raise ReviewRefused("这个版本不用再核对")
        parts().review.confirm(entry_id, shown, reviewer=me().name)
        _announce()
        say(f"“{revision.entry.question}”已由本单位核对。")
    except ReviewRefused as error:
        say(f"{error}。", "refused")
    return redirect(url_for("console.entries.every", unconfirmed=1), 303)


def _announce() -> None:
    try:
        parts().library.announce()
    except DatabaseUnreachable:  # it is published; whoever watches will put it up later
        log.exception("已发布，但这个进程还没有换上新的快照")


def _found(draft_id: int) -> Draft:
    draft = parts().review.draft(draft_id)
    if draft is None:
        abort(404)
    return draft
