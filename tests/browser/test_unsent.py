"""A cut network: every question goes out once, in order, also after the page was opened anew."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import Resident

pytestmark = pytest.mark.browser

INBOX = "**/inbox/webchat"
RETRY = "button:has-text('重试')"
FIRST, SECOND = "长颈鹿的脖子有几节骨头", "冒充公检法的骗子怎么认"


def fail(resident: Resident, *texts: str) -> None:
    """Ask while nothing gets through."""
    for text in texts:
        resident.page.fill("#question", text)
        resident.press("button.send")
        expect(resident.newest).to_contain_text("没有发出去")


def cut(page: Page) -> None:
    page.route(INBOX, lambda route: route.abort())


def said(page: Page) -> list[str]:
    expect(page.locator(".typing")).to_have_count(0)
    return page.locator(".said-you").evaluate_all("all => all.map(one => one.lastChild.data)")


def unsent(page: Page) -> list[dict[str, str]]:
    return json.loads(page.evaluate("sessionStorage.getItem('askscience-unsent')") or "[]")


def test_all_that_was_asked_without_a_network_is_sent_when_it_is_back(phone, service):
    """Each gets its reply below it, in the order they were asked, and nobody presses anything."""
    page, before, sent = phone.page, len(service.ledger()), []
    page.context.set_offline(True)
    fail(phone, FIRST, SECOND)
    page.on("request", lambda request: sent.append(request.post_data_json["text"]))

    page.context.set_offline(False)

    expect(page.locator(".exchange >> nth=0").locator(".reply-unmet")).to_be_visible()
    expect(page.locator(".exchange >> nth=1").locator(".reply-answered")).to_be_visible()
    assert sent == [FIRST, SECOND]
    assert len(service.ledger()) == before + 2


def test_each_failed_question_keeps_a_button_of_its_own(phone):
    """The older of two can be sent again first, and then the newer."""
    cut(phone.page)
    fail(phone, FIRST, SECOND)
    phone.page.unroute(INBOX)

    phone.press(phone.page.locator(RETRY).first)
    expect(phone.page.locator(".exchange >> nth=0").locator(".reply-unmet")).to_be_visible()
    expect(phone.page.locator(RETRY)).to_have_count(1)
    phone.press(RETRY)

    phone.card("answered")
    expect(phone.page.locator(RETRY)).to_have_count(0)


def test_a_page_opened_anew_sends_what_was_left(phone, service):
    """Two failed and the page was reloaded: both stand below the history and are answered."""
    page, before = phone.page, len(service.ledger())
    phone.ask("怎么防骗", "offered")
    cut(page)
    fail(phone, FIRST, SECOND)
    page.unroute(INBOX)

    page.reload()

    phone.card("answered")
    assert said(page) == ["怎么防骗", FIRST, SECOND]
    assert unsent(page) == []
    page.reload()
    assert said(page) == ["怎么防骗", FIRST, SECOND]
    assert len(service.ledger()) == before + 3


def test_a_page_opened_anew_without_a_network_forgets_nothing(phone):
    """Still cut after the reload: the question stands there with its button, under the same id."""
    cut(phone.page)
    fail(phone, FIRST)
    kept = unsent(phone.page)

    phone.page.reload()

    expect(phone.newest.locator(RETRY)).to_be_visible()
    assert [one["text"] for one in kept] == [FIRST]
    assert unsent(phone.page) == kept


def test_what_arrived_is_not_asked_again_by_a_page_opened_anew(phone, service):
    """Only the reply was cut off: the history has the question, and it stands there once."""
    before, sent = len(service.ledger()), []

    def arrive(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.page.route(INBOX, arrive)
    fail(phone, FIRST)
    phone.page.unroute(INBOX)
    phone.page.on("request", lambda request: sent.append(request.method))

    phone.page.reload()

    phone.card("unmet")
    assert said(phone.page) == [FIRST]
    assert "POST" not in sent
    assert len(service.ledger()) == before + 1


def test_the_end_takes_what_was_not_sent_with_it(phone):
    """Whoever has the phone next neither sees it nor sends it."""
    cut(phone.page)
    fail(phone, FIRST)
    phone.page.unroute(INBOX)

    phone.press(".end button")

    expect(phone.page.locator("h1")).to_have_text("您好，想问点什么？")
    assert unsent(phone.page) == []
    phone.page.reload()
    assert said(phone.page) == []


def test_nothing_is_sent_after_the_end(phone):
    """结束 and a question, both without a network: the question does not reach the next one."""
    cut(phone.page)
    fail(phone, "结束", FIRST)
    phone.page.unroute(INBOX)

    phone.page.reload()

    expect(phone.page.locator("h1")).to_have_text("您好，想问点什么？")
    expect(phone.page.locator(".exchange")).to_have_count(0)
    assert unsent(phone.page) == []
    expect(phone.page.locator("#question")).to_have_value("")


def test_what_is_refused_is_not_sent_again(phone):
    """It is back in the field for whoever wants to change it, and waits for nothing."""
    phone.page.route(INBOX, lambda route: route.fulfill(status=400, body=""))
    phone.page.fill("#question", FIRST)
    phone.press("button.send")
    expect(phone.newest).to_contain_text("没有收下")

    assert unsent(phone.page) == []
    expect(phone.page.locator("#question")).to_have_value(FIRST)


def test_a_page_left_open_loses_neither_of_two(phone):
    """The phone has forgotten us: one is back in the field, the other goes out by itself."""
    page = phone.page
    page.context.set_offline(True)
    fail(phone, FIRST, SECOND)
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="重新打开")).to_have_count(2)

    phone.press("button:has-text('重新打开') >> nth=0")

    phone.card("answered")
    assert said(page) == [SECOND]
    expect(page.locator("#question")).to_have_value(FIRST)
    phone.press("button.send")
    phone.card("unmet")
    assert unsent(page) == []


def test_a_number_that_came_too_late_is_not_sent(phone):
    """By then it would mean one of other choices: a sentence says so instead of a button."""
    phone.ask("怎么防骗", "offered")
    cut(phone.page)
    fail(phone, "1")
    phone.page.unroute(INBOX)

    phone.ask(SECOND, "answered")

    late = phone.page.locator(".exchange >> nth=1")
    expect(late).to_contain_text("这个编号过时了")
    expect(late.locator("button")).to_have_count(0)
    assert unsent(phone.page) == []
