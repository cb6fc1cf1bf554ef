"""Pages for residents: the chat, an answer, the topics, and what became of a question."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.message import Reply
from knowledge.database import DatabaseUnreachable
from knowledge.entries.entry import TOPICS, Source
from knowledge.entries.store import Revision
from webhook.channels import Malformed
from webhook.channels.webchat import SENDER, WebChat
from webhook.inbox import refusal
from webhook.parts import Parts

site = Blueprint("site", __name__)

EXAMPLES = ("地震来了怎么办", "冒充公检法的骗子怎么认", "过期药怎么扔", "被狗咬了怎么办")
LOCAL = {"127.0.0.1", "::1"}
SICHUAN = timezone(timedelta(hours=8))  # China keeps one time and no summer time


@dataclass(frozen=True, slots=True)
class Exchange:
    question: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """What the templates show of a revision."""

    id: str
    question: str
    verdict: str  # what a myth's conclusion begins with
    conclusion: str
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    review_by: date | None
    revision: int
    published_on: date
    topic: str
    topic_name: str
    provenance: str
    related: tuple[tuple[str, str], ...]  # (id, question) of what else is on the shelf


def parts() -> Parts:
    found: Parts = current_app.extensions["parts"]
    return found


def register(app: Flask) -> None:
    app.register_blueprint(site)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(DatabaseUnreachable, _database_away)
    app.register_error_handler(500, _broken)


@site.get("/")
def chat() -> str:
    if SENDER not in session:
        session[SENDER] = secrets.token_urlsafe(24)
        session.permanent = True
    return _chat([])


@site.post("/")
def ask() -> str | AnyResponse:
    """Answer the plain form; the same form sent again shows the same answer."""
    if SENDER not in session:
        return redirect(url_for("site.chat"))
    channel = parts().channels["webchat"]
    if not isinstance(channel, WebChat):
        abort(404)
    try:
        message = channel.message(request.form.get("id"), request.form.get("text", "").strip())
    except Malformed:
        return redirect(url_for("site.chat"))
    return _chat([Exchange(message.text, parts().inbox.answer(message))])


def _chat(exchanges: list[Exchange]) -> str:
    return render_template(
        "chat.html",
        exchanges=exchanges,
        message_id=secrets.token_urlsafe(18),
        examples=EXAMPLES,
        topics=list(TOPICS.items()),
    )


@site.get("/entry/<path:entry_id>")
def entry(entry_id: str) -> str:
    revision = parts().library.shelf.revisions.get(entry_id)
    if revision is None:
        abort(404)
    shown = shown_entry(revision)
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
    return render_template("entry.html", entry=shown, faq=faq)


def day(moment: datetime) -> date:
    """Return the day it was where the residents live."""
    return moment.astimezone(SICHUAN).date()


def shown_entry(revision: Revision) -> ShownEntry:
    entry = revision.entry
    shelf = parts().library.shelf.revisions
    return ShownEntry(
        id=entry.id,
        question=entry.question,
        verdict=parts().conversation.wording.verdict(entry),
        conclusion=entry.conclusion,
        steps=entry.steps,
        sources=entry.sources,
        review_by=entry.review_by,
        revision=revision.number,
        published_on=day(revision.published_at),
        topic=entry.topic,
        topic_name=TOPICS.get(entry.topic, entry.topic),
        provenance=revision.note,
        related=tuple((one, shelf[one].entry.question) for one in entry.related if one in shelf),
    )


@site.get("/topics")
def topics() -> str:
    entries = [revision.entry for revision in parts().library.shelf.answers()]
    counted = [
        (slug, name, sum(entry.topic == slug for entry in entries)) for slug, name in TOPICS.items()
    ]
    return render_template("topics.html", topics=counted)


@site.get("/topics/<slug>")
def topic(slug: str) -> str:
    if slug not in TOPICS:
        abort(404)
    answers = (revision.entry for revision in parts().library.shelf.answers())
    mine = [entry for entry in answers if entry.topic == slug]
    verdict = parts().conversation.wording.verdict
    entries = [(entry.id, entry.question, verdict(entry) + entry.conclusion) for entry in mine]
    return render_template("topic.html", topic=(slug, TOPICS[slug]), entries=entries)


@site.get("/q")
def find_receipt() -> AnyResponse:
    typed = request.args.get("receipt", "").strip()[:40]
    if parts().receipts.digest(typed) is None:
        abort(404, description="receipt")
    return redirect(url_for("site.receipt", code=typed))


@site.get("/q/<code>")
def receipt(code: str) -> str:
    """Show a question's state and its answer to whoever holds the receipt; nobody's name."""
    digest = parts().receipts.digest(code)
    look = parts().demands.by_receipt
    found = parts().inbox.deadline.run(lambda: look(digest)) if digest else None
    if found is None:
        abort(404, description="receipt")
    demand, asked_at = found
    revision = parts().library.shelf.revisions.get(demand.entry_id or "")
    return render_template(
        "receipt.html",
        receipt=code.upper(),
        state=demand.state,
        question=demand.words,
        asked_on=day(asked_at),
        reason=demand.reason,
        entry=shown_entry(revision) if revision and demand.state == "answered" else None,
    )


@site.get("/healthz")
def alive() -> Response:
    return jsonify(status="alive")


@site.get("/readyz")
def ready() -> tuple[Response, int]:
    """Tell whether content is loaded and the database reachable; details to local callers."""
    number = parts().library.shelf.number
    try:
        parts().inbox.deadline.run(parts().entries.snapshot_number)
        reachable = True
    except DatabaseUnreachable:
        reachable = False
    fine = bool(number) and reachable
    # Behind a proxy on the same machine every caller has a local address.
    local = request.remote_addr in LOCAL and "X-Forwarded-For" not in request.headers
    detail = {"snapshot": number, "database": reachable} if local else {}
    return jsonify(status="ready" if fine else "not ready", **detail), 200 if fine else 503


# --- when something is wrong ------------------------------------------------------------------


def _page(status: int, title: str, sentence: str, *hints: str) -> tuple[str, int]:
    html = render_template("error.html", title=title, sentence=sentence, help=hints)
    return html, status


def _from_platform() -> bool:
    return request.path.startswith("/inbox/")


def _not_found(error: HTTPException) -> tuple[str, int] | Response:
    if _from_platform():
        return refusal(404)
    if error.description == "receipt":
        hints = ("回执是 10 个字母和数字，例如 K7M3F-9QX2D。", "看看有没有抄错，再查一次。")
        return _page(404, "没有这个回执", "没有找到这个回执对应的问题。", *hints)
    return _page(404, "没有这个页面", "您要的页面不在这里。", "回到首页直接问，或按主题看。")


def _refused(error: HTTPException) -> tuple[str, int] | Response | HTTPException:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004  # a redirect, such as a missing slash
        return error
    if _from_platform():
        return refusal(status)
    return _page(status, "没能办成", "这个请求我们处理不了。", "回到首页，再试一次。")


def stale_page(_error: Exception) -> tuple[str, int]:
    """Answer a form without a good CSRF token."""
    sentence = "这个页面放得太久了，为了安全没有提交。"
    return _page(400, "请重新打开页面", sentence, "回到上一页刷新，再提交一次。")


def _database_away(_error: Exception) -> tuple[str, int]:
    sentence = "记录暂时打不开，但常见问题照样能问。"
    return _page(503, "请稍后再试", sentence, "过几分钟再打开这个页面。")


def _broken(_error: Exception) -> tuple[str, int]:
    return _page(500, "我们出错了", "这是我们的问题，不是您的。", "过几分钟再试一次。")
