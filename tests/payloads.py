"""Payloads: hostile words by name, a browser that sends them, a page taken apart."""

import re
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from knowledge.entries.rules import UNSEEN

PAYLOADS: dict[str, str] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
SENT = [name for name, words in PAYLOADS.items() if "\0" not in words]  # NUL is refused at the door
SHOWN = 30  # code points of a question that a reply quotes in any case
VOID = {"br", "hr", "img", "input", "link", "meta"}
# What differs from page to page by itself.
CHANGING = re.compile(
    r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"
    r"|(?<=/export/)[\w-]+|(?<=/mine/)[\w-]+|(?<=demands/)\d+|(?<=demand=)\d+"
)

Element = tuple[str, tuple[tuple[str, str], ...]]


def asked(name: str, place: str = "") -> str:
    """Return a question with the payload in it, like no other payload's and no other place's."""
    number = list(PAYLOADS).index(name)
    mark = "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))
    return f"{place}{mark}式{PAYLOADS[name]}二手钢琴多少钱"


def flat(text: str) -> str:
    return "".join(text.split())


def seen(text: str) -> str:
    """Return text without what a field of the console leaves out."""
    return flat(UNSEEN.sub("", text))


class Tree(HTMLParser):
    """A page taken apart: its elements with their attributes, and its text."""

    def __init__(self, html: str, words: str) -> None:
        super().__init__()
        self.elements: set[Element] = set()
        self._words = flat(words)
        self._open: list[str] = []
        self._pieces: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        return flat("".join(self._pieces))

    @property
    def rest(self) -> str:
        """Return the text without the resident's words, and without receipts."""
        return CHANGING.sub("", self.text.replace(self._words, "").replace(self._words[:SHOWN], ""))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = ("type", "hidden") in attrs
        kept = ((name, self._settled(name, value or "", hidden)) for name, value in attrs)
        self.elements.add((tag, tuple(sorted(kept))))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.add(("comment", (("", data),)))

    handle_decl = handle_pi = unknown_decl = handle_comment

    def _settled(self, name: str, value: str, hidden: bool) -> str:  # noqa: FBT001
        if (name == "value" and hidden) or name == "hx-headers":
            return "…"
        if name == "value" and flat(value) and seen(self._words).startswith(seen(value)):
            return "words"
        return CHANGING.sub("…", value)


@dataclass(frozen=True, slots=True)
class Sight:
    """One page that shows a resident's words."""

    where: str
    html: str
    words: str

    @property
    def tree(self) -> Tree:
        return Tree(self.html, self.words)


def inert(sight: Sight, known: set[Element]) -> None:
    """See that the words are there, whole, as text, and that nothing came of them."""
    tree = sight.tree
    assert seen(sight.words) in seen(tree.text), sight.where
    assert tree.elements <= known, (sight.where, tree.elements - known)
    assert "49" not in tree.rest, sight.where


def sound(response: TestResponse) -> TestResponse:
    """Return a response that is no breakdown and has no header of the resident's making."""
    assert response.status_code < 500, response.status
    assert not any(name.startswith("X-Hit") for name in response.headers.keys())  # noqa: SIM118
    assert not any("hit=1" in cookie for cookie in response.headers.getlist("Set-Cookie"))
    assert re.match(r"(http://localhost)?/(?![/\\])", response.headers.get("Location", "/"))
    return response


@dataclass
class Browser:
    """Somebody's browser: one session, and forms with their token."""

    client: FlaskClient
    sent: int = 0

    @cached_property
    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/").text)
        assert found
        return found[1]

    def form(self, path: str, **fields: str) -> TestResponse:
        self.sent += 1
        values = {"csrf_token": self.token, "id": f"message-{self.sent}", **fields}
        return sound(self.client.post(path, data=values))

    def post(self, text: str, *, again: bool = False, **headers: str) -> TestResponse:
        self.sent += not again
        return sound(
            self.client.post(
                "/inbox/webchat",
                json={"id": f"message-{self.sent}", "text": text},
                headers={"X-CSRF-Token": self.token, **headers},
            )
        )

    def export(self) -> str:
        """Return where everything that is kept of this resident can be read."""
        found = re.search(r"/export/[\w-]+", self.post("导出我的数据").text)
        assert found
        return found[0]

    def page(self, path: str, **query: str) -> str:
        return sound(self.client.get(path, query_string=query)).text
