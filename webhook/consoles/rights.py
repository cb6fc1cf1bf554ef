"""Rights: who is signed in, and what one must be to open a page."""

import functools
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from knowledge.entries.entry import TOPICS
from knowledge.people import Person, Role
from webhook.pages.site import SICHUAN, parts
from webhook.parts import now

console = Blueprint("console", __name__, url_prefix="/console")

View = Callable[..., ResponseReturnValue]

SIGNED_IN = "person"  # the cookie's key for what opens the session kept on the server
READERS = (Role.VOLUNTEER, Role.STAFF, Role.REVIEWER)
WRITERS = (Role.VOLUNTEER, Role.STAFF)
PLACES = (
    ("console.demands.every", "需求", (Role.STAFF,)),
    ("console.review.waiting", "审核", (Role.REVIEWER,)),
    ("console.entries.every", "条目", READERS),
    ("console.drafts.every", "草稿", WRITERS),
    ("console.people.everyone", "人员", (Role.ADMINISTRATOR,)),
)
ROLES = {
    Role.VOLUNTEER: "志愿者",
    Role.REVIEWER: "审核专家",
    Role.STAFF: "工作人员",
    Role.ADMINISTRATOR: "管理员",
}


def person() -> Person | None:
    """Return who is signed in; asked of the database at every request, once."""
    if "person" not in g:
        token = session.get(SIGNED_IN)
        g.person = parts().people.session(token) if isinstance(token, str) else None
    found: Person | None = g.person
    return found


def me() -> Person:
    """Return who is signed in, in a view that needs somebody."""
    found = person()
    if found is None:
        abort(403)
    return found


def needs(*any_of: Role) -> Callable[[View], View]:
    """Let a view be opened only by people who have one of these roles."""

    def protect(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
            found = person()
            if found is None:
                return _sign_in_first()
            if not found.may(*any_of):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return protect


def places(found: Person | None) -> list[tuple[str, str]]:
    """Return (endpoint, name) of the rooms somebody may enter."""
    return [(at, name) for at, name, roles in PLACES if found and found.may(*roles)]


def wants_fragment() -> bool:
    """Tell whether htmx asks, which needs only the piece that changed."""
    return "HX-Request" in request.headers


def _sign_in_first() -> ResponseReturnValue:
    if wants_fragment():
        # What somebody has typed must stay on the screen, so the page is not led away.
        return render_template("console/_signed_out.html"), 401
    return redirect(url_for("console.signing.sign_in"), 303)


@console.get("", strict_slashes=False)
def first() -> ResponseReturnValue:
    """Lead to the first room somebody may enter."""
    found = person()
    if found is None:
        return _sign_in_first()
    mine = places(found)
    if not mine:
        abort(403)
    return redirect(url_for(mine[0][0]), 303)


@console.context_processor
def _everywhere() -> dict[str, object]:
    found = person()
    return {
        "me": found,
        "places": places(found),
        "may": lambda *roles: bool(found and found.may(*(Role(role) for role in roles))),
        "topics": TOPICS,
        "role_names": ROLES,
        "moment": _moment,
    }


def _moment(at: datetime) -> str:
    local = at.astimezone(SICHUAN)
    year = "" if local.year == now().astimezone(SICHUAN).year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


# --- when something is refused ----------------------------------------------------------------


def refused(title: str, sentence: str, status: int) -> ResponseReturnValue:
    """Return a page of the console that says why nothing was done."""
    return render_template("console/refused.html", title=title, sentence=sentence), status


@console.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> ResponseReturnValue:
    if wants_fragment():
        return render_template("console/_signed_out.html"), 400
    sentence = "这个页面放得太久，或者不是从这里打开的。什么也没有改：请回到上一页刷新再试。"
    return refused("没有提交", sentence, 400)


@console.errorhandler(HTTPException)
def _refused(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    title, sentence = {
        403: ("没有这个权限", "您的角色不能做这件事。需要的话，请找管理员。"),
        404: ("没有这个页面", "它可能已经处理完，或者地址抄错了。"),
    }.get(status, ("没能办成", "提交的内容不完整或不对，什么也没有改。请回到上一页再试。"))
    return refused(title, sentence, status)
