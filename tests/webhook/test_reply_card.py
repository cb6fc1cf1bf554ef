"""One exchange as the chat shows it: what stands on a button is not said twice."""

import re

import pytest
from flask import Flask, render_template

from bot.message import Link, Option, Outcome, Reply
from webhook import assets

OPTIONS = (Option("a", "什么是“安全账户”"), Option("b", "屏幕共享为什么危险"))
ANSWER = """先挂电话，一分钱都不转。

1. 挂断电话。
2. 打 96110 问一问。

来源：公安部《防骗手册》（2025-06-18）
随软件提供，本单位还没核对过。

接着看，回复编号：
1. 什么是“安全账户”
2. 屏幕共享为什么危险

这个答案帮到您了吗？回复“有用”或“没用”。"""
OFFER = """您想问的是哪一个？请回复编号：
1. 什么是“安全账户”
2. 屏幕共享为什么危险
都不是，就回复“都不是”。"""
RECEIPT = "K7M3F-9QX2D"
UNMET = f"""这个问题还没有审核过的答案，我不乱答。
您的回执：{RECEIPT}
凭它随时看进展：https://ask.example.org/q/{RECEIPT}"""


class Exchange:
    def __init__(self, question, reply):
        self.question, self.reply = question, reply


@pytest.fixture
def card():
    app = Flask("webhook")
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    assets.register(app)

    def card(reply, question="问一声", *, live=True, elder=False):
        exchange = Exchange(question, reply)
        with app.test_request_context():
            return render_template("_exchange.html", exchange=exchange, live=live, elder=elder)

    return card


def buttons(html):
    return re.findall(r'<button[^>]* name="text" value="([^"]*)"', html)


def words(html):
    return re.sub(r"<[^>]*>", "", html)


def test_an_answer_has_its_steps_as_a_list_and_its_next_words_as_buttons(card):
    """Choices and 有用 / 没用 are a tap away and not written out besides."""
    html = card(Reply(Outcome.ANSWERED, ANSWER, options=OPTIONS))

    assert buttons(html) == ["1", "2", "有用", "没用"]
    assert html.count("<ol") == html.count("</ol>") == 1
    assert "<span>挂断电话。</span>" in html
    assert words(html).count("屏幕共享为什么危险") == 1
    assert "相关的问题" in html
    assert "接着看" not in html
    assert "这个答案" not in html


def test_an_older_answer_has_no_buttons(card):
    """Its numbers would mean other choices by now."""
    html = card(Reply(Outcome.ANSWERED, ANSWER, options=OPTIONS), live=False)

    assert buttons(html) == []
    assert "先挂电话" in html
    assert "接着看" not in html
    assert "屏幕共享" not in html


def test_an_answer_without_the_question_about_it_is_not_asked_about(card):
    """有用 / 没用 are there where the text asks, and nowhere else."""
    html = card(Reply(Outcome.ANSWERED, "先挂电话。"))

    assert buttons(html) == []


def test_choices_are_numbered_buttons_and_none_of_these(card):
    """Whoever cannot type chooses by a tap; the older card keeps its lines."""
    reply = Reply(Outcome.OFFERED, OFFER, options=OPTIONS)

    assert buttons(card(reply)) == ["1", "2", "都不是"]
    assert words(card(reply)).count("屏幕共享为什么危险") == 1
    assert buttons(card(reply, live=False)) == []
    assert "屏幕共享为什么危险" in card(reply, live=False)


def test_an_unmet_question_has_its_ticket_and_a_way_on(card):
    """The receipt stands out once, with links to its page, and a person is a tap away."""
    links = (Link("看进展", f"https://ask.example.org/q/{RECEIPT}"),)
    html = card(Reply(Outcome.UNMET, UNMET, receipt=RECEIPT, links=links))

    assert words(html).count(RECEIPT) == 1
    assert f'href="/q/{RECEIPT}"' in html
    assert f'href="/q/{RECEIPT}#details"' in html
    assert buttons(html) == ["人工"]


def test_numbers_to_call_are_buttons_that_dial(card):
    """A danger card is dialled from; only addresses we know how to open are links."""
    links = (Link("拨打 110", "tel:110"), Link("坏", "javascript:alert(1)"), Link("坏", "//x.test"))
    html = card(Reply(Outcome.URGENT, "先挂断电话。", links=links))

    assert re.search(r'<a class="[^"]*weui-btn_warn[^"]*" href="tel:110"', html)
    assert "javascript:" not in html
    assert "x.test" not in html
    assert "危险先行" in html


def test_what_a_resident_wrote_is_text(card):
    """chat.js puts the fragment into the page as it is: the server has escaped it."""
    reply = Reply(Outcome.CHAT, "<b>您好</b>\n1. <i>一</i>", options=())
    html = card(reply, question="<script>alert(1)</script>")

    assert "<script" not in html
    assert "<b>您好" not in html
    assert "<i>一" not in html
    assert "&lt;script&gt;" in html


def test_only_elders_are_offered_to_be_read_to(card):
    """The button is in 长辈版; what it reads is the answer, not its sources."""
    reply = Reply(Outcome.ANSWERED, ANSWER, options=OPTIONS)
    html = card(reply, elder=True)

    assert "data-speak " in html
    assert "data-speak " not in card(reply)
    assert len(re.findall("data-spoken", html)) == 3
