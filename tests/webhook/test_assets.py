"""Static files by their content, texts made small, and what a phone keeps when it is offline."""

import gzip
import struct
from pathlib import Path

import pytest
from flask import Flask, Response

from webhook import assets

STATIC = Path(assets.__file__).parent / "static"
LONG = "地震来了先趴下，躲到结实的桌子底下。" * 60
ZIPPED = {"Accept-Encoding": "gzip, deflate, br"}


def an_app(folder=STATIC):
    app = Flask("webhook", static_folder=str(folder), static_url_path="/static")
    app.add_url_rule("/long", "long", lambda: LONG)
    app.add_url_rule("/short", "short", lambda: "好")
    app.add_url_rule("/stream", "stream", lambda: Response(iter([LONG]), mimetype="text/plain"))
    app.add_url_rule(
        "/packed", "packed", lambda: Response(LONG, headers={"Content-Encoding": "br"})
    )
    app.add_url_rule("/binary", "binary", lambda: Response(LONG.encode(), mimetype="image/png"))
    app.add_url_rule("/nothing", "nothing", lambda: Response(status=204))
    assets.register(app)
    return app


@pytest.fixture
def client():
    return an_app().test_client()


@pytest.fixture
def own(tmp_path):
    """A folder of static files that a test may change."""
    for name in assets.OFFLINE_FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((STATIC / name).read_bytes())
    return tmp_path


def asset(app, name):
    return app.jinja_env.globals["asset"](name)


def test_a_changed_file_gets_another_address(own):
    """A phone that keeps a file for ever still sees the new one."""
    before = asset(an_app(own), "app.css")
    (own / "app.css").write_text("body { color: red; }", encoding="utf-8")

    after = asset(an_app(own), "app.css")

    assert before != after
    assert before.partition("?v=")[0] == after.partition("?v=")[0] == "/static/app.css"
    assert len(after.partition("?v=")[2]) == 12


def test_an_asset_that_is_not_there_is_a_mistake_of_ours():
    """A wrong name in a template fails when the page is made, not on a phone."""
    with pytest.raises(OSError, match="no-such"):
        asset(an_app(), "no-such.css")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (None, assets.FOR_EVER),
        ("/static/app.css", assets.AN_HOUR),
        ("/static/app.css?v=000000000000", assets.AN_HOUR),
    ],
)
def test_only_the_right_version_is_kept_for_ever(client, address, kept):
    """An address that says which content it means never changes; any other may within the hour."""
    answer = client.get(address or asset(client.application, "app.css"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == kept
    answer.close()


def test_a_missing_file_is_not_kept(client):
    """A file that comes with the next version is not missing for ever."""
    answer = client.get("/static/none.css?v=000000000000")

    assert answer.status_code == 404
    assert answer.headers.get("Cache-Control") is None


@pytest.mark.parametrize("path", ["/long", "/static/app.css", "/static/chat.js"])
def test_texts_come_compressed_to_who_can_read_them(client, path):
    """The same words in fewer bytes, and caches keep both kinds apart."""
    with client.get(path) as plain, client.get(path, headers=ZIPPED) as small:
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) == small.content_length < len(plain.data) / 2


@pytest.mark.parametrize("path", ["/short", "/stream", "/binary", "/nothing", "/static/icon.svg"])
def test_what_is_small_streamed_or_packed_already_stays(client, path):
    """Compressing costs time, and is done only where it saves some."""
    with client.get(path, headers=ZIPPED) as answer:
        assert "Content-Encoding" not in answer.headers


def test_nothing_is_compressed_twice(client):
    """What says how it is packed is left as it is."""
    answer = client.get("/packed", headers=ZIPPED)

    assert answer.headers["Content-Encoding"] == "br"
    assert answer.data == LONG.encode()


def test_who_refuses_gzip_gets_none(client):
    """A quality of nought is a no."""
    answer = client.get("/long", headers={"Accept-Encoding": "gzip;q=0, br"})

    assert "Content-Encoding" not in answer.headers


def test_a_piece_of_a_file_is_that_piece(client):
    """Bytes are counted in the file, not in its compressed form."""
    with client.get("/static/app.css", headers={**ZIPPED, "Range": "bytes=0-999"}) as answer:
        assert answer.status_code == 206
        assert "Content-Encoding" not in answer.headers
        assert answer.data == (STATIC / "app.css").read_bytes()[:1000]


def test_a_phone_that_has_the_file_is_told_so(client):
    """The tag of a compressed file is good for asking again; the answer has no body."""
    with client.get("/static/app.css", headers=ZIPPED) as first:
        tag = first.headers["ETag"]

    with client.get("/static/app.css", headers={**ZIPPED, "If-None-Match": tag}) as again:
        assert tag.startswith("W/")
        assert again.status_code == 304
        assert again.headers["Cache-Control"] == assets.AN_HOUR
        assert again.data == b""


def test_the_size_of_a_page_tells_nothing_about_its_secret(client):
    """The same page has other lengths each time, so that words cannot be tried against it."""
    sizes = {len(client.get("/long", headers=ZIPPED).data) for _ in range(40)}

    assert len(sizes) > 5


def test_the_service_worker_names_every_file_of_the_offline_page(client):
    """What it takes is there, and the browser asks for a new one at every visit."""
    answer = client.get("/sw.js")
    script = answer.get_data(as_text=True)

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert f'PAGE = "{assets.OFFLINE}"' in script
    for name in assets.OFFLINE_FILES:
        url = asset(client.application, name)
        assert f'"{url}"' in script
        with client.get(url) as file:
            assert file.status_code == 200


def test_other_files_make_another_service_worker(own):
    """A phone takes the offline page anew when what it is made of has changed."""
    before = an_app(own).test_client().get("/sw.js").data
    (own / "app.css").write_text("body { color: red; }", encoding="utf-8")

    assert an_app(own).test_client().get("/sw.js").data != before


def test_the_manifest_has_icons_that_are_what_it_says(client):
    """A phone can put us on its home screen, with an icon of a size it knows."""
    answer = client.get("/manifest.webmanifest")
    manifest = answer.get_json()

    assert answer.mimetype == "application/manifest+json"
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as file:
            width, height = struct.unpack(">II", file.data[16:24])
            assert icon["sizes"] == f"{width}x{height}"
            assert len(file.data) < 15_000


def test_the_old_address_of_an_icon_leads_to_it(client):
    """Browsers that know no link ask for /favicon.ico."""
    with client.get("/favicon.ico", follow_redirects=True) as answer:
        assert answer.mimetype == "image/png"
        assert answer.data == (STATIC / "icon-192.png").read_bytes()


def test_the_first_view_is_light(client):
    """Styles, scripts and the sign of the chat leave room for the page in 60 kB."""
    names = ("vendor/weui-2.6.26/weui.min.css", "app.css", "chat.js", "phone.js", "icon.svg")
    total = 0
    for name in (*names, "speak.js", "icon-192.png"):
        with client.get(asset(client.application, name), headers=ZIPPED) as file:
            total += len(file.data)

    assert total < 45_000
