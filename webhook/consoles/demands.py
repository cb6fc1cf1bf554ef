"""Demands: what residents asked in vain, turned into an entry, a phrasing or a decline."""

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge.demands.log import STATES, AlreadySettled, Demand
from knowledge.entries.entry import TOPICS, Entry, EntryKind
from knowledge.entries.review import Draft, ReviewRefused
from knowledge.entries.rules import LINE_LENGTH
from knowledge.entries.store import Revision
from knowledge.people import Role
from webhook.consoles import form
from webhook.consoles.drafts import draft_of
from webhook.consoles.entries import asked_words
from webhook.consoles.fields import NUMBER_AT_MOST, line, say
from webhook.consoles.rights import me, needs
from webhook.pages.site import parts
from webhook.parts import now

views = Blueprint("demands", __name__, url_prefix="/demands")

ONE = f"/<int(max={NUMBER_AT_MOST}):demand_id>"
REASON_LENGTH = 300
FOUND = 10
NEAR = 3
NEAR_AT_LEAST = 0.05  # a candidate's probability worth a look by a person


@views.get("")
@needs(Role.STAFF)
def every() -> ResponseReturnValue:
    state, topic = request.args.get("state", ""), request.args.get("topic", "")
    state = state if state in STATES else ""
    topic = topic if topic in TOPICS else ""
    found = parts().demands.most_asked(state=state or None, topic=topic or None)
    return render_template(
        "console/demands.html", found=found, state=state, topic=topic, states=STATES
    )


@views.get(ONE)
@needs(Role.STAFF)
def one(demand_id: int) -> ResponseReturnValue:
    demand, words = _found(demand_id), asked_words()
    found = _answers(words) if words else _near(demand.words)
    return render_template(
        "console/demand.html",
        demand=demand,
        words=words,
        found=found,
        draft=_draft_for(demand),
        details=parts().demands.details(demand_id),
        phrasing=demand.words[:LINE_LENGTH],
        reason_length=REASON_LENGTH,
    )


@views.post(f"{ONE}/phrasing")
@needs(Role.STAFF)
def add_phrasing(demand_id: int) -> ResponseReturnValue:
    """Make a demand a further phrasing of an entry: a draft, handed over at once."""
    demand, phrasing = _found(demand_id), line("phrasing")
    revision = parts().entries.revision(line("entry_id"))
    if revision is None or revision.entry.kind is EntryKind.ITEM:
        abort(404)
    entry = replace(revision.entry, phrasings=(*revision.entry.phrasings, phrasing))
    if refusal := _refusal(entry, phrasing):
        say(refusal, "refused")
        return _back(demand_id)
    try:
        draft_id = parts().review.begin(entry, author=me().name, demand_id=demand.id)
    except ReviewRefused as error:
        say(f"{error}。", "refused")
        return _back(demand_id)
    try:
        parts().review.submit(draft_id, version=1)
        say(f"已加进“{entry.question}”，等审核专家来看。")
    except ReviewRefused as error:
        say(f"草稿已记下，还不能提交：{error}。", "refused")
        return redirect(url_for("console.drafts.one", draft_id=draft_id), 303)
    return redirect(url_for("console.demands.every"), 303)


@views.post(f"{ONE}/decline")
@needs(Role.STAFF)
def decline(demand_id: int) -> ResponseReturnValue:
    """Close a demand without an answer; everyone who asked can read the reason."""
    _found(demand_id)
    reason = line("reason")
    if not 1 <= len(reason) <= REASON_LENGTH:
        say(f"写一句原因，{REASON_LENGTH} 个字以内：问的人凭回执看得到。", "refused")
        return _back(demand_id)
    try:
        parts().demands.decline(demand_id, reason=reason, by=me().name)
    except AlreadySettled:
        say("这个需求已经有人在处理或已经办结。", "refused")
        return _back(demand_id)
    say("已记为不回答，问的人凭回执能看到原因。")
    return redirect(url_for("console.demands.every"), 303)


def _refusal(entry: Entry, phrasing: str) -> str:
    """Return why the phrasing cannot be added; empty when it can."""
    if not phrasing:
        return "写上要加的问法。"
    if draft := draft_of(entry.id):
        return f"“{draft.entry.question}”有一份草稿还没审完，等它审完再加。"
    found = form.wrong_with(entry, _as_change(entry))
    return f"{'；'.join(found)}。" if found else ""


def _as_change(entry: Entry) -> Draft:
    """Return the draft that this change would be, to be looked at only."""
    return Draft(0, entry, "", (), 1, 1, None, "", now())


def _answers(words: str) -> list[Revision]:
    found = parts().entries.search(words, limit=NUMBER_AT_MOST)
    return [one for one in found if one.entry.kind is not EntryKind.ITEM][:FOUND]


def _near(words: str) -> list[Revision]:
    """Return the entries that come closest to a question, though none was close enough."""
    shelf = parts().library.shelf
    found = shelf.matcher.match(parts().conversation.language.read(words))[:NEAR]
    return [shelf.revision(one.entry_id) for one in found if one.probability >= NEAR_AT_LEAST]


def _draft_for(demand: Demand) -> Draft | None:
    waiting = parts().review.waiting()
    return next((draft for draft in waiting if draft.demand_id == demand.id), None)


def _found(demand_id: int) -> Demand:
    demand = parts().demands.demand(demand_id)
    if demand is None:
        abort(404)
    return demand


def _back(demand_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.demands.one", demand_id=demand_id), 303)
