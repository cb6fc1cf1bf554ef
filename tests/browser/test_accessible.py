"""Everybody can read, reach and press what is on a page: WCAG 2.2 AA, and larger in 长辈版."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.people import Office, Resident
from tests.service import Service

pytestmark = pytest.mark.browser

LAW = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WIDTHS = (180, 320, 360, 640, 1280)  # 180 is 360 at 200 %
ASKED = {
    "answered": "冒充公检法的骗子怎么认",
    "offered": "怎么防骗",
    "unmet": "二手钢琴多少钱",
    "urgent": "我妈正在给骗子转账",
    "command": "菜单",
    "chat": "你好",
}
PATHS = {
    "first view": "/",
    "topics": "/topics",
    "topic": "/topics/fraud",
    "entry": "/entry/fraud/fake-police",
    "waste item": "/entry/waste/鱼骨头",
    "privacy": "/privacy",
    "offline": "/offline",
    "404": "/no-such-page",
}
REFUSED = {"400": "x", "413": "长" * 100_000}
OWN = ("receipt open", "receipt answered", "receipt declined", "export", "mine")
ANSWERED, DECLINED = "底楼打麻将打到半夜", "北斗七星离我们多远"
REFUSE = """text => {
  const form = document.body.appendChild(document.createElement("form"));
  const field = form.appendChild(document.createElement("textarea"));
  Object.assign(field, { name: "text", value: text });
  Object.assign(form, { method: "post", action: "/view" }).submit();
}"""

CONTROLS = "a[href], button, input:not([type=hidden]), textarea, summary, select"
SMALL = """([controls, least]) => [...document.querySelectorAll(controls)]
  .filter(e => e.checkVisibility())
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([e, box]) => `${e.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`)"""
TINY = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const { data, parentElement: e } = texts.currentNode;
    const shown = data.trim() && e.checkVisibility() && !e.closest(".sr-only, script, style");
    if (shown && parseFloat(getComputedStyle(e).fontSize) < 24) found.push(data.trim());
  }
  return found;
}"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
COUNTED = """controls => {
  window.controls = [...document.querySelectorAll(controls)].filter(e => e.checkVisibility());
  return window.controls.length;
}"""
FOCUSED = """() => {
  const e = document.activeElement, box = e.getClientRects()[0], at = [.1, .5, .9];
  const seen = at.some(part => e.contains(document.elementFromPoint(
    box.x + box.width * part, box.y + box.height * part)));
  const ring = getComputedStyle(e);
  const clear = ring.outlineStyle === "solid" && parseFloat(ring.outlineWidth) >= 2;
  return [window.controls.indexOf(e), seen && clear ? "" : e.outerHTML.slice(0, 90)];
}"""


@dataclass(frozen=True, slots=True)
class Screens:
    """Every screen of the resident's side, each where it can be opened again."""

    asked: dict[str, Page]  # by outcome, a conversation that ends with it
    own: dict[str, str]  # addresses of what belongs to one resident

    def open(self, name: str, look: str) -> Page:
        page = self.asked.get(name, self.asked["command"])
        cookie = {"name": "view", "value": look, "domain": "127.0.0.1", "path": "/"}
        page.context.add_cookies([cookie])
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="light")
        if name == "first view":
            page.context.clear_cookies(name="askscience")
        page.goto((PATHS | self.own).get(name, "/"))
        if name in REFUSED:
            with page.expect_navigation():
                page.evaluate(REFUSE, REFUSED[name])
        return page


@pytest.fixture(scope="module")
def screens(browser: Browser, service: Service, office: Office) -> Iterator[Screens]:
    contexts = []

    def somebody() -> Resident:
        # Without the worker a page is what the server sends now.
        contexts.append(browser.new_context(base_url=service.url, service_workers="block"))
        page = contexts[-1].new_page()
        page.goto("/")
        return Resident(page, touch=False)

    here = {outcome: somebody() for outcome in ASKED}
    for outcome, resident in here.items():
        resident.ask(ASKED[outcome], outcome)
    link = somebody().ask("导出我的数据", "command").get_by_role("link", name="我的数据")
    own = {"export": link.get_attribute("href") or ""}
    own["receipt open"] = "/q/" + here["unmet"].newest.locator(".ticket strong").inner_text()
    own["receipt answered"] = "/q/" + somebody().receipt_for(ANSWERED)
    asker = somebody()
    own["receipt declined"] = "/q/" + asker.receipt_for(DECLINED)
    mine = asker.ask("我的问题", "command").get_by_role("link", name="一条一条打开")
    own["mine"] = mine.get_attribute("href") or ""
    office.answer(ANSWERED, "environment/noise")
    office.decline(DECLINED, "这要问天文台。")
    yield Screens({outcome: resident.page for outcome, resident in here.items()}, own)
    for context in contexts:
        context.close()


every_screen = pytest.mark.parametrize("name", [*PATHS, *REFUSED, *ASKED, *OWN])


@pytest.mark.parametrize("look", ["normal", "elder"])
@every_screen
def test_a_screen_can_be_read_and_pressed(screens, name, look):
    """It keeps WCAG in light and dark; targets have 44 px, in 长辈版 60 and text 24; it fits."""
    page = screens.open(name, look)
    large = look == "elder" or name == "offline"
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 360, "height": height})  # nothing is under a bar

    light = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": LAW})
    page.emulate_media(color_scheme="dark")
    dark = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": ["color-contrast"]})

    assert light.violations_count == 0, light.generate_report()
    assert dark.violations_count == 0, dark.generate_report()
    assert page.evaluate(SMALL, [CONTROLS, 60 if large else 44]) == []
    assert page.evaluate(TINY) == [] or not large
    assert {width: excess(page, width) for width in WIDTHS} == dict.fromkeys(WIDTHS, 0)


def excess(page: Page, width: int) -> int:
    """Return by how many pixels a page is wider than the screen."""
    page.set_viewport_size({"width": width, "height": 370 if width < 320 else 740})
    return page.evaluate(WIDE)


@every_screen
def test_a_screen_needs_no_finger(screens, name):
    """Tab reaches everything there is to press, and where it is can be seen."""
    page = screens.open(name, "normal")
    count = page.evaluate(COUNTED, CONTROLS)
    assert count > 2

    reached, unseen = set(), []
    for _ in range(count):
        page.keyboard.press("Tab")
        at, hidden = page.evaluate(FOCUSED)
        reached.add(at)
        unseen += [hidden] if hidden else []

    assert reached == set(range(count))
    assert unseen == []
