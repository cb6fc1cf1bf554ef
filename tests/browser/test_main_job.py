"""The main job in a real browser: asked in vain, written, approved, found."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PEOPLE, PHONE
from tests.browser.people import sign_in

pytestmark = pytest.mark.browser

QUESTION = "钢琴的琴键不响了怎么修"


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


def test_a_question_nobody_answered_comes_back_answered(visit, phone):
    """Resident, staff, reviewer, resident again: each on a device of their own."""
    expect(phone.ask(QUESTION, "unmet")).to_contain_text("不乱答")
    receipt = phone.newest.locator(".ticket strong").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", receipt)

    staff = visit("/console", **DESK)
    sign_in(staff, "赵敏", PEOPLE["赵敏"][0])
    staff.click(f"a.demand:has-text('{QUESTION}')")
    staff.click("text=写成新条目")
    expect(staff.locator("#question")).to_have_value(QUESTION)
    write_entry(staff)
    expect(staff.locator("#preview")).to_contain_text("先合上琴盖")
    staff.click("button:has-text('提交审核')")
    expect(staff.locator("main")).to_contain_text("审核")

    reviewer = visit("/console", **PHONE)
    sign_in(reviewer, "李强", PEOPLE["李强"][0])
    reviewer.tap(f"a:has-text('{QUESTION}')")
    reviewer.tap("button:has-text('批准')")
    expect(reviewer.locator(".said")).to_contain_text("发布")

    expect(phone.ask(f"请问{QUESTION}？", "answered")).to_contain_text("先合上琴盖")
    other = visit(f"/q/{receipt.lower()}", **PHONE)
    expect(other.locator("main")).to_contain_text("有答案了")
    expect(other.locator("main")).to_contain_text("先合上琴盖")
