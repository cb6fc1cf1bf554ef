"""A resident's way through the pages: asking, choosing, receipts, 长辈版, and leaving."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import DEVICES, PHONE
from tests.browser.people import Resident

pytestmark = pytest.mark.browser

RECEIPT = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
KNOWN = "冒充公检法的骗子怎么认"
VAGUE = "怎么防骗"
SECRET = "魔方怎么还原"
LISTENING = """
window.asked = [];
const note = name => () => { window.asked.push(name); return Promise.reject(new Error(name)); };
navigator.mediaDevices.getUserMedia = note("camera or microphone");
navigator.geolocation.getCurrentPosition = note("place");
navigator.geolocation.watchPosition = note("place");
Notification.requestPermission = note("notifications");
window.SpeechRecognition = window.webkitSpeechRecognition = note("microphone");
"""
SPEAKING = """
window.heard = [];
const voice = { speak: words => window.heard.push([words.lang, words.text]), cancel: () => {} };
Object.defineProperty(window, "speechSynthesis", { value: voice });
"""


def test_an_answer_says_where_it_is_from_and_when_it_was_checked(resident):
    """Asked in plain words, answered with sources, their date, and 96110 to call."""
    card = resident.ask(KNOWN, "answered")

    expect(card.locator(".source").first).to_contain_text("来源：公安部")
    expect(card.locator(".source").first).to_contain_text("核对于")
    expect(card).to_contain_text("96110")


def test_a_choice_is_made_by_button_or_by_number(resident):
    """Both lead to the answer of the question that stood beside the number."""
    options = resident.ask(VAGUE, "offered").locator(".option:not(.option-none)")
    first, second = (text.partition(" ")[2] for text in options.all_inner_texts()[:2])

    resident.press(options.first)
    pressed = resident.card("answered").get_by_text("全文").get_attribute("href")
    resident.ask(VAGUE, "offered")
    typed = resident.ask("2", "answered").get_by_text("全文").get_attribute("href")

    assert first.strip() in resident.page.request.get(pressed).text()
    assert second.strip() in resident.page.request.get(typed).text()


def test_none_of_these_is_recorded_with_a_receipt(resident):
    """Whoever is offered the wrong things gets a receipt that can be looked up."""
    resident.ask(VAGUE, "offered")

    resident.press(".option-none")

    receipt = resident.card("unmet").locator(".ticket strong").inner_text()
    assert RECEIPT.fullmatch(receipt)
    resident.page.goto(f"/q/{receipt.lower()}")
    expect(resident.page.locator(".asked")).to_contain_text(VAGUE)


def test_a_detail_is_added_once_however_often_it_is_sent(resident):
    """Two taps in a hurry, and the same form once more, are one detail."""
    page = resident.page
    resident.receipt_for("皮影戏的影人用啥子皮")
    resident.press(".ticket a")
    form = page.locator("form[action$='/details']")
    fields = {name: form.locator(f"[name={name}]").input_value() for name in ("csrf_token", "id")}
    address = form.get_attribute("action")
    page.fill("#details-text", "我要学着自己刻")

    resident.press_twice("form[action$='/details'] button")

    expect(page.locator(".details li")).to_have_count(1)
    page.request.post(address, form={**fields, "text": "我要学着自己刻"})
    page.reload()
    expect(page.locator(".details li")).to_have_count(1)
    expect(page.locator(".details li")).to_contain_text("我要学着自己刻")


def test_whoever_asked_rates_the_answer_and_one_asks_again(visit, office):
    """Three asked: the answer helped one, and two it did not; what is unclear goes back."""
    question = "甲骨文刻在啥子上面"
    asked = [Resident(visit("/", **one), touch="has_touch" in one) for one in DEVICES.values()]
    receipts = [resident.receipt_for(question) for resident in asked]
    office.answer(question, "environment/noise")

    for resident, receipt, word in zip(asked, receipts, ("有用", "没用", "没用"), strict=True):
        resident.page.goto(f"/q/{receipt}")
        expect(resident.page.locator("h1")).to_have_text("有答案了")
        resident.press(f".feedback button:has-text('{word}')")
        expect(resident.page.locator("main")).to_contain_text(f"您说{word}")
        expect(resident.page.locator(".feedback")).to_have_count(0)
        expect(resident.page.locator("#reopen-text")).to_be_visible(visible=word == "没用")

    last = asked[-1]
    last.page.fill("#reopen-text", "还是不晓得找谁")
    last.press("button:has-text('再请人看看')")
    expect(last.page.locator("h1")).to_have_text("已经记下，正在找人来写")
    expect(last.page.locator(".details li")).to_contain_text("还是不晓得找谁")


def test_a_declined_receipt_says_why(phone, office):
    """Nobody is left waiting: the reason is on the receipt's page."""
    receipt = phone.receipt_for("围棋的定式有哪些")
    office.decline("围棋的定式有哪些", "棋谱书上写得更全。")

    phone.page.goto(f"/q/{receipt}")

    expect(phone.page.locator("h1")).to_have_text("这个问题我们不能回答")
    expect(phone.page.locator(".reason")).to_contain_text("棋谱书上写得更全。")


