"""Doors: the ways by which a resident's message comes in: the engine, our page, WeChat."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol
from xml.etree import ElementTree as ET

from flask import Flask
from flask.testing import FlaskClient

from bot.message import Kind, Message
from tests.conftest import Clock
from webhook.channels.wechat_crypto import signature
from webhook.inbox import Inbox

TOKEN = "a-token-of-the-tests"
RECEIPT = re.compile("/q/([0-9A-Z]{5}-[0-9A-Z]{5})")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of one resident; the same number again is the same message."""

    who: str
    number: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a resident gets; None is what a platform does not show."""

    text: str
    outcome: str | None = None
    entry: str | None = None
    options: int | None = None
    receipt: str | None = None


class Door(Protocol):
    """One way to the bot, opened anew after a restart; people keep their cookies."""

    def open(self, app: Flask) -> None: ...
    def hear(self, said: Said) -> Heard: ...


@dataclass(slots=True)
class Engine:
    region: str = ""
    inbox: Inbox = field(init=False)

    def open(self, app: Flask) -> None:
        self.inbox = app.extensions["inbox"]

    def hear(self, said: Said) -> Heard:
        message = Message("engine", f"m{said.number}", said.who, said.text, Kind(said.kind))
        reply = self.inbox.answer(replace(message, region=self.region or None))
        links = [(link.label, link.url) for link in reply.links]
        return Heard(
            _read(reply.text, links),
            reply.outcome,
            reply.entry_id or "",
            len(reply.options),
            reply.receipt or "",
        )


@dataclass(slots=True)
class WebChatPage:
    """The chat page, each resident in a browser of their own."""

    app: Flask = field(init=False)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def open(self, app: Flask) -> None:
        before = self.browsers
        self.browsers = {who: app.test_client() for who in before}
        for who, browser in before.items():
            if cookie := browser.get_cookie("askscience"):
                self.browsers[who].set_cookie("askscience", cookie.value)
        self.app = app

    def hear(self, said: Said) -> Heard:
        who = said.who
        browser = self.browsers.setdefault(who, self.app.test_client())
        if browser.get_cookie("askscience") is None:
            page = browser.get("/").text
            self.tokens[who] = page.split('name="csrf_token" value="')[1].split('"')[0]
        sent = {"id": f"message-{said.number}", "text": said.text}
        answer = browser.post(
            "/inbox/webchat", json=sent, headers={"X-CSRF-Token": self.tokens[who]}
        )
        assert answer.status_code == 200
        reply = answer.get_json()["reply"]
        links = [(link["label"], link["url"]) for link in reply["links"]]
        return Heard(
            _read(reply["text"], links),
            reply["outcome"],
            reply["entry_id"] or "",
            len(reply["options"]),
            reply["receipt"] or "",
        )


@dataclass(slots=True)
class WeChatAccount:
    """An account whose pushes come in plain XML, signed."""

    platform: FlaskClient = field(init=False)
    clock: Clock = field(default_factory=Clock)

    def open(self, app: Flask) -> None:
        self.platform = app.test_client()

    def hear(self, said: Said) -> Heard:
        now, nonce = int(self.clock().timestamp()), f"{said.number:06}"
        query = {"timestamp": now, "nonce": nonce, "signature": signature(TOKEN, str(now), nonce)}
        openid = sha256(said.who.encode()).hexdigest()[:28]
        content = {
            "text": f"<MsgType>text</MsgType><Content><![CDATA[{said.text}]]></Content>",
            "voice": "<MsgType>voice</MsgType><MediaId>1</MediaId>",
            "other": "<MsgType>image</MsgType><PicUrl>https://a.example/1</PicUrl>",
            "arrived": "<MsgType>event</MsgType><Event>subscribe</Event><EventKey></EventKey>",
        }[said.kind]
        push = (
            f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{now + said.number}</CreateTime><MsgId>{said.number}</MsgId>"
            f"{content}</xml>"
        )
        answer = self.platform.post(
            "/inbox/gzh", data=push.encode(), query_string=query, content_type="text/xml"
        )
        assert answer.status_code == 200
        text = ET.fromstring(answer.text).findtext("Content") or ""  # noqa: S314  # our own output
        assert len(text.encode()) <= 2048
        code = RECEIPT.search(text)
        return Heard(text, receipt=code[1] if code else "")


def _read(text: str, links: Sequence[tuple[str, str]]) -> str:
    return "\n".join((text, *(f"{label}：{url}" for label, url in links)))
