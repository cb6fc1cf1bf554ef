"""Bad networks, hurried fingers, pages left open, too much text: nothing is lost or doubled."""

import json
import struct

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DEVICES, PHONE
from tests.browser.people import Resident

pytestmark = pytest.mark.browser

INBOX = "**/inbox/webchat"


def with_worker(page: Page) -> None:
    """Wait until the service worker has what it needs without a network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => caches.match('/offline'))")


@pytest.mark.parametrize("arrived", [False, True])
def test_a_cut_line_loses_nothing_and_doubles_nothing(phone, service, arrived):
    """Cut before the question arrives or after: sent again, it is one exchange and one row."""
    before, fetched = len(service.ledger()), []

    def cut(route: Route) -> None:
        if arrived:
            fetched.append(route.fetch().status)
        route.abort()

    phone.page.route(INBOX, cut, times=1)
    phone.page.fill("#question", "恐龙蛋有多大")
    phone.press("button.send")
    phone.press("button:has-text('重试')")

    expect(phone.page.locator(".reply-unmet .ticket strong")).to_have_count(1)
    expect(phone.page.locator(".exchange")).to_have_count(1)
    assert fetched == [200] * arrived
    assert len(service.ledger()) == before + 1


def test_without_a_network_the_numbers_to_call_are_there(phone):
    """The phone's own page has 110, 119, 120 and 96110; with the network back, so are we."""
    page = phone.page
    with_worker(page)
    page.context.set_offline(True)

    page.goto("/topics")

    expect(page.locator("h1")).to_have_text("手机没有连上网")
    for number in ("110", "119", "120", "96110"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()
    phone.press("summary >> nth=0")
    expect(page.locator("details[open] p")).to_be_visible()
    page.context.set_offline(False)
    phone.press("text=再试一次")
    expect(page.locator("h1")).to_have_text("您好，想问点什么？")


def test_a_question_asked_without_a_network_is_sent_when_it_is_back(phone):
    """Nobody has to press anything again: one question, one answer."""
    phone.page.context.set_offline(True)
    phone.page.fill("#question", "冒充公检法的骗子怎么认")
    phone.press("button.send")
    expect(phone.newest).to_contain_text("没有发出去")

    phone.page.context.set_offline(False)

    expect(phone.page.locator(".reply-answered")).to_have_count(1)
    expect(phone.page.locator(".exchange")).to_have_count(1)


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_double_tap_asks_once(visit, device):
    """Two taps in a hurry are one question, also to whoever opens the page again."""
    resident = Resident(visit("/", **DEVICES[device]), touch=device == "phone")
    resident.page.fill("#question", "北斗七星朝哪边")

    resident.press_twice("button.send")

    resident.card("unmet")
    expect(resident.page.locator(".said-you")).to_have_count(1)
    resident.page.reload()
    expect(resident.page.locator(".said-you")).to_have_count(1)


def test_a_page_left_open_keeps_what_was_written(resident):
    """The phone has forgotten us meanwhile: the question is still in the field, and goes out."""
    page, question = resident.page, "冒充公检法的骗子怎么认"
    page.context.clear_cookies()
    page.fill("#question", question)
    resident.press("button.send")
    expect(page.locator(".reply-trouble, .notice:not([hidden])")).to_be_visible()

    if page.get_by_text("重新打开", exact=True).count():
        resident.press("button:has-text('重新打开')")
    expect(page.locator("#question")).to_have_value(question)
    resident.press("button.send")

    resident.card("answered")


@pytest.mark.parametrize("much", [2_500, 1_000_000])
def test_a_paste_that_is_too_long_is_said_and_loses_nothing(visit, much):
    """What was written stays, what fits comes in, and a sentence says that the rest did not."""
    page = visit("/", **PHONE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.fill("#question", "我先写的这一句。")
    expect(page.locator("[data-full]")).to_be_hidden()
    page.evaluate("length => navigator.clipboard.writeText('长'.repeat(length))", much)

    page.press("#question", "End")
    page.press("#question", "Control+v")

    expect(page.get_by_text("多的没有放进来")).to_be_visible()
    written = page.input_value("#question")
    assert written.startswith("我先写的这一句。长长长")
    assert len(written) == 2_000
    page.press("#question", "Backspace")
    expect(page.locator("[data-full]")).to_be_hidden()


def test_more_than_the_field_takes_is_answered(visit):
    """A browser that does not count sends more than 2 000 characters: what is asked is found."""
    page = send_uncounted(visit, "长" * 2_500 + "。冒充公检法的骗子怎么认？")

    expect(page.locator(".exchange .reply-answered")).to_have_count(1)


def test_much_more_than_the_field_takes_comes_back(visit):
    """Beyond 20 000 characters nothing is read, and what was written is still in the field."""
    page = send_uncounted(visit, "长" * 25_000)

    expect(page.get_by_role("alert").first).to_contain_text("太长了")
    assert page.input_value("#question") == "长" * 20_000


def send_uncounted(visit, text: str) -> Page:
    """Send the plain form with more in it than its field allows."""
    page = visit("/", **PHONE)
    form = page.locator("[data-composer]")
    fill = "form => { form.text.removeAttribute('maxlength'); form.text.value = %s; }"
    form.evaluate(fill % json.dumps(text))
    with page.expect_navigation():
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    return page


def test_a_question_from_a_page_that_is_missing_reaches_the_field(visit):
    """Whoever follows a dead link asks from there; nothing they may write breaks the way."""
    page = visit("/no-such-page", **PHONE)
    longest = "长" * int(page.get_attribute("#draft", "maxlength"))
    page.fill("#draft", longest)

    page.tap("button:has-text('去提问')")

    expect(page.locator("#question")).to_have_value(longest)


def test_the_phone_can_put_us_on_its_home_screen(phone):
    """The manifest is whole, its icons have the sizes it names, the service worker is active."""
    page = phone.page
    answer = page.request.get("/manifest.webmanifest")
    manifest = json.loads(answer.body())
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}

    for icon in manifest["icons"]:
        body = page.request.get(icon["src"]).body()
        width, height = struct.unpack(">II", body[16:24])
        assert (body[:8], f"{width}x{height}") == (b"\x89PNG\r\n\x1a\n", icon["sizes"])
    scope = page.evaluate("navigator.serviceWorker.ready.then(r => [r.scope, r.active.scriptURL])")
    assert [address.removeprefix(page.url) for address in scope] == ["", "sw.js"]