def test_words_a_reply_asks_for_are_a_tap_away(resident):
    """Deleting everything takes no typing: 菜单, 隐私, 删除我的数据, 确定删除."""
    menu = resident.ask("菜单", "command").locator(".chip")
    words = ["我的问题", "人工", "主题", "热门", "地区", "长辈版", "帮助", "隐私"]
    expect(menu).to_have_text(words)
    resident.press(menu.get_by_text("隐私"))
    for word in ("删除我的数据", "确定删除"):
        chip = resident.newest.locator(f".reply-command .chip:has-text('{word}')")
        resident.press(chip)
        expect(resident.page.locator(".said-you").last).to_contain_text(word)

    expect(resident.newest).to_contain_text("删好了")


def test_words_of_an_older_reply_are_no_longer_pressed(phone):
    """As with numbers, only the newest reply can be answered by a tap, also after a reload."""
    phone.ask("帮助", "command")
    phone.ask("你好", "chat")
    older = phone.page.locator(".exchange").first.locator(".chip")

    expect(older).not_to_have_count(0)
    assert older.evaluate_all("all => all.every(one => one.disabled)")
    phone.page.reload()
    expect(phone.newest.locator(".chip")).to_have_text(["菜单"])
    expect(older).to_have_count(0)


def test_ones_own_questions_are_opened_one_by_one(resident):
    """The page of one's own has each with its state, and leads to where a detail is added."""
    resident.receipt_for(SECRET)
    card = resident.ask("我的问题", "command")
    resident.press(card.get_by_role("link", name="一条一条打开"))

    one = resident.page.locator("article.card").filter(has_text=SECRET)
    expect(one.locator("h2")).to_have_text("已经记下，正在找人来写")
    resident.press(one.get_by_role("link"))

    expect(resident.page.locator("#details-text")).to_be_visible()


def test_danger_is_seen_first_and_can_be_dialled(resident):
    """The card is red, says so in words, and its numbers are a tap away."""
    card = resident.ask("我妈正在给骗子转账", "urgent")

    expect(card).to_contain_text("危险先行")
    expect(card.locator("a[href='tel:110']").first).to_be_visible()
    assert card.evaluate("e => getComputedStyle(e).borderTopColor") == "rgb(198, 32, 32)"


@pytest.mark.parametrize("way", ["button", "word"])
def test_the_end_leaves_nothing_behind(resident, way):
    """Whoever has the phone next finds no word of it: not on the page, not one step back."""
    page = resident.page
    resident.ask(SECRET, "unmet")

    end(resident, way)

    kept = page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]")
    assert re.sub("[0-9]", "", "".join(kept)) == ""
    back(page)
    expect(page.locator("body")).not_to_contain_text(SECRET)
    page.goto("/")
    assert SECRET not in page.content()


