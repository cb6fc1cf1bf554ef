"""Hostile words in a real Chromium: nothing runs, nothing is fetched, nothing is turned around."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PEOPLE
from tests.browser.people import sign_in
from tests.payloads import PAYLOADS, asked
from tests.service import Service, running

pytestmark = pytest.mark.browser

HARMLESS = ("二手钢琴多少钱", "冒充公检法的骗子怎么认", "怎么防骗")
SHOWN = ("script", "image-error", "mutation-math", "svg-animate", "attribute-double", "override")
TURNING = ("override", "override-unclosed", "embedding", "isolate-unclosed", "right-to-left")
PATHS = re.compile(
    "/|/q/[0-9A-Z-]{11}(/details)?|/inbox/webchat|/console(/sign-in|/demands(/[0-9]+)?)?"
    "|/static/.+|/sw.js|/manifest.webmanifest|/offline"
)
# Every kind of element on the page, with the names of its attributes.
KINDS = """() => [...new Set([...document.querySelectorAll('*')].map(one =>
    [one.localName, ...one.getAttributeNames().sort()].join(' ')))]"""
ANSWERED = """number => document.querySelectorAll('.exchange').length === number
    && !document.querySelector('.typing')"""
# What a field of several lines makes of texts.
TYPED = """texts => texts.map(text => text.replace(/\\r\\n?/g, '\\n').trim())"""
BUBBLES = """() => [...document.querySelectorAll('.said-you')].map(one =>
    [one.childElementCount, one.lastChild.data])"""
# Where each character of a text stands, from left to right, as it is painted.
LEFT = """([element, text]) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const at = walk.currentNode.data.indexOf(text);
        if (at < 0) continue;
        return [...text].map((_, step) => {
            const range = document.createRange();
            range.setStart(walk.currentNode, at + step);
            range.setEnd(walk.currentNode, at + step + 1);
            return range.getBoundingClientRect();
        }).map(place => [place.top, place.left]);
    }
    return [];
}"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A page, and what on it must not happen."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def watch(self) -> "Watched":
        self.page.on(
            "dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss())
        )
        self.page.on("request", lambda request: self.paths.add(urlsplit(request.url).path))
        return self

    def ask(self, text: str) -> Locator:
        """Write and send; return the exchange once the reply is there."""
        number = self.page.locator(".exchange").count() + 1
        self.page.fill("#question", text)
        self.page.press("#question", "Enter")
        self.page.wait_for_function(ANSWERED, arg=number)
        return self.page.locator(".exchange").last

    def is_calm(self) -> None:
        """See that nothing ran and nothing was asked for that the page itself does not ask for."""
        assert self.page.evaluate("window.__hit") is None
        assert self.dialogs == []
        assert [path for path in self.paths if not PATHS.fullmatch(path)] == []


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes as much as one resident can type."""
    folder = tmp_path_factory.mktemp("payloads")
    limits = {"limit_resident": "0", "limit_address": "0"}
    with running(folder, "run", meaning="off", **limits) as service:
        password, roles = PEOPLE["赵敏"]
        service.add_user("赵敏", password, *roles)
        yield service


@pytest.fixture
def chat(visit) -> Watched:
    return Watched(visit("/", **DESK)).watch()


def test_all_of_it_typed_into_one_chat_is_only_shown(chat):
    """One after another, as chat.js sends it: each stands in its bubble, whole, as text alone."""
    for text in HARMLESS:
        chat.ask(text)
    kinds = set(chat.page.evaluate(KINDS))

    for text in PAYLOADS.values():
        chat.ask(text)

    typed = chat.page.evaluate(TYPED, [*HARMLESS, *PAYLOADS.values()])
    assert chat.page.evaluate(BUBBLES) == [[1, text] for text in typed]
    assert set(chat.page.evaluate(KINDS)) <= kinds
    chat.is_calm()
    chat.page.reload()
    expect(chat.page.locator(".said-you")).to_have_count(10)
    chat.is_calm()


def test_pages_that_show_it_later_are_calm(chat, visit):
    """The receipt's page with an addition, and the console's pages, where they run scripts."""
    desk = Watched(visit("/console", **DESK)).watch()
    sign_in(desk.page, "赵敏", PEOPLE["赵敏"][0])
    for name in SHOWN:
        chat.ask(asked(name))
        receipt = chat.ask("人工").locator(".ticket strong").inner_text()
        chat.page.goto(f"/q/{receipt}")
        chat.page.fill("#details-text", PAYLOADS[name])
        chat.page.click("button:has-text('补上')")
        expect(chat.page.locator(".details p")).to_have_text(PAYLOADS[name])
        chat.is_calm()
        chat.page.goto("/")

    for name in SHOWN:
        desk.page.goto("/console/demands")
        desk.is_calm()
        desk.page.locator(".words").get_by_text(asked(name), exact=True).click()
        expect(desk.page.locator("h1")).to_have_text(asked(name))
        desk.is_calm()


@pytest.mark.parametrize("name", TURNING)
def test_marks_turn_round_only_what_they_stand_in(chat, name):
    """The bubble keeps its marks to itself, and a reply that quotes it reads from left to right."""
    bubble = chat.ask(asked(name)).locator(".said-you")
    quoting = chat.ask("人工").locator(".reply-text").element_handle()

    style = "one => getComputedStyle(one).unicodeBidi"
    assert bubble.evaluate(style) in {"isolate", "plaintext"}
    places = chat.page.evaluate(LEFT, [quoting, "也记下了"])
    assert places == sorted(places)
    assert len({place[0] for place in places}) == 1
