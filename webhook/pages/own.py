"""Own: a resident's own data, shown to whoever holds the link from their own chat."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template

from knowledge.rights import Copy
from webhook.pages.site import day, look, parts

views = Blueprint("own", __name__)

MINE_AT_MOST = 30
OUTCOMES = {
    "answered": "答了",
    "offered": "给了选择",
    "unmet": "还没有答案",
    "urgent": "危险卡片",
    "command": "办了事",
    "chat": "说了句话",
}


@views.get("/export/<token>.json")
def download(token: str) -> Response:
    found = json.dumps(asdict(_copy(token)), ensure_ascii=False, indent=1)
    answer = Response(found, mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-askscience-data.json"'
    return answer


@views.get("/export/<token>")
def read(token: str) -> str:
    return render_template("export.html", data=_shown(_copy(token)), token=token)


def _day(moment: str) -> date:
    return day(datetime.fromisoformat(moment))


@views.get("/mine/<token>")
def mine(token: str) -> str:
    """Show a resident's own questions, each with the way to its page."""
    channel, sender = _whose(token)
    asked = look(lambda p: p.askers.questions(channel, sender, limit=MINE_AT_MOST))
    say = parts().conversation.wording.phrases.say
    questions = [
        (day(one.asked_at), one.demand.words, say(f"state_{one.demand.state}"), one.receipt)
        for one in asked
    ]
    return render_template("mine.html", questions=questions)


def _copy(token: str) -> Copy:
    channel, sender = _whose(token)
    return look(lambda p: p.rights.copy(channel, sender))


def _whose(token: str) -> tuple[str, str]:
    whose = parts().state.get(f"own:{token[:64]}")
    if not whose:
        abort(404, description="export")
    channel, sender = json.loads(whose)
    return channel, sender


def _shown(copy: Copy) -> dict[str, Any]:
    shelf, regions = parts().library.shelf.revisions, parts().conversation.personal.places.regions
    say = parts().conversation.wording.phrases.say

    def question(entry_id: str) -> str:
        return shelf[entry_id].entry.question if entry_id in shelf else entry_id

    return {
        "channel": copy.channel,
        "region": regions.full_name(copy.region) if copy.region else "",
        "messages": [
            (_day(one["received_at"]), one["words"], OUTCOMES[one["outcome"]], one["reply"])
            for one in copy.messages
        ],
        "questions": [
            (_day(one["asked_at"]), one["words"], say(f"state_{one['state']}"))
            for one in copy.questions
        ],
        "details": [(_day(one["added_at"]), one["words"]) for one in copy.details],
        "choices": [
            (_day(one["chosen_at"]), one["words"], question(one["chosen"] or "") or "都不是")
            for one in copy.choices
        ],
        "feedback": [
            (_day(one["said_at"]), question(one["entry_id"]), "有用" if one["helpful"] else "没用")
            for one in copy.feedback
        ],
    }
