"""The main job in a real browser: asked in vain, written, approved, found."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = pytest.mark.browser

QUESTION = "钢琴的琴键不响了怎么修"


def ask(page: Page, text: str) -> None:
    page.fill("#question", text)
    page.tap("button.send") if page.evaluate("navigator.maxTouchPoints") else page.click(
        "button.send"
    )


def write_entry(page: Page) -> None:
    """Fill the form as a volunteer does; the question is there already."""
    page.fill(
        "#phrasings",
        "光伏板漏电怎么办\n楼顶光伏遭冰雹打了\n太阳能板打烂了会不会电人\n下冰雹光伏板坏了咋个办",
    )
    page.fill("#conclusion", "先合上琴盖，请调律师来修，不要自己拆。")
    page.fill("#steps", "合上琴盖，不用力按。\n打电话请调律师上门。")
    page.locator("input[name=source_authority]").first.fill("中国乐器协会")
    page.locator("input[name=source_document]").first.fill("《钢琴使用与保养》")
    page.locator("input[name=source_date]").first.fill("2024-06")
    page.select_option("select[name=topic]", "home-safety")
    page.fill("input[name=slug]", "piano-key")


def test_a_question_nobody_answered_comes_back_answered(visit):
    """Resident, staff, reviewer, resident again: each on a device of their own."""
    resident = visit("/", **PHONE)
    ask(resident, QUESTION)
    expect(resident.locator(".reply-unmet")).to_contain_text("不乱答")
    receipt = resident.locator(".ticket strong").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", receipt)

    staff = visit("/console", **DESK)
    sign_in(staff, "赵敏")
    staff.click(f"a.demand:has-text('{QUESTION}')")
    staff.click("text=写成新条目")
    expect(staff.locator("#question")).to_have_value(QUESTION)
    write_entry(staff)
    expect(staff.locator("#preview")).to_contain_text("先合上琴盖")
    staff.click("button:has-text('提交审核')")
    expect(staff.locator("main")).to_contain_text("审核")

    reviewer = visit("/console", **PHONE)
    sign_in(reviewer, "李强")
    reviewer.tap(f"a:has-text('{QUESTION}')")
    reviewer.tap("button:has-text('批准')")
    expect(reviewer.locator(".said")).to_contain_text("发布")

    ask(resident, f"请问{QUESTION}？")
    expect(resident.locator(".reply-answered")).to_contain_text("先合上琴盖")
    other = visit(f"/q/{receipt.lower()}", **PHONE)
    expect(other.locator("main")).to_contain_text("有答案了")
    expect(other.locator("main")).to_contain_text("先合上琴盖")


def test_without_javascript_the_same_works(visit):
    """A phone that runs no script asks, is answered, chooses and reads the receipt."""
    page = visit("/", java_script_enabled=False, **PHONE)

    page.fill("#question", "冒充公检法的骗子怎么认")
    page.tap("button.send")

    expect(page.locator(".reply-answered")).to_contain_text("96110")
    page.fill("#question", "二手钢琴多少钱")
    page.tap("button.send")
    expect(page.locator(".ticket strong")).to_have_count(1)


def test_danger_is_seen_first_and_can_be_dialled(visit):
    """The card is red, says so in words, and its numbers are a tap away."""
    page = visit("/", **PHONE)

    ask(page, "我妈正在给骗子转账")

    card = page.locator(".reply-urgent")
    expect(card).to_contain_text("危险先行")
    expect(card.locator("a[href='tel:110']").first).to_be_visible()


def test_a_double_tap_asks_once(visit):
    """Two taps in a hurry are one question."""
    page = visit("/", **PHONE)
    page.fill("#question", "二手钢琴多少钱")

    page.evaluate("() => { const b = document.querySelector('.send'); b.click(); b.click(); }")

    expect(page.locator(".reply-unmet")).to_have_count(1)
    expect(page.locator(".said-you")).to_have_count(1)


def test_a_cut_line_loses_nothing_and_doubles_nothing(visit, service):
    """Asked without a network, sent again with one: the same message, one row."""
    page = visit("/", **PHONE)
    before = len(service.ledger())
    answered = []

    def cut_after_arrival(route):
        answered.append(route.fetch().status)
        route.abort()

    page.route("**/inbox/webchat", cut_after_arrival, times=1)
    ask(page, "二手钢琴多少钱")
    page.click("text=重试")

    expect(page.locator(".reply-unmet .ticket strong")).to_have_count(1)
    assert answered == [200]
    assert len(service.ledger()) == before + 1


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/topics", "/entry/fraud/fake-police", "/no-such-page"])
def test_pages_fit_and_can_be_tapped(visit, path, scheme, width):
    """No sideways scrolling at 320 px; every link and button is 44 px, in light and dark."""
    missing = path == "/no-such-page"
    page = visit("/", viewport={"width": width, "height": 740}, color_scheme=scheme)
    page.goto(path) if not missing else page.set_content(page.request.get(path).text())

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if missing:
        return
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea')]
        .filter(e => e.getClientRects().length && !e.closest('.sources, p:not([class]), small'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, r]) => r.height < 44 || r.width < 44)
        .map(([html, r]) => `${html} ${r.width}x${r.height}`)"""
    )
    assert small == []
