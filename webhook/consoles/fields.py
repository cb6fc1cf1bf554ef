"""Fields: what a form brought, made safe to keep."""

import secrets

from flask import abort, flash, request

from knowledge.entries.rules import UNSEEN
from webhook.pages.site import parts

NUMBER_AT_MOST = 2**31 - 1  # what an INTEGER of PostgreSQL holds
FLASH_LENGTH = 300  # code points: a flash travels in the cookie, which holds 4 kB in all
_ONCE_SECONDS = 3600.0


def line(name: str) -> str:
    """Return a field as one line without controls or space around it."""
    return UNSEEN.sub(" ", request.form.get(name, "")).strip()


def lines(name: str) -> tuple[str, ...]:
    """Return a field's lines, without empty ones."""
    written = (UNSEEN.sub(" ", one).strip() for one in request.form.get(name, "").splitlines())
    return tuple(one for one in written if one)


def column(name: str, at_most: int) -> list[str]:
    """Return a field that stands on every row of a form."""
    return [UNSEEN.sub(" ", one).strip() for one in request.form.getlist(name)[:at_most]]


def number(name: str) -> int:
    """Return a field that is a number, or answer 400."""
    written = request.form.get(name, "")
    if not (written.isascii() and written.isdigit() and len(written) < 11):  # noqa: PLR2004
        abort(400)
    if int(written) > NUMBER_AT_MOST:
        abort(400)
    return int(written)


def new_once() -> str:
    """Return a mark for a form that must count once however often it is sent."""
    return secrets.token_urlsafe(12)


def first_time() -> bool:
    """Tell whether this form comes for the first time; 400 when it carries no mark."""
    mark = line("once")[:40]
    if not mark:
        abort(400)
    return parts().state.claim(f"once:{mark}", seconds=_ONCE_SECONDS)


def say(sentence: str, kind: str = "done") -> None:
    """Show a sentence on the next page; `kind` is done or refused."""
    flash(sentence[:FLASH_LENGTH], kind)
