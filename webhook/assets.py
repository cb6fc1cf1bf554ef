"""Assets: static files by their content, text made small on the way, and what a phone keeps."""

import gzip
import hashlib
import io
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

files = Blueprint("assets", __name__)

OFFLINE = "/offline"
# What the offline page is made of; the service worker takes it while there is a network.
OFFLINE_FILES = ("vendor/weui-2.6.26/weui.min.css", "app.css", "icon.svg", "icon-192.png")
FOR_EVER = "public, max-age=31536000, immutable"  # a file that changes gets another address
AN_HOUR = "public, max-age=3600"
WORTH_IT = 500  # bytes; a smaller answer is one packet either way
TEXTS = {
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/manifest+json",
    "application/xml",
    "image/svg+xml",
}
BODILESS = {204, 206, 304}  # without a body, or with a piece of one


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files, by name: what they hash to, and what they are when compressed."""

    folder: Path
    _hashes: dict[str, str] = field(default_factory=dict)
    _small: dict[str, bytes] = field(default_factory=dict)

    def version(self, name: str) -> str:
        """Return 12 hex digits of the file's content; raises OSError where there is none."""
        if name not in self._hashes:
            content = (self.folder / name).read_bytes()
            self._hashes[name] = hashlib.sha256(content).hexdigest()[:12]
        return self._hashes[name]

    def url(self, name: str) -> str:
        return f"/static/{name}?v={self.version(name)}"

    def small(self, name: str) -> bytes:
        if name not in self._small:
            self._small[name] = gzip.compress((self.folder / name).read_bytes(), mtime=0)
        return self._small[name]


def register(app: Flask) -> None:
    """Give templates `asset(name)`, and serve files and texts as phones like them."""
    assets = Assets(Path(app.static_folder or ""))
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
    app.register_blueprint(files)
    app.after_request(_sent_well)


def _assets() -> Assets:
    found: Assets = current_app.extensions["assets"]
    return found


@files.get("/sw.js")
def service_worker() -> Response:
    """Return the service worker; other files make it another one, and phones take them anew."""
    urls = [_assets().url(name) for name in OFFLINE_FILES]
    version = hashlib.sha256("\n".join(urls).encode()).hexdigest()[:12]
    script = render_template("sw.js", page=OFFLINE, urls=urls, version=version)
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@files.get("/manifest.webmanifest")
def manifest() -> Response:
    """Return what a phone needs to put us on its home screen."""
    sizes = (192, 512)
    response = jsonify(
        name="问科学",
        short_name="问科学",
        description="身边的科学问题，问一声就有答案",
        lang="zh-CN",
        id="/",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f3f1ec",
        theme_color="#06803f",
        icons=[
            {
                "src": _assets().url(f"icon-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in sizes
            for purpose in ("any", "maskable")
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = AN_HOUR
    return response


@files.get("/favicon.ico")
def icon() -> AnyResponse:
    response = redirect(_assets().url("icon-192.png"))
    response.headers["Cache-Control"] = AN_HOUR
    return response


def _sent_well(response: Response) -> Response:
    name = _static_name(response)
    if name:
        known = request.args.get("v") == _assets().version(name)
        response.headers["Cache-Control"] = FOR_EVER if known else AN_HOUR
    if _is_text(response):
        response.vary.add("Accept-Encoding")
        if _may_shrink(response):
            _shrink(response, name)
    return response


def _static_name(response: Response) -> str:
    """Return the name of the static file this answers with; nothing for any other answer."""
    if request.endpoint != "static" or response.status_code not in {200, 206, 304}:
        return ""
    return str((request.view_args or {})["filename"])


def _is_text(response: Response) -> bool:
    mimetype = response.mimetype or ""
    return mimetype.startswith("text/") or mimetype in TEXTS


def _may_shrink(response: Response) -> bool:
    static = request.endpoint == "static"  # sent as a stream, but kept whole by us
    return (
        response.status_code not in BODILESS
        and "Content-Encoding" not in response.headers
        and request.accept_encodings["gzip"] > 0
        and (static or not response.is_streamed)
        and (response.content_length or response.calculate_content_length() or 0) > WORTH_IT
    )


def _shrink(response: Response, name: str) -> None:
    small = _assets().small(name) if name else _padded(response.get_data())
    if isinstance(response.response, FileWrapper):
        response.response.close()
    response.direct_passthrough = False
    response.set_data(small)
    response.headers["Content-Encoding"] = "gzip"
    tag, _weak = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same words in other bytes


def _padded(content: bytes) -> bytes:
    """Return the content compressed, with a name of random length in its header.

    A page holds a form's secret beside words that came with the request; without the padding the
    size of a page would tell whether the words are like the secret (the attack called BREACH).
    """
    out = io.BytesIO()
    name = "x" * secrets.randbelow(64)
    with gzip.GzipFile(name, "wb", compresslevel=6, fileobj=out, mtime=0) as packed:
        packed.write(content)
    return out.getvalue()