@pytest.mark.parametrize("way", ["button", "word"])
def test_a_receipt_is_not_there_to_go_back_to_after_the_end(phone, way):
    """However often somebody goes back, the receipt of the one before them stays closed."""
    page = phone.page
    phone.ask(SECRET, "unmet")
    phone.press(".ticket a")
    expect(page.locator(".asked")).to_contain_text(SECRET)
    phone.press(".brand")
    expect(page.locator(".said-you")).to_contain_text(SECRET)
    page.go_back()
    expect(page.locator(".asked")).to_contain_text(SECRET)
    phone.press(".brand")
    expect(page.locator(".said-you")).to_contain_text(SECRET)

    end(phone, way)

    for _ in range(2):
        back(page)
        expect(page.locator("h1")).to_have_text("您好，想问点什么？")


def end(resident: Resident, way: str) -> None:
    resident.page.fill("#question", "结束" if way == "word" else "写了一半的话")
    resident.press("button.send" if way == "word" else ".end button")
    expect(resident.page.locator(".exchange")).to_have_count(0)
    expect(resident.page.locator("h1")).to_have_text("您好，想问点什么？")
    expect(resident.page.locator("#question")).to_have_value("")


def back(page: Page) -> None:
    """Go back; what answered a form is not shown again, and a closed receipt leads elsewhere."""
    with suppress(Error):
        page.go_back()


def test_two_residents_see_nothing_of_each_other(visit):
    """Two phones at the same time: each shows its own conversation."""
    one, other = (Resident(visit("/", **PHONE), touch=True) for _ in range(2))
    one.ask("尤克里里怎么调弦", "unmet")
    other.ask("集邮册发黄了怎么办", "unmet")

    for somebody, theirs, foreign in ((one, "尤克里里", "集邮册"), (other, "集邮册", "尤克里里")):
        somebody.page.reload()
        expect(somebody.page.locator(".said-you")).to_have_count(1)
        assert theirs in somebody.page.content()
        assert foreign not in somebody.page.content()


def test_the_large_pages_stay_large_until_switched_back(resident):
    """The button in the header makes every page large; pressed again, every page is as before."""
    page = resident.page

    resident.press("button:has-text('长辈版')")
    expect(page.locator("body.elder")).to_be_visible()
    resident.press("a:has-text('主题')")
    expect(page.locator("h1")).to_have_text("按主题看")
    expect(page.locator("body.elder")).to_be_visible()
    resident.press("button:has-text('标准版')")

    expect(page.locator("body:not(.elder)")).to_be_visible()
    expect(page.locator("h1")).to_have_text("按主题看")


def test_the_word_for_large_pages_opens_them(resident):
    """Asked for in the chat they are a tap away, and remembered; what was said is still there."""
    card = resident.ask("长辈版", "command")

    resident.press(card.get_by_role("link", name="打开长辈版"))

    expect(resident.page.locator("body.elder .said-you")).to_have_text("您问：长辈版")
    resident.page.goto("/privacy")
    expect(resident.page.locator("body.elder")).to_be_visible()


def test_an_answer_is_read_aloud(visit):
    """In 长辈版 a button reads conclusion and steps in Chinese, stops, and is nowhere else."""
    resident = Resident(visit("/", script=SPEAKING, **PHONE), touch=True)
    expect(resident.ask(KNOWN, "answered").locator(".speak")).to_have_count(0)
    resident.page.goto("/?view=elder")

    speak = resident.newest.locator(".speak")
    resident.press(speak)

    heard = resident.page.evaluate("window.heard")
    assert heard[0] == ["zh-CN", resident.newest.locator(".reply-head").inner_text()]
    assert len(heard) > resident.newest.locator(".steps li").count() > 3
    expect(speak).to_have_text("停下")
    resident.press(speak)
    expect(speak).to_have_text("朗读")


def test_nothing_is_asked_of_microphone_camera_or_place(visit):
    """No page of a whole conversation asks the phone for a permission."""
    resident = Resident(visit("/?view=elder", script=LISTENING, **PHONE), touch=True)
    page = resident.page
    resident.ask("地区", "command")
    resident.press(resident.ask(KNOWN, "answered").locator(".speak"))
    receipt = resident.receipt_for("恐龙有多少种")

    asked = page.evaluate("window.asked")
    for path in (f"/q/{receipt}", "/topics", "/entry/fraud/fake-police", "/privacy"):
        page.goto(path)
        asked += page.evaluate("window.asked")
    assert asked == []
