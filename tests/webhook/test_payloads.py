"""Hostile words: what a resident writes stands on every page and in every reply as words."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from knowledge.entries.entry import WasteItem, waste_entry
from knowledge.people import People, Role
from knowledge.residents.privacy import mask
from tests.conftest import SECRET, Clock, an_entry
from tests.payloads import (
    PAYLOADS,
    SENT,
    SHOWN,
    Browser,
    Element,
    Sight,
    Tree,
    asked,
    inert,
    seen,
    sound,
)
from webhook import create_app
from webhook.channels.wechat import NO_XML
from webhook.channels.wechat_crypto import signature
from webhook.parts import Parts, assemble
from webhook.settings import ChannelSettings, Settings
from webhook.voice import Voice

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
HARMLESS = "二手钢琴多少钱"
NOISE = "。。。。"  # as harmless, and no question
THING = "干电池盒盒是什么垃圾"  # its reply quotes a thing, and offers another
TIDE = ("涨潮退潮", "潮水涨落", "大潮小潮", "潮起潮落")  # like nothing that is asked here
PASSWORD = "correct-horse-battery"
HTML = {"Accept": "text/html"}


@dataclass(frozen=True)
class World:
    """A service, its staff, and what its pages are like when nobody means harm."""

    parts: Parts
    app: Flask
    clock: Clock

    @cached_property
    def staff(self) -> Browser:
        """Return the browser of somebody who has signed in."""
        self.parts.people.add("陈工", PASSWORD, [Role.STAFF])
        desk = self.browser()
        desk.form("/console/sign-in", name="陈工", password=PASSWORD)
        return desk

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def push(self, words: str, number: int, sender: str) -> TestResponse:
        """Send a message as WeChat does."""
        moment = str(int(self.clock().timestamp()))
        query = {"signature": signature("AAAAA", moment, "n"), "timestamp": moment, "nonce": "n"}
        body = (
            f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{sender}</FromUserName>"
            f"<CreateTime>{moment}</CreateTime><MsgType>text</MsgType>"
            f"<Content>{words}</Content><MsgId>{number}</MsgId></xml>"
        )
        options = {"query_string": query, "content_type": "text/xml"}
        return sound(self.app.test_client().post("/inbox/gzh", data=body.encode(), **options))

    @cached_property
    def known(self) -> dict[str, set[Element]]:
        """Return, by page, every element that harmless words bring with them."""
        found: dict[str, set[Element]] = {}
        ways = (chat(self, HARMLESS), chat(self, NOISE), chat(self, THING))
        others = (written(self, HARMLESS), journey(self, HARMLESS))
        for sight in itertools.chain(*ways, *others):
            found.setdefault(sight.where, set()).update(sight.tree.elements)
        return found


@pytest.fixture(scope="module")
def world(voice: Voice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    clock, folder = Clock(), tmp_path_factory.mktemp("payloads")
    wechat = ChannelSettings(platform="wechat", token="AAAAA", app_id="wx1", app_secret="s")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'test.db'}",
        secret_key=SECRET,
        public_url="http://127.0.0.1:8000",
        limit_resident=0,
        limit_address=0,
        channels={"gzh": wechat},
    )
    parts = assemble(settings, voice=replace(voice, sense=None), clock=clock)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    parts = replace(parts, people=People(parts.database, clock, hasher))
    parts.database.upgrade()
    battery = waste_entry("干电池", (), WasteItem("其他垃圾", "不含汞。", source="国标"))
    parts.entries.load([an_entry("service/tide", question="潮汐", phrasings=TIDE), battery])
    parts.library.refresh()
    yield World(parts, create_app(parts), clock)
    parts.database.close()


def chat(world: World, words: str) -> Iterator[Sight]:
    """Ask in every way the chat has, and see the page, the piece of it and the history."""
    browser = world.browser()
    yield Sight("chat", browser.form("/", text=words).text, words)
    yield Sight("chat", browser.post(words, **HTML).text, words)
    yield Sight("chat", browser.post(words, again=True, **HTML).text, words)
    yield Sight("chat", browser.page("/"), mask(words))


def written(world: World, words: str) -> Iterator[Sight]:
    """See what was begun and not sent, from a link or a form that came too late."""
    yield Sight("written", world.browser().page("/", draft=words), words)
    late = world.app.test_client().post("/", data={"text": words})
    yield Sight("written", sound(late).text, words)


def journey(world: World, words: str) -> Iterator[Sight]:
    """Ask in vain, and see every page where the question and what is added to it comes back."""
    browser, kept = world.browser(), mask(words)
    world.clock.pass_by(seconds=1)  # the newest demand is on the console's first page
    reply = browser.post(words).json["reply"]
    assert reply["outcome"] == "unmet"
    yield Sight("person", browser.post("人工", **HTML).text, kept[:SHOWN])
    mine = browser.post("我的问题", **HTML).text
    yield Sight("mine", mine, kept[:SHOWN])
    yield Sight("mine page", browser.page(re.search(r"/mine/[\w-]+", mine)[0]), kept)
    yield from of_receipt(world, browser, reply["receipt"], words)
    yield Sight("export", browser.page(browser.export()), kept)


def of_receipt(world: World, browser: Browser, receipt: str, words: str) -> Iterator[Sight]:
    """See what a receipt leads to, before and after staff have declined, twice."""
    page, demands = f"/q/{receipt}", world.parts.demands
    yield Sight("receipt", browser.page(page), mask(words))
    browser.form(f"{page}/details", text=f"另外{words}")
    yield Sight("added", browser.page(page), mask(f"另外{words}"))
    found = demands.by_receipt(world.parts.receipts.digest(receipt) or "")
    assert found
    demand = found[0].id
    yield from at_desk(world.staff, demand, mask(words))
    demands.decline(demand, reason=f"因为{words}", by="陈工")
    yield Sight("declined", browser.page(page), f"因为{words}")
    yield Sight("settled", world.staff.page(f"/console/demands/{demand}"), f"因为{words}")
    browser.form(f"{page}/reopen", text=f"还有{words}")
    yield Sight("reopened", browser.page(page), mask(f"还有{words}"))
    demands.decline(demand, reason="不能答", by="陈工")


def at_desk(staff: Browser, demand_id: int, words: str) -> Iterator[Sight]:
    """See the demand as those do who have to answer it."""
    for search in ("潮汐", words):  # what is found can have the question as a phrasing
        yield Sight("demand", staff.page(f"/console/demands/{demand_id}", words=search), words)
    yield Sight("draft", staff.page("/console/drafts/new", demand=str(demand_id)), words)
    yield Sight("demands", staff.page("/console/demands"), words)


def content(response: TestResponse) -> str:
    """Return what a WeChat reply says; it is one text and nothing else."""
    fields = list(ET.fromstring(response.get_data()))  # noqa: S314  # our own output
    names = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert [field.tag for field in fields] == names
    assert not any(len(field) for field in fields)
    assert fields[3].text == "text"
    return seen(fields[4].text or "")


@pytest.mark.parametrize("name", SENT)
def test_a_question_stands_as_words_wherever_it_comes_back(world, name):
    """Replies, receipt, additions, console and export show it whole, and as text alone."""
    for sight in journey(world, asked(name)):
        inert(sight, world.known[sight.where])


@pytest.mark.parametrize("name", SENT)
def test_the_payload_alone_stands_as_words_in_the_chat(world, name):
    """Without a question around it: on the page, in the piece chat.js gets, in the history."""
    for sight in chat(world, PAYLOADS[name]):
        inert(sight, world.known["chat"])


@pytest.mark.parametrize("name", SENT)
def test_a_thing_to_throw_away_stands_as_words_in_the_chat(world, name):
    """A reply may quote what is not in the table of waste items."""
    words = f"{PAYLOADS[name]}{THING}"
    inert(Sight("", world.browser().post(words, **HTML).text, words), world.known["chat"])


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_is_not_sent_yet_stands_as_words_in_the_field(world, name):
    """From a link with a draft, and from a form without its token."""
    for sight in written(world, PAYLOADS[name]):
        inert(sight, world.known["written"])


@pytest.mark.parametrize("name", sorted(PAYLOADS.keys() - SENT))
def test_a_nul_is_refused_and_kept_out(world, name):
    """A question with it is not taken; an addition is, without it."""
    browser, words = world.browser(), PAYLOADS[name]
    receipt = browser.post(asked("script") + name).json["reply"]["receipt"]
    browser.form(f"/q/{receipt}/details", text=words)

    assert browser.post(words).status_code == 400
    refused = browser.form("/", text=words)
    assert refused.status_code == 400
    assert Tree(refused.text, words).elements <= world.known["written"]
    inert(Sight("", browser.page(f"/q/{receipt}"), words.replace("\0", "")), world.known["added"])


@pytest.mark.parametrize("name", SENT)
def test_replies_quote_a_question_as_it_was_written(world, name):
    """No place of our own sentences is filled in it, at once, on a retry and in the copy."""
    browser, words = world.browser(), asked(name, "东")
    receipt, kept = browser.post(words).json["reply"]["receipt"], mask(words)
    labels = []

    for order in ("人工", "我的问题", receipt):
        reply = browser.post(order).json["reply"]
        assert seen(kept[:SHOWN]) in seen(reply["text"])
        assert browser.post(order, again=True).json["reply"] == reply
        labels.append([link["label"] for link in reply["links"]])

    assert seen(kept) in seen(reply["text"])
    assert labels == [["拨打 12345", "看进展"], ["一条一条打开（十分钟内）"], ["看进展"]]
    copy = sound(browser.client.get(f"{browser.export()}.json"))
    assert copy.json["messages"][0]["words"] == kept
    assert "hit" not in copy.headers["Content-Disposition"]


@pytest.mark.parametrize("name", [name for name in SENT if TURNING.search(PAYLOADS[name])])
def test_no_mark_turns_round_what_stands_behind_a_question(world, name):
    """A reply that quotes a question leaves none of its marks open, on any platform."""
    browser = world.browser()
    receipt = browser.post(asked(name, "西")).json["reply"]["receipt"]

    for order in ("人工", "我的问题", receipt):
        for line in browser.post(order).json["reply"]["text"].splitlines():
            assert len(re.findall("[\u202a\u202b\u202d\u202e]", line)) <= line.count("\u202c")
            assert len(re.findall("[\u2066-\u2068]", line)) <= line.count("\u2069")


@pytest.mark.parametrize("name", PAYLOADS)
def test_wechat_replies_are_one_text(world, name):
    """Well-formed XML with one Content, in which the question stands as it was written."""
    words = NO_XML.sub("", "\n".join(asked(name, "南").splitlines()))
    first = content(world.push(escape(words), 1, name))
    receipt = re.search("回执：([0-9A-Z-]{11})", first)
    assert receipt

    for number, order in enumerate(("人工", "我的问题", receipt[1]), 2):
        reply = content(world.push(order, number, name))
        assert seen(mask(words)[:SHOWN]) in reply

    assert seen(mask(words)) in reply
    unescaped = world.push(f"<![CDATA[{PAYLOADS[name]}]]>", 9, name)
    assert unescaped.status_code == 400 or content(unescaped)


def addresses(words: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return every address a stranger can put words into."""
    for path in ("/q/", "/entry/", "/topics/", "/export/", "/console/", "/inbox/", "/static/"):
        yield path + quote(words, safe=""), {}
    yield "/q", {"receipt": words}
    yield "/", {"view": words}
    yield "/entry/service/tide", {"region": words, "v": words}
    yield "/console/entries", {"words": words, "unconfirmed": words}


@pytest.mark.parametrize("name", PAYLOADS)
def test_words_in_an_address_do_nothing(world, name):
    """Any page, by any address: no breakdown, no header, no way to another site."""
    origin = {"X-Forwarded-For": name}
    for path, query in addresses(PAYLOADS[name]):
        sound(world.staff.client.get(path, query_string=query, headers=origin))


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_way_back_from_large_letters_leads_to_ourselves(world, name):
    """Whatever the form says: a page of our own, or the first one."""
    browser, words = world.browser(), PAYLOADS[name]

    assert browser.form("/view", view=words, back=words).status_code == 302
    assert browser.form("/view", view=words, back=f"/{words}").status_code == 302
