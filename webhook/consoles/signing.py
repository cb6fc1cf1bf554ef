"""Signing in and out of the console."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webhook.channels.webchat import SENDER
from webhook.consoles.fields import line
from webhook.consoles.rights import SIGNED_IN, person
from webhook.pages.site import parts

views = Blueprint("signing", __name__)


@views.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if person() is not None:
        return redirect(url_for("console.first"), 303)
    return render_template("console/sign_in.html", wrong=False)


@views.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Open a session; whatever is wrong, the answer is the same."""
    token = parts().people.sign_in(line("name"), request.form.get("password", ""))
    if token is None:
        return render_template("console/sign_in.html", wrong=True), 403
    _end()
    session[SIGNED_IN] = token
    return redirect(url_for("console.first"), 303)


@views.post("/sign-out")
def leave() -> ResponseReturnValue:
    _end()
    return redirect(url_for("console.signing.sign_in"), 303)


def _end() -> None:
    """End the session on the server and empty the cookie, but for the resident's own key."""
    token = session.get(SIGNED_IN)
    if isinstance(token, str):
        parts().people.sign_out(token)
    resident = session.get(SENDER)
    session.clear()
    if resident is not None:
        session[SENDER] = resident
        session.permanent = True
