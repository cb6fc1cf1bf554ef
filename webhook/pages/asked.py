"""Asked: what became of a question, for whoever holds its receipt."""

import secrets

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from knowledge.demands.askers import DETAIL_LENGTH, Addition, Asked
from knowledge.entries.feedback import Rating
from knowledge.residents.privacy import mask
from webhook.channels.webchat import SENDER
from webhook.pages.site import ShownEntry, day, look, parts, shown_entry

views = Blueprint("asked", __name__)

NOTICES = {  # what the address of a page says was done, and the phrase for it
    "added": "added",
    "long": "added_cut",
    "full": "added_full",
    "empty": "page_empty",
    "settled": "page_settled",
    "yes": "page_yes",
    "no": "page_no",
    "reopened": "page_reopened",
    "open": "page_open",
}
_FORM_ID = 64  # characters of a form's own id that count


@views.get("/q")
def find() -> Response:
    typed = request.args.get("receipt", "").strip()[:40]
    if parts().receipts.digest(typed) is None:
        abort(404, description="receipt")
    return redirect(url_for("site.asked.one", code=typed))


@views.get("/q/<code>")
def one(code: str) -> str:
    """Show a question's state and its answer; nobody's name."""
    asked = _asked(code)
    demand, held = asked.demand, _digest(code)
    revision = parts().library.shelf.revisions.get(demand.entry_id or "")
    shown = demand.state == "answered" or demand.reopened
    entry = shown_entry(revision) if revision and shown else None
    return render_template(
        "receipt.html",
        receipt=asked.receipt,
        state=demand.state,
        question=demand.words,
        asked_on=day(asked.asked_at),
        reason=demand.reason,
        entry=entry,
        wants_person=demand.wants_person,
        details=[(day(one.added_at), one.words) for one in look(lambda p: p.askers.added(held))],
        helpful=_said(entry, held) if entry else None,
        may_reopen=demand.is_settled,
        form_id=secrets.token_urlsafe(18),
        notice=_notice(request.args.get("said", "")),
        state_text=parts().conversation.wording.phrases.say(f"state_{demand.state}"),
        detail_length=DETAIL_LENGTH,
    )


@views.post("/q/<code>/details")
def add(code: str) -> Response:
    _asked(code)
    text = _written()
    if not text:
        return _back(code, "empty", "details")
    addition = _addition(code, text)
    if not look(lambda p: p.askers.add(addition)):
        return _back(code, "settled" if _asked(code).demand.is_settled else "full", "details")
    return _back(code, "long" if len(text) > DETAIL_LENGTH else "added", "details")


@views.post("/q/<code>/helpful")
def rate(code: str) -> Response:
    demand, said = _asked(code).demand, request.form.get("helpful")
    revision = parts().library.shelf.revisions.get(demand.entry_id or "")
    if revision is None or said not in {"yes", "no"}:
        return _back(code, "")
    rating = Rating(revision.entry.id, revision.number, said == "yes")
    who = _digest(code)
    look(lambda p: p.feedback.rate(rating, who=who))
    return _back(code, said)


@views.post("/q/<code>/reopen")
def reopen(code: str) -> Response:
    settled = _asked(code).demand.is_settled
    addition = _addition(code, _written())
    look(lambda p: p.askers.reopen(addition))
    return _back(code, "reopened" if settled else "open")


def _asked(code: str) -> Asked:
    """Return the question with a receipt; whoever guesses is stopped after a while."""
    limits, origin = parts().limits, parts().limits.origin(request)
    who = session.get(SENDER) or origin
    if not limits.may_look(origin, who):
        abort(429, description="receipt")
    found = look(lambda p: p.askers.question(code))
    if found is None:
        limits.guessed(origin, who)
        abort(404, description="receipt")
    return found


def _said(entry: ShownEntry, who: str) -> bool | None:
    return look(lambda p: p.feedback.said(entry.id, entry.revision, who=who))


def _digest(code: str) -> str:
    return parts().receipts.digest(code) or ""


def _notice(said: str) -> str:
    phrase = NOTICES.get(said)
    say = parts().conversation.wording.phrases.say
    return say(phrase, length=DETAIL_LENGTH) if phrase else ""


def _written() -> str:
    text = request.form.get("text", "").replace("\0", "").strip()
    return text.encode("utf-8", "replace").decode()


def _addition(code: str, text: str) -> Addition:
    return Addition(_digest(code), request.form.get("id", "")[:_FORM_ID], mask(text))


def _back(code: str, said: str, anchor: str | None = None) -> Response:
    receipt = parts().receipts.written(code)
    return redirect(url_for("site.asked.one", code=receipt, said=said, _anchor=anchor), 303)
