"""Entries: find what is published, and see who stands for it."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from knowledge.entries.entry import EntryKind
from knowledge.entries.rules import UNSEEN
from webhook.consoles.changes import KINDS, RISKS, proofs
from webhook.consoles.drafts import draft_of
from webhook.consoles.fields import new_once
from webhook.consoles.form import as_read
from webhook.consoles.rights import READERS, needs
from webhook.pages.site import parts

views = Blueprint("entries", __name__, url_prefix="/entries")

SHOWN = 100
WORDS_LENGTH = 100


def asked_words() -> str:
    """Return the words somebody searches for."""
    return UNSEEN.sub(" ", request.args.get("words", ""))[:WORDS_LENGTH].strip()


@views.get("")
@needs(*READERS)
def every() -> ResponseReturnValue:
    words = asked_words()
    unconfirmed = request.args.get("unconfirmed") == "1"
    found = parts().entries.search(words, unconfirmed=unconfirmed, limit=SHOWN + 1)
    return render_template(
        "console/entries.html",
        words=words,
        unconfirmed=unconfirmed,
        found=found[:SHOWN],
        more=len(found) > SHOWN,
    )


@views.get("/<path:entry_id>")
@needs(*READERS)
def one(entry_id: str) -> ResponseReturnValue:
    revision = None if UNSEEN.search(entry_id) else parts().entries.revision(entry_id)
    if revision is None:
        abort(404)
    return render_template(
        "console/entry.html",
        revision=revision,
        entry=revision.entry,
        lines=as_read(revision.entry),
        kind=KINDS[revision.entry.kind, revision.entry.verdict],
        facts=proofs(revision.entry),
        risk=RISKS[revision.entry.risk],
        editable=revision.entry.kind is not EntryKind.ITEM,
        draft=draft_of(entry_id),
        ratings=parts().feedback.ratings(entry_id, revision.number),
        once=new_once(),
    )
