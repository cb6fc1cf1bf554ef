"""Pages for residents: the chat, an answer, the topics, what became of a question."""

from flask import Flask
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from knowledge.database import DatabaseUnreachable
from webhook.pages import asked, chat, own, reading, state, trouble
from webhook.pages.site import context, site

for room in (chat, reading, asked, own, state):
    site.register_blueprint(room.views)


def register(app: Flask) -> None:
    """Add the residents' pages to an app that has its parts."""
    app.register_blueprint(site)
    app.context_processor(context)
    app.register_error_handler(CSRFError, trouble.stale_page)
    app.register_error_handler(413, trouble.too_large)
    app.register_error_handler(404, trouble.not_found)
    app.register_error_handler(HTTPException, trouble.refused)
    app.register_error_handler(DatabaseUnreachable, trouble.database_away)
    app.register_error_handler(500, trouble.broken)
