"""Reading: one answer, the topics, how we treat words, what to do without a network."""

import re

from flask import Blueprint, abort, render_template, request, url_for

from knowledge.entries.entry import TOPICS, EntryKind
from webhook.pages.site import parts, shown_entry

views = Blueprint("reading", __name__)


@views.get("/entry/<path:entry_id>")
def entry(entry_id: str) -> str:
    """Show an answer, as it reads in the region that `?region=` names."""
    revision = parts().library.shelf.revisions.get(entry_id)
    if revision is None:
        abort(404)
    region = request.args.get("region", "")
    shown = shown_entry(revision, region if re.fullmatch("[0-9]{6}", region) else None)
    text = "\n".join((shown.verdict + shown.conclusion, *shown.steps))
    faq = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": shown.question,
                "acceptedAnswer": {"@type": "Answer", "text": text},
            }
        ],
    }
    base = parts().settings.public_url
    return render_template(
        "entry.html",
        entry=shown,
        faq=faq,
        public_url=base,
        url=base + url_for("site.reading.entry", entry_id=entry_id),
    )


@views.get("/topics")
def topics() -> str:
    entries = [revision.entry for revision in parts().library.shelf.answers()]
    counted = [
        (slug, name, sum(entry.topic == slug for entry in entries)) for slug, name in TOPICS.items()
    ]
    return render_template("topics.html", topics=counted)


@views.get("/topics/<slug>")
def topic(slug: str) -> str:
    if slug not in TOPICS:
        abort(404)
    answers = (revision.entry for revision in parts().library.shelf.answers())
    mine = [entry for entry in answers if entry.topic == slug]
    verdict = parts().conversation.wording.verdict
    entries = [(entry.id, entry.question, verdict(entry) + entry.conclusion) for entry in mine]
    return render_template("topic.html", topic=(slug, TOPICS[slug]), entries=entries)


@views.get("/privacy")
def privacy() -> str:
    settings = parts().settings
    return render_template(
        "privacy.html",
        words_days=settings.retention_words,
        rows_days=settings.retention_rows,
        public_url=settings.public_url,
    )


@views.get("/offline")
def offline() -> str:
    """Show what a phone keeps for when there is no network: whom to call, and every danger card."""
    entries = (revision.entry for revision in parts().library.shelf.revisions.values())
    cards = [(one.question, one.conclusion) for one in entries if one.kind is EntryKind.CARD]
    return render_template("offline.html", cards=cards)
