"""State: whether the service is alive and ready, for operators."""

from flask import Blueprint, Response, jsonify, request

from knowledge.database import DatabaseUnreachable
from webhook.pages.site import look, parts

views = Blueprint("state", __name__)

LOCAL = {"127.0.0.1", "::1"}


@views.get("/healthz")
def alive() -> Response:
    return jsonify(status="alive")


@views.get("/readyz")
def ready() -> tuple[Response, int]:
    """Tell whether content is loaded and the database reachable; details to local callers."""
    number = parts().library.shelf.number
    try:
        look(lambda p: p.entries.snapshot_number())
        reachable = True
    except DatabaseUnreachable:
        reachable = False
    fine = bool(number) and reachable
    # Behind a proxy on the same machine every caller has a local address.
    local = request.remote_addr in LOCAL and "X-Forwarded-For" not in request.headers
    detail = {"snapshot": number, "database": reachable} if local else {}
    return jsonify(status="ready" if fine else "not ready", **detail), 200 if fine else 503
