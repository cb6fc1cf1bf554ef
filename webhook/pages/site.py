"""Site: what all pages for residents share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, TypeVar

from flask import Blueprint, current_app, request

from knowledge.entries.entry import TOPICS, Source
from knowledge.entries.store import Revision
from webhook.parts import Parts

site = Blueprint("site", __name__)

SICHUAN = timezone(timedelta(hours=8))  # China keeps one time and no summer time
VIEW = "view"  # the cookie that says how large the pages are
ELDER = "elder"
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """What the templates show of a revision."""

    id: str
    question: str
    verdict: str  # what a myth's conclusion begins with
    conclusion: str
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    checked_on: date | None
    review_by: date | None
    revision: int
    published_on: date
    topic: str
    topic_name: str
    provenance: str
    regions_note: str  # whose text it is, where it reads differently from place to place
    related: tuple[tuple[str, str], ...]  # (id, question) of what else is on the shelf


def parts() -> Parts:
    found: Parts = current_app.extensions["parts"]
    return found


def look(step: Callable[[Parts], _Found]) -> _Found:
    """Return what a step in the database returns; raises DatabaseUnreachable when it is late.

    It runs in a thread of its own, where there is no request and no app.
    """
    these = parts()
    return these.inbox.deadline.run(lambda: step(these))


def day(moment: datetime) -> date:
    """Return the day it was where the residents live."""
    return moment.astimezone(SICHUAN).date()


def context() -> dict[str, Any]:
    """Return what every template knows."""
    wanted = request.args.get(VIEW) or request.cookies.get(VIEW)
    here = request.path if request.method in {"GET", "HEAD"} and request.endpoint else "/"
    return {"elder": wanted == ELDER, "here": here, "desk": parts().settings.desk}


def shown_entry(revision: Revision, region: str | None = None) -> ShownEntry:
    """Return a revision as it reads in a region."""
    entry, shelf = revision.entry.in_region(region), parts().library.shelf.revisions
    return ShownEntry(
        id=entry.id,
        question=entry.question,
        verdict=parts().conversation.wording.verdict(entry),
        conclusion=entry.conclusion,
        steps=entry.steps,
        sources=entry.sources,
        checked_on=revision.checked_on,
        review_by=entry.review_by,
        revision=revision.number,
        published_on=day(revision.published_at),
        topic=entry.topic,
        topic_name=TOPICS.get(entry.topic, entry.topic),
        provenance=revision.note,
        regions_note=_regions_note(revision, region),
        related=tuple((one, shelf[one].entry.question) for one in entry.related if one in shelf),
    )


def _regions_note(revision: Revision, region: str | None) -> str:
    entry, conversation = revision.entry, parts().conversation
    if not entry.regions:
        return ""
    whose = entry.block_of(region)
    if whose is None:
        return conversation.wording.phrases.say("place_ask")
    place = conversation.personal.places.regions.full_name(whose)
    return conversation.wording.phrases.say("place_of_answer", place=place)
