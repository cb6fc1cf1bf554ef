"""Where we meet people: the Flask app, the command line, the worker."""

from datetime import timedelta

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from knowledge.residents.keys import subkey
from webhook import assets, consoles, pages
from webhook.inbox import door
from webhook.parts import Parts

BODY_LIMIT = 256 * 1024  # bytes: an entry's form at its longest; a WeChat push has under 10 kB
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; img-src 'self' data:"
)


def create_app(parts: Parts) -> Flask:
    """Make the web application of these parts."""
    app = Flask(__name__)
    app.secret_key = subkey(parts.settings.secret_key, "sessions")
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        SESSION_COOKIE_NAME="askscience",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=parts.settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page left open must still send
    )
    app.extensions["parts"] = parts
    app.extensions["channels"] = parts.channels
    app.extensions["inbox"] = parts.inbox
    csrf = CSRFProtect(app)
    csrf.exempt(door)  # platforms sign what they send; the web chat checks its token itself
    app.register_blueprint(door)
    assets.register(app)
    pages.register(app)
    consoles.register(app)
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response
