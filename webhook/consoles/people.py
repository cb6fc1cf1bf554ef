"""People: accounts of those who work here, for the administrator."""

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge.people import BadName, NameTaken, Role, WeakPassword
from webhook.consoles.fields import line, say
from webhook.consoles.rights import me, needs
from webhook.pages.site import parts

views = Blueprint("people", __name__, url_prefix="/people")

NAME_LENGTH = 40


@views.get("")
@needs(Role.ADMINISTRATOR)
def everyone() -> ResponseReturnValue:
    return render_template(
        "console/people.html",
        people=sorted(parts().people.all(), key=lambda one: (one.disabled, one.name)),
        password=lambda: secrets.token_urlsafe(12),
    )


@views.post("")
@needs(Role.ADMINISTRATOR)
def add() -> ResponseReturnValue:
    name = line("name")
    try:
        roles = [Role(role) for role in request.form.getlist("roles")]
    except ValueError:
        abort(400)
    if not 1 <= len(name) <= NAME_LENGTH or not roles:
        say(f"名字写 1 到 {NAME_LENGTH} 个字，并至少选一个角色。", "refused")
        return _back()
    try:
        parts().people.add(name, request.form.get("password", ""), roles)
        say(f"{name} 可以登录了。请把密码当面或打电话告诉本人，这里不再显示。")
    except (BadName, NameTaken, WeakPassword) as refusal:
        say(f"{refusal}。", "refused")
    return _back()


@views.post("/disable")
@needs(Role.ADMINISTRATOR)
def disable() -> ResponseReturnValue:
    name = line("name")
    if name == me().name:
        say("不能停用自己的账号，请另一位管理员来做。", "refused")
    elif parts().people.disable(name):
        say(f"{name} 的账号已停用，正在用的登录也断开了。")
    else:
        say("没有这个人。", "refused")
    return _back()


@views.post("/password")
@needs(Role.ADMINISTRATOR)
def reset_password() -> ResponseReturnValue:
    name = line("name")
    try:
        found = parts().people.reset_password(name, request.form.get("password", ""))
        say(f"{name} 的密码已换，请把新密码告诉本人。" if found else "没有这个人。")
    except WeakPassword as refusal:
        say(f"{refusal}。", "refused")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("console.people.everyone"), 303)
