"""Chat: the page residents ask on, with and without a script."""

import re
import secrets

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from knowledge.database import DatabaseUnreachable
from knowledge.entries.entry import TOPICS
from webhook.channels import Malformed
from webhook.channels.webchat import NAME, SENDER, TEXT_LENGTH, TooLong, WebChat
from webhook.inbox import Exchange
from webhook.pages.site import ELDER, VIEW, parts

views = Blueprint("chat", __name__)

EXAMPLES = ("地震来了怎么办", "冒充公检法的骗子怎么认", "过期药怎么扔", "被狗咬了怎么办")
QUICK = ("人工", "菜单", "热门", "我的问题", "地区")
_OURS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")  # a path of our own, and no header
VIEW_SECONDS = 365 * 86_400


def web() -> WebChat:
    channel = parts().channels[NAME]
    if not isinstance(channel, WebChat):
        raise TypeError(f"{NAME} is another channel")
    return channel


@views.get("/")
def chat() -> str | Response:
    wanted = request.args.get(VIEW)
    draft = request.args.get("draft", "")[:TEXT_LENGTH]
    if SENDER not in session:
        begin()
        page = _page([], draft=draft)
    else:
        page = _page(_recent(), draft=draft)
    return _with_view(page, wanted) if wanted else page


@views.post("/")
def ask() -> str | tuple[str, int] | Response:
    """Answer the plain form; the same form sent again shows the same answer."""
    text = request.form.get("text", "").strip()
    if not text:
        return redirect(url_for("site.chat.chat"))
    try:
        message = web().message(request.form.get("id") or secrets.token_urlsafe(18), text)
    except TooLong:
        notice = "这一段太长了，后面的没有放进来。改短一点，只写要问的，再发。"
        return _page(_recent(), draft=text[:TEXT_LENGTH], notice=notice), 400
    except Malformed:
        return again(text)
    before = _recent(but=message.id)
    reply = parts().inbox.answer(message)
    if web().ends(message):
        return _ended()
    return _page([*before, Exchange(text, reply, message.id)])


@views.post("/end")
def end() -> Response:
    """End the conversation: whoever has the phone next sees nothing of it."""
    if SENDER in session:
        web().forget()
    return _ended()


@views.post("/view")
def view() -> Response:
    """Make the pages large, or as they were."""
    back = request.form.get("back", "/")
    if not _OURS.fullmatch(back):
        back = "/"
    return _with_view(redirect(back), request.form.get(VIEW, ""))


def again(text: str) -> tuple[str, int]:
    """Show the page anew, with what was written still in it.

    Not in a session of somebody else: after the end, Back must not bring the words up again.
    """
    if SENDER in session:
        return _page([], notice="这一页放久了，没有收下。请再写一遍，再按“发送”。"), 400
    begin()
    notice = "这一页放久了，您写的还在下面，请再按一次“发送”。"
    return _page([], draft=text[:TEXT_LENGTH], notice=notice), 400


def begin() -> None:
    """Give somebody new a cookie of their own."""
    session.clear()
    session[SENDER] = secrets.token_urlsafe(24)
    session.permanent = True


def _ended() -> Response:
    session.clear()
    answer = redirect(url_for("site.chat.chat"), 303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _recent(*, but: str = "") -> list[Exchange]:
    if SENDER not in session:
        return []
    try:
        return parts().inbox.recent(NAME, web().sender(), but=but)
    except DatabaseUnreachable:
        return []


def _page(exchanges: list[Exchange], *, draft: str = "", notice: str = "") -> str:
    return render_template(
        "chat.html",
        exchanges=exchanges,
        message_id=secrets.token_urlsafe(18),
        examples=EXAMPLES,
        topics=list(TOPICS.items()),
        quick=[(word, word) for word in QUICK],
        draft=draft,
        notice=notice,
    )


def _with_view(page: str | Response, wanted: str) -> Response:
    answer = page if isinstance(page, Response) else Response(page, mimetype="text/html")
    answer.set_cookie(
        VIEW,
        ELDER if wanted == ELDER else "normal",
        max_age=VIEW_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=parts().settings.public_url.startswith("https://"),
    )
    return answer
