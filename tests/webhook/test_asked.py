"""The receipt's page: details, whether it helped, opening again; guesses are stopped."""

import re

import pytest

from knowledge.demands.askers import DETAILS_AT_MOST
from tests.conftest import an_entry
from tests.webhook.conftest import ASKED, Browser
from webhook.limits import GUESSES, GUESSES_OF_ADDRESS


def answer(parts):
    demand = parts.demands.most_asked()[0]
    entry = an_entry("service/quantum", question=ASKED, conclusion="还买不到。")
    draft = parts.review.begin(entry, author="王芳", demand_id=demand.id)
    parts.review.submit(draft, version=1)
    parts.review.approve(draft, reviewer="李强", version=2)
    parts.library.announce()


def test_details_are_added_masked_and_once(browser, parts):
    """A form sent twice adds once; personal data does not come in by this door either."""
    code = browser.receipt()
    for _ in range(2):
        page = browser.send(code, "details", text="我要买两台，打13812345678").text

    assert page.count("我要买两台，打［电话］") == 1
    assert "加上了" in page
    demand = parts.demands.most_asked()[0]
    assert [one.words for one in parts.demands.details(demand.id)] == ["我要买两台，打［电话］"]


def test_another_asker_does_not_read_them(browser, app):
    """The question is shared, what one of its askers wrote besides is not."""
    code, other = browser.receipt(), Browser(app).receipt()
    browser.send(code, "details", text="我家在山上")

    page = Browser(app).client.get(f"/q/{other}").text

    assert ASKED in page
    assert "我家在山上" not in page


@pytest.mark.parametrize(("text", "says"), [("", "还没有写字"), ("长" * 600, "前面这些加上了")])
def test_too_little_and_too_much_are_told(browser, text, says):
    """A sentence, and nothing lost that fits."""
    assert says in browser.send(browser.receipt(), "details", text=text).text


def test_an_answer_is_rated_and_opened_again(browser, parts):
    """Whoever asked says whether it helped; if not, the staff have it before them again."""
    code = browser.receipt()
    answer(parts)
    assert "还买不到。" in browser.client.get(f"/q/{code}").text

    assert "记下了" in browser.send(code, "helpful", helpful="no").text
    assert parts.feedback.ratings("service/quantum", 1).not_helpful == 1
    page = browser.send(code, "reopen", text="我问的是小的").text

    assert "重新提出来了" in page
    assert "还买不到。" in page
    (demand,) = parts.demands.most_asked()
    assert (demand.state, demand.reopened) == ("open", 1)
    assert [one.words for one in parts.demands.details(demand.id)] == ["我问的是小的"]


def test_an_open_question_is_not_opened_again(browser, parts):
    """The same form sent once more changes nothing."""
    code = browser.receipt()

    browser.send(code, "reopen", text="")

    assert parts.demands.most_asked()[0].reopened == 0


@pytest.mark.parametrize("what", ["details", "helpful", "reopen"])
def test_a_receipt_s_forms_need_their_token(browser, parts, what):
    """Another site adds nothing in a resident's name."""
    code = browser.receipt()

    assert browser.client.post(f"/q/{code}/{what}", data={"text": "x"}).status_code == 400
    assert parts.demands.details(parts.demands.most_asked()[0].id) == []


def test_who_guesses_receipts_is_stopped_for_a_while(browser, app):
    """After some that are none even a right one has to wait; others at the address read on."""
    code = browser.receipt()
    guesser = app.test_client()
    guesser.get("/")
    for number in range(GUESSES):
        assert guesser.get(f"/q/K7M3F-9QX{number % 10}{number // 10}").status_code == 404

    page = guesser.get(f"/q/{code}")

    assert page.status_code == 429
    assert "十分钟以后再查" in page.text
    assert "110" in page.text
    assert browser.client.get(f"/q/{code}").status_code == 200


def test_an_address_that_guesses_with_new_names_is_stopped_too(browser, app):
    """Without cookies, or with ever new ones, it is still one address."""
    for number in range(GUESSES_OF_ADDRESS):
        app.test_client().get(f"/q/K7M3F-9QX{number % 10}{number // 10 % 10}")

    assert browser.client.get("/q/K7M3F-9QX2D").status_code == 429


def test_receipts_guessed_in_the_chat_are_limited(browser, parts):
    """The same limit holds where receipts are typed into a conversation."""
    for number in range(GUESSES):
        browser.ask(f"K7M3F-9QX{number % 10}{number // 10}")

    assert "有点快" in browser.ask("K7M3F-9QX2D")
    assert parts.demands.most_asked() == []


def test_a_full_question_says_that_it_is_full(browser, parts):
    """Neither the page nor the chat promises what does not happen."""
    code = browser.receipt()
    for number in range(DETAILS_AT_MOST):
        browser.send(code, "details", text=f"第{number}句", id=f"form-{number}")

    assert "补充得够多了" in browser.send(code, "details", text="还有一句", id="more").text
    assert "补充得够多了" in browser.ask("补充：还有一句的啊")
    assert len(parts.demands.details(parts.demands.most_asked()[0].id)) == DETAILS_AT_MOST


def test_my_questions_lead_to_their_pages(browser):
    """Whoever lost a receipt finds the question again in their own chat."""
    code = browser.receipt()

    page = browser.ask("我的问题")
    path = re.search(r'href="https://ask.example.org(/mine/[^"]+)"', page)[1]

    assert f"/q/{code}" in browser.client.get(path).text
    assert browser.client.get("/mine/no-such").status_code == 404


def test_a_receipt_in_the_chat_shows_the_answer(browser, parts):
    """Before there is one its state; afterwards the answer itself, and 我的问题 leads to it."""
    code = browser.receipt()
    assert "已经记下" in browser.ask(code)
    answer(parts)

    assert "还买不到。" in browser.ask(code.lower())
    mine = browser.ask("我的问题")
    assert "有答案了" in mine
    assert "还买不到。" in browser.ask("1")
