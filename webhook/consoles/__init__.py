"""Consoles: where volunteers, reviewers, staff and administrators work."""

from flask import Flask

from webhook.consoles import demands, drafts, entries, people, review, signing
from webhook.consoles.clashes import Owners
from webhook.consoles.rights import console

for room in (signing, demands, entries, drafts, review, people):
    console.register_blueprint(room.views)


def register(app: Flask) -> None:
    """Add the console to an app that has its parts."""
    normalise = app.extensions["parts"].conversation.language.normalise
    app.extensions["phrasing owners"] = Owners(normalise)
    app.register_blueprint(console)
