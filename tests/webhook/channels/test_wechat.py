"""The WeChat channel: what it believes, what it reads, what a resident sees of a reply."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from flask import Flask, Request, Response
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply

from bot.message import Kind, Link, Message, Outcome, Reply
from webhook.channels import BadSignature, Channel, Malformed, Rejected, Stale, WrongType
from webhook.channels.wechat import LIMIT, URL, Account, WeChat, cut, fitted
from webhook.channels.wechat_crypto import document, key_from, same, seal, signature, unseal

TOKEN = "a-token-of-the-tests"
APP_ID = "wx5823bf96d3bd56c7"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OLD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
STRANGE_KEY = "Z" * 43
NOW = 1_790_000_000
NONCE = "415670741"
PUBLIC_URL = "https://kepu.example.org"
RANDOM = b"0123456789abcdef"
OPENID = "oDF3iY9ffA-hqb2vVvbr7qxf6A0Q"
HELLO = f"""<xml>
<ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>
<FromUserName><![CDATA[{OPENID}]]></FromUserName>
<CreateTime>1348831860</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[隔夜茶能喝吗？]]></Content>
<MsgId>1234567890123456789</MsgId>
</xml>"""
ANSWER = Reply(Outcome.ANSWERED, "能喝，先看看有没有变味。", entry_id="food-medicine/old-tea")

app = Flask(__name__)


def channel(*, at: int = NOW, **settings: str) -> WeChat:
    """Build a channel in safe mode; settings change the account's."""
    return WeChat(
        "county",
        Account(
            **{
                "token": TOKEN,
                "app_id": APP_ID,
                "app_secret": "an-app-secret",
                "aes_key": KEY,
                "region": "510100",
                **settings,
            }
        ),
        pseudonym=lambda openid: f"pseudonym of {len(openid)}",
        now=lambda: datetime.fromtimestamp(at, UTC),
        public_url=PUBLIC_URL,
    )


def plaintext_channel() -> WeChat:
    return channel(aes_key="")


def get(query: object) -> Request:
    return app.test_request_context("/inbox/county", query_string=query).request


def post(body: bytes | str, query: object, content_type: str = "text/xml") -> Request:
    return app.test_request_context(
        "/inbox/county",
        method="POST",
        query_string=query,
        data=body,
        content_type=content_type,
    ).request


def query_of(timestamp: object = NOW, nonce: str = NONCE, token: str = TOKEN) -> dict[str, str]:
    """Return what stands in every URL the platform calls."""
    signed = signature(token, str(timestamp), nonce)
    return {"signature": signed, "timestamp": str(timestamp), "nonce": nonce}


def plain(body: bytes | str = HELLO, **changes: str) -> Request:
    return post(body, {**query_of(), **changes})


def envelope(encrypted: str, more: str = "") -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt>{encrypted}</Encrypt>{more}</xml>"
    )


def signed(encrypted: str, more: str = "", **changes: str) -> Request:
    """Deliver something encrypted, signed as the platform would."""
    query = query_of()
    query["encrypt_type"] = "aes"
    query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], encrypted)
    return post(envelope(encrypted, more), {**query, **changes})


def sealed(message: bytes | str = HELLO, *, key: str = KEY, app_id: str = APP_ID) -> Request:
    """Deliver a message in safe mode; what is no text, wechatpy cannot seal."""
    if isinstance(message, bytes):
        return signed(seal(message, key_from(key), app_id, random=RANDOM))
    platform = WeChatCrypto(TOKEN, key, app_id)
    return signed(element(platform.encrypt_message(message, NONCE, str(NOW)), "Encrypt"))


def element(text: str, name: str) -> str:
    found = ET.fromstring(text).findtext(name)  # noqa: S314 - our own output
    assert found is not None
    return found


def opened(response: Response, key: str = KEY) -> str:
    """Decrypt a reply as the platform does."""
    body = response.get_data(as_text=True)
    return str(
        WeChatCrypto(TOKEN, key, APP_ID).decrypt_message(
            body,
            element(body, "MsgSignature"),
            element(body, "TimeStamp"),
            element(body, "Nonce"),
        )
    )


def accepted(wechat: WeChat, request: Request) -> list[Message]:
    wechat.verify(request)
    return list(wechat.read(request))


def raw_sealed(plaintext: bytes, key: str = KEY) -> str:
    """Encrypt bytes as they are, padding and all."""
    secret = key_from(key)
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(plaintext) + encryptor.finalize()).decode()


def event(name: str, key: str | None = "", more: str = "") -> str:
    event_key = "" if key is None else f"<EventKey><![CDATA[{key}]]></EventKey>"
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{OPENID}</FromUserName>"
        f"<CreateTime>1348831861</CreateTime><MsgType>event</MsgType>"
        f"<Event><![CDATA[{name}]]></Event>{event_key}{more}</xml>"
    )


def without(name: str) -> str:
    return re.sub(f"<{name}>.*</{name}>", "", HELLO)


class TestTheOfficialVectors:
    """The figures on the platform's own documentation pages."""

    token = "AAAAA"
    key = "A" * 43
    app_id = "wxba5fad812f8e6fb9"
    encrypted = (
        "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJG"
        "QqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrf"
        "MZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgR"
        "tWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
    )
    decoy = "6c5c811b55cc85e0e1b54100749188c20beb3f5d"

    def query(self, **changes: str) -> dict[str, str]:
        return {
            "signature": self.decoy,
            "timestamp": "1714112445",
            "nonce": "415670741",
            "encrypt_type": "aes",
            "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
            **changes,
        }

    def safe(self) -> WeChat:
        return channel(at=1714112445, token=self.token, app_id=self.app_id, aes_key=self.key)

    def test_the_url_check_is_answered(self):
        """The account can be connected in the platform's settings."""
        query = {
            "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
            "timestamp": "1714036504",
            "nonce": "1514711492",
            "echostr": "4375120948345356249",
        }

        response = channel(at=1714036504, token=self.token).handshake(get(query))

        assert response.get_data() == b"4375120948345356249"

    def test_a_plaintext_message_is_believed(self):
        """The signature of a plaintext push is computed as the platform computes it."""
        query = {
            "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
            "timestamp": "1714037059",
            "nonce": "486452656",
        }
        wechat = channel(at=1714037059, token=self.token, aes_key="")

        assert accepted(wechat, post(HELLO, query))

    def test_an_encrypted_message_is_opened(self):
        """The platform's own ciphertext yields the event it was made from."""
        message, key = unseal(self.encrypted, [key_from(self.key)], self.app_id)

        assert len(message) == 167
        assert json.loads(message)["Event"] == "debug_demo"
        assert key == key_from(self.key)

    def test_an_encrypted_message_is_believed(self):
        """The signature over the ciphertext is computed as the platform computes it."""
        request = post(envelope(self.encrypted), self.query())

        self.safe().verify(request)

        with pytest.raises(Malformed):  # what is inside is JSON, which an account must not ask for
            self.safe().read(request)

    def test_the_decoy_signature_is_not_believed(self):
        """In safe mode `signature` says nothing of the body, so it must not open the door."""
        assert signature(self.token, "1714112445", "415670741") == self.decoy

        with pytest.raises(BadSignature):
            self.safe().verify(post(envelope(self.encrypted), self.query(msg_signature=self.decoy)))

    def test_a_reply_is_encrypted_and_signed(self):
        """With the platform's random bytes, our ciphertext is the platform's."""
        encrypted = seal(
            b'{"demo_resp":"good luck"}',
            key_from(self.key),
            self.app_id,
            random=b"707722b803182950",
        )

        assert encrypted == (
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        )
        assert (
            signature(self.token, "1713424427", "415670741", encrypted)
            == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
        )


class TestTheHandshake:
    """The platform's check of our URL."""

    def test_the_echo_cannot_become_a_page(self):
        """The string comes from the URL, so a browser must not take it for HTML."""
        response = channel().handshake(get({**query_of(), "echostr": "<script>alert(1)</script>"}))

        assert response.get_data() == b"<script>alert(1)</script>"
        assert response.mimetype == "text/plain"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce", "echostr"])
    def test_an_incomplete_one_is_refused(self, missing):
        """Whoever just opens the address learns nothing."""
        query = {**query_of(), "echostr": "1"}
        del query[missing]

        with pytest.raises(Malformed):
            channel().handshake(get(query))

    @pytest.mark.parametrize("echo", ["", "a b", "一", "a\r\nb", "9" * 257])
    def test_an_echo_of_another_form_is_refused(self, echo):
        """We send back what a platform sends, not what anybody writes."""
        with pytest.raises(Malformed):
            channel().handshake(get({**query_of(), "echostr": echo}))

    def test_another_token_is_refused(self):
        """Only who knows the token may connect."""
        with pytest.raises(BadSignature):
            channel().handshake(get({**query_of(token="guess"), "echostr": "1"}))

    def test_an_old_one_is_refused(self):
        """A URL found in a log is of no use later."""
        with pytest.raises(Stale):
            channel(at=NOW + 301).handshake(get({**query_of(), "echostr": "1"}))


class TestTheSignature:
    """Nothing is read that the platform did not sign just now."""

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_it_is_good_for_five_minutes(self, seconds):
        """Clocks differ a little."""
        assert accepted(channel(at=NOW + seconds), sealed())

    @pytest.mark.parametrize("seconds", [-301, 301, -(2**31), 2**31])
    def test_it_is_stale_outside_of_them(self, seconds):
        """A recorded request cannot be played again later."""
        with pytest.raises(Stale):
            channel(at=NOW + seconds).verify(sealed())

    @pytest.mark.parametrize(
        "timestamp",
        [
            "",
            "179000000",
            "17900000000",
            " 1790000000",
            "+790000000",
            "1_90000000",
            "１７９０００００００",
            "-1",
            "NaN",
        ],
    )
    def test_a_timestamp_is_ten_ascii_digits(self, timestamp):
        """The signed parts have no mark between them, so each must have one form only."""
        query = query_of(timestamp)

        with pytest.raises(Malformed):
            plaintext_channel().verify(post(HELLO, query))

    def test_digits_cannot_wander_from_the_nonce_to_the_timestamp(self):
        """Two queries may share a signature; only one of them is accepted."""
        query = query_of("1790000000", "98765432")
        spliced = {"signature": query["signature"], "timestamp": "17900000009", "nonce": "8765432"}
        assert signature(TOKEN, spliced["timestamp"], spliced["nonce"]) == spliced["signature"]

        plaintext_channel().verify(post(HELLO, query))
        with pytest.raises(Malformed):
            plaintext_channel().verify(post(HELLO, spliced))

    @pytest.mark.parametrize("nonce", ["", "a b", "é", "九", "9" * 65, "1\n"])
    def test_a_nonce_is_short_and_plain(self, nonce):
        """Nothing odd gets near the comparison."""
        with pytest.raises(Malformed):
            plaintext_channel().verify(post(HELLO, query_of(nonce=nonce)))

    @pytest.mark.parametrize(
        "given", ["", "0" * 39, "0" * 41, "G" * 40, "é" * 40, query_of()["signature"].upper()]
    )
    def test_a_signature_is_forty_hex_digits(self, given):
        """Letters beyond ASCII must not break the comparison."""
        with pytest.raises(Malformed):
            plaintext_channel().verify(plain(signature=given))

    def test_letters_beyond_ascii_are_compared_too(self):
        """The comparison itself refuses no text."""
        assert same("é一", "é一")
        assert not same("é一", "é二")

    @pytest.mark.parametrize("at", [0, 20, 39])
    def test_one_wrong_digit_is_enough_to_refuse(self, at):
        """All of the signature counts, and the last digit as much as the first."""
        good = query_of()["signature"]
        bad = good[:at] + ("0" if good[at] != "0" else "1") + good[at + 1 :]

        with pytest.raises(BadSignature):
            plaintext_channel().verify(plain(signature=bad))

    @pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "anything"])
    def test_a_parameter_given_twice_is_refused(self, name):
        """Two readers of one query could each take another value."""
        query = [*query_of().items(), ("anything", "1"), (name, "1")]

        with pytest.raises(Malformed):
            plaintext_channel().verify(post(HELLO, urlencode(query)))

    @pytest.mark.parametrize("type_", ["text/xml; charset=utf-8", "application/xml", "TEXT/XML"])
    def test_xml_is_accepted(self, type_):
        """The platform says text/xml; its simulators say the other."""
        plaintext_channel().verify(post(HELLO, query_of(), type_))

    @pytest.mark.parametrize(
        "type_", ["", "text/plain", "application/json", "application/x-www-form-urlencoded"]
    )
    def test_no_other_content_type_is_accepted(self, type_):
        """A form on somebody's page cannot send text/xml."""
        with pytest.raises(WrongType):
            plaintext_channel().verify(post(HELLO, query_of(), type_))


class TestSafeMode:
    """With a key, only what was encrypted with it is heard."""

    def test_what_the_platform_encrypts_is_read(self):
        """wechatpy, which stands for the platform, is understood."""
        assert accepted(channel(), sealed())[0].text == "隔夜茶能喝吗？"

    def test_plaintext_is_refused_where_a_key_is_set(self):
        """Its signature leaves the body open: with one leaked URL anybody speaks for anybody."""
        for request in (plain(), plain(encrypt_type="raw"), plain(encrypt_type="AES")):
            with pytest.raises(BadSignature):
                channel().verify(request)

    def test_in_compatibility_mode_only_the_encrypted_part_is_read(self):
        """Whoever adds a plaintext beside it is not heard."""
        encrypted = seal(HELLO.encode(), key_from(KEY), APP_ID, random=RANDOM)
        forged = (
            "<FromUserName>o_other</FromUserName><MsgType>text</MsgType><Content>假的</Content>"
            "<CreateTime>1</CreateTime><MsgId>1</MsgId>"
        )

        message = accepted(channel(), signed(encrypted, forged))[0]

        assert (message.address, message.text) == (OPENID, "隔夜茶能喝吗？")

    def test_encryption_without_a_key_of_ours_is_refused(self):
        """A half-configured account says so at once."""
        with pytest.raises(Malformed):
            plaintext_channel().verify(sealed())

    def test_a_message_without_its_own_signature_is_refused(self):
        """The URL's signature does not stand in for it."""
        query = {**query_of(), "encrypt_type": "aes"}
        encrypted = seal(HELLO.encode(), key_from(KEY), APP_ID, random=RANDOM)

        with pytest.raises(Malformed):
            channel().verify(post(envelope(encrypted), query))

    def test_a_ciphertext_changed_on_the_way_is_refused(self):
        """The signature covers every letter of it."""
        encrypted = seal(HELLO.encode(), key_from(KEY), APP_ID, random=RANDOM)
        good = signature(TOKEN, str(NOW), NONCE, encrypted)
        changed = ("A" if encrypted[0] != "A" else "B") + encrypted[1:]

        with pytest.raises(BadSignature):
            channel().verify(signed(changed, msg_signature=good))

    def test_another_accounts_message_is_refused(self):
        """Two accounts that share a token and a key are still two accounts."""
        with pytest.raises(BadSignature):
            channel().verify(sealed(app_id="wx_of_somebody_else"))

    def test_a_body_without_the_encrypted_part_is_refused(self):
        """There is nothing to check, so there is nothing to read."""
        query = {**query_of(), "encrypt_type": "aes", "msg_signature": "0" * 40}

        with pytest.raises(Malformed):
            channel().verify(post(HELLO, query))

    @pytest.mark.parametrize(
        "encrypted", ["", "A", "AAAA", "A" * 42 + "!=", "一", "A" * 22 + "==", "====", "AA==AAAA"]
    )
    def test_what_is_not_whole_blocks_in_base64_is_refused(self, encrypted):
        """Decoders that skip junk would see a message where there is none."""
        with pytest.raises(BadSignature):
            channel().verify(signed(encrypted))

    def test_junk_between_the_letters_is_refused(self):
        """The same ciphertext has one spelling only."""
        encrypted = seal(HELLO.encode(), key_from(KEY), APP_ID, random=RANDOM)

        for junk in ("\n", " ", "!", "-"):
            with pytest.raises(BadSignature):
                unseal(encrypted[:8] + junk + encrypted[8:], [key_from(KEY)], APP_ID)

    @pytest.mark.parametrize(
        "padding",
        [
            b"\x00" * 12,
            b"\x0c" * 11 + b"\x0d",
            b"\x0b" + b"\x0c" * 11,
            b"\x0c" * 5 + b"\x00" + b"\x0c" * 6,
            b"\x00" * 11 + b"\x21",
            b"\xff" * 12,
            b"\x2c" * 44,
        ],
        ids=["zeros", "last", "first", "middle", "too-long", "ff", "two-blocks"],
    )
    def test_every_byte_of_the_padding_is_checked(self, padding):
        """What is not padded as the platform pads was not made by it."""
        plaintext = RANDOM + b"\x00\x00\x00\x0e" + b"<xml>...</xml>" + APP_ID.encode()
        assert len(plaintext) % 32 == 20
        assert unseal(raw_sealed(plaintext + b"\x0c" * 12), [key_from(KEY)], APP_ID)

        with pytest.raises(BadSignature):
            unseal(raw_sealed(plaintext + padding), [key_from(KEY)], APP_ID)

    def test_a_full_block_of_padding_is_taken_off(self):
        """A message that fills its blocks is followed by 32 bytes of padding."""
        message = b"x" * (64 - 20 - len(APP_ID))

        encrypted = seal(message, key_from(KEY), APP_ID, random=RANDOM)

        assert len(base64.b64decode(encrypted)) == 96
        assert unseal(encrypted, [key_from(KEY)], APP_ID)[0] == message

    @pytest.mark.parametrize("length", [0, 13, 15, 2**31, 2**32 - 1])
    def test_a_false_length_is_refused(self, length):
        """Neither a part of the message nor the app id behind it passes for the message."""
        frame = RANDOM + length.to_bytes(4, "big") + b"<xml>...</xml>" + APP_ID.encode()

        for receiver in (APP_ID, ""):
            with pytest.raises(BadSignature):
                unseal(raw_sealed(frame + b"\x0c" * 12), [key_from(KEY)], receiver)

    def test_a_frame_too_short_for_a_length_is_refused(self):
        """An empty plaintext is no message."""
        with pytest.raises(BadSignature):
            unseal(raw_sealed(b"\x20" * 32), [key_from(KEY)], "")

    def test_all_failures_to_open_look_alike(self):
        """Nobody can learn about the key by trying."""
        frame = RANDOM + b"\x00\x00\x00\x0e" + b"<xml>...</xml>"
        attempts = [
            raw_sealed(frame + APP_ID.encode() + b"\x00" * 12),
            raw_sealed(frame + b"wx" + b"\x1c" * 28),
            raw_sealed(frame + APP_ID.encode() + b"\x0c" * 12, key=STRANGE_KEY),
        ]

        reasons = set()
        for attempt in attempts:
            with pytest.raises(BadSignature) as refused:
                channel().verify(signed(attempt))
            reasons.add(str(refused.value))

        assert len(reasons) == 1


class TestKeyRotation:
    """While a key is changed, the platform may still use the one before."""

    def test_both_keys_open(self):
        """No message is lost on the day of the change."""
        wechat = channel(aes_key=KEY, aes_key_previous=OLD_KEY)

        for key in (KEY, OLD_KEY):
            assert accepted(wechat, sealed(key=key))[0].text == "隔夜茶能喝吗？"

    def test_a_third_key_opens_nothing(self):
        """A key that was taken out is out."""
        with pytest.raises(BadSignature):
            channel(aes_key_previous=OLD_KEY).verify(sealed(key=STRANGE_KEY))

    def test_the_reply_comes_with_the_key_of_the_question(self):
        """The platform can open what we answer."""
        wechat = channel(aes_key=KEY, aes_key_previous=OLD_KEY)
        request = sealed(key=OLD_KEY)

        response = wechat.respond(request, [(accepted(wechat, request)[0], ANSWER)])

        assert ANSWER.text in opened(response, OLD_KEY)
        with pytest.raises(BadSignature):
            unseal(element(response.get_data(as_text=True), "Encrypt"), [key_from(KEY)], APP_ID)


class TestXml:
    """Bytes become fields, or are refused; nothing in between."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"hello",
            b'{"MsgType": "text"}',
            HELLO.encode()[:-1],
            HELLO.encode() + b"<xml/>",
            HELLO.replace("xml>", "html>").encode(),
            b'<!DOCTYPE xml [<!ENTITY a "b">]>' + HELLO.encode(),
            b'<!DOCTYPE xml SYSTEM "file:///etc/passwd">' + HELLO.encode(),
            HELLO.replace("隔夜茶能喝吗？", "]]>&a;<![CDATA[").encode(),
            HELLO.replace("</xml>", "<MsgId>2</MsgId></xml>").encode(),
            HELLO.replace("</xml>", "<Other/><Other/></xml>").encode(),
            HELLO.replace("隔夜茶", "a\0b").encode(),
            HELLO.replace("<MsgId>", "&#0;<MsgId>").encode(),
            HELLO.encode().replace("隔".encode(), b"\xff\xfe"),
            HELLO.encode().replace("隔".encode(), b"\xed\xa0\x80"),
            HELLO.encode("gbk"),
            b'<?xml version="1.0" encoding="gbk"?>' + HELLO.encode("gbk"),
            HELLO.encode("utf-16"),
            without("Content").encode("utf-16-le"),
            without("Content").encode("utf-16-be"),
            b"<xml>" + b"<a>" * 100_000,
            HELLO.replace("<MsgId>", "<A><B><C><D><E><F/></E></D></C></B></A><MsgId>").encode(),
        ],
    )
    @pytest.mark.parametrize("mode", [plain, sealed])
    def test_what_the_platform_would_not_send_is_refused(self, body, mode):
        """Doubles, document types, NUL and broken text end in one and the same refusal."""
        wechat = plaintext_channel() if mode is plain else channel()

        with pytest.raises(Malformed):
            accepted(wechat, mode(body))

    @pytest.mark.parametrize(
        "body",
        [b"", b"\0", b"<xml>", envelope("a").encode() + b"\0", b"<xml><Encrypt/><Encrypt/></xml>"],
    )
    def test_the_envelope_is_read_as_strictly(self, body):
        """It comes from anybody: it is read before the signature can be checked."""
        query = {**query_of(), "encrypt_type": "aes", "msg_signature": "0" * 40}

        with pytest.raises(Malformed):
            channel().verify(post(body, query))

    @pytest.mark.parametrize(
        "name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"]
    )
    def test_a_message_that_lacks_a_field_is_refused(self, name):
        """Half a message has no half answer; neither has one whose field is not text."""
        for body in (without(name), HELLO.replace(f"<{name}>", f"<{name}><a/>")):
            with pytest.raises(Malformed):
                accepted(plaintext_channel(), plain(body))

    @pytest.mark.parametrize("openid", ["", "a b", "张三", "o" * 65, "o\n"])
    def test_an_openid_of_another_form_is_refused(self, openid):
        """What goes into the address of a reply is short and visible."""
        with pytest.raises(Malformed):
            accepted(plaintext_channel(), plain(HELLO.replace(OPENID, openid)))

    @pytest.mark.parametrize(
        "text", ["a]]]]><![CDATA[>b", "😀 e\u0301 \u202e<b>&amp;", "", "  两端有空格 \n"]
    )
    def test_a_residents_words_arrive_as_written(self, text):
        """Nothing is trimmed or unescaped twice."""
        body = HELLO.replace("隔夜茶能喝吗？", text)

        message = accepted(channel(), sealed(body))[0]

        assert message.text == text.replace("]]]]><![CDATA[>", "]]>")

    def test_words_without_a_cdata_section_are_read_as_well(self):
        """Both are the same XML."""
        body = HELLO.replace("<![CDATA[隔夜茶能喝吗？]]>", "A &lt; B &amp; &#x4E2D;")

        assert accepted(plaintext_channel(), plain(body))[0].text == "A < B & 中"


class TestReading:
    """What a resident did, in our own words."""

    def test_a_text_is_a_message(self):
        """Everything an answer and the ledger need is in it."""
        assert accepted(channel(), sealed()) == [
            Message(
                channel="county",
                id="1234567890123456789:1348831860",
                sender="pseudonym of 28",
                text="隔夜茶能喝吗？",
                kind=Kind.TEXT,
                address=OPENID,
                region="510100",
            )
        ]

    def test_the_oracle_reads_the_same(self):
        """Here wechatpy finds the same words and the same id."""
        theirs = parse_message(HELLO)

        ours = accepted(channel(), sealed())[0]

        assert (ours.text, ours.address) == (theirs.content, theirs.source)
        assert ours.id.startswith(str(theirs.id))

    @pytest.mark.parametrize(
        ("type_", "kind"),
        [
            ("voice", Kind.VOICE),
            ("image", Kind.OTHER),
            ("video", Kind.OTHER),
            ("shortvideo", Kind.OTHER),
            ("location", Kind.OTHER),
            ("link", Kind.OTHER),
            ("file", Kind.OTHER),
        ],
    )
    def test_what_holds_no_words_is_a_message_too(self, type_, kind):
        """Whoever sends a picture is told to write instead of being left alone."""
        body = without("Content").replace("[text]", f"[{type_}]")

        message = accepted(channel(), sealed(body))[0]

        assert (message.kind, message.text) == (kind, "")
        assert message.id == "1234567890123456789:1348831860"

    def test_a_withdrawn_recognition_is_not_a_question(self):
        """The platform sends the field empty since 2023: an empty question would be answered."""
        body = without("Content").replace("[text]", "[voice]")
        body = body.replace("</xml>", "<Recognition><![CDATA[]]></Recognition></xml>")

        assert accepted(channel(), sealed(body))[0].kind is Kind.VOICE

    @pytest.mark.parametrize(
        ("name", "key"),
        [("subscribe", ""), ("subscribe", None), ("subscribe", "qrscene_12"), ("SCAN", "12")],
    )
    def test_who_follows_or_scans_arrives(self, name, key):
        """Both are greeted."""
        message = accepted(channel(), sealed(event(name, key)))[0]

        assert (message.kind, message.text) == (Kind.ARRIVED, "")
        assert message.id == f"1348831861:{name}:{key or ''}"

    def test_a_menu_click_asks_what_its_key_says(self):
        """A menu entry is a question somebody need not type."""
        message = accepted(channel(), sealed(event("CLICK", "垃圾分类")))[0]

        assert (message.kind, message.text) == (Kind.TEXT, "垃圾分类")
        assert message.id == "1348831861:CLICK:垃圾分类"

    def test_a_menu_click_without_a_key_is_refused(self):
        """The platform always names the key; one of 128 characters is the longest."""
        for key in (None, "键" * 129):
            with pytest.raises(Malformed):
                accepted(channel(), sealed(event("CLICK", key)))

    @pytest.mark.parametrize(
        "name", ["unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "debug_demo", "", "新"]
    )
    def test_other_events_need_no_reply(self, name):
        """They are acknowledged, so that the platform does not send them thrice."""
        request = sealed(event(name, "https://example.org/" + "a" * 500))

        assert accepted(channel(), request) == []
        assert channel().respond(request, []).get_data() == b"success"

    def test_an_event_with_parts_inside_is_acknowledged(self):
        """Scanning menus and consents nest; a refusal would show residents an error."""
        parts = "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>"
        consents = "<Consents><List><A>1</A></List><List><A>2</A></List></Consents>"

        assert accepted(channel(), sealed(event("scancode_waitmsg", "1", parts))) == []
        assert accepted(channel(), sealed(event("subscribe_msg_popup_event", None, consents))) == []

    def test_an_unknown_type_needs_no_reply(self):
        """What the platform invents tomorrow is acknowledged."""
        assert accepted(channel(), sealed(HELLO.replace("[text]", "[hologram]"))) == []

    def test_a_retry_has_the_same_id(self):
        """The platform encrypts anew, and it is still one message."""
        first, second = sealed(), sealed()
        assert first.get_data() != second.get_data()

        assert accepted(channel(), first) == accepted(channel(), second)

    @pytest.mark.parametrize(
        "other",
        [
            HELLO.replace("1234567890123456789", "1234567890123456788"),
            HELLO.replace("1348831860", "1348831861"),
            event("CLICK", "1"),
            event("CLICK", "2"),
            event("SCAN", "1"),
            event("CLICK", "1").replace("1348831861", "1348831862"),
        ],
    )
    def test_another_message_has_another_id(self, other):
        """Nobody goes without an answer because somebody else just asked."""
        ids = [
            accepted(channel(), sealed(body))[0].id
            for body in (HELLO, other, event("subscribe", "1"))
        ]

        assert len(set(ids)) == 3

    def test_nothing_secret_is_in_a_repr(self):
        """Tracebacks and logs hold no secret, no openid, no words."""
        wechat = channel(aes_key_previous=OLD_KEY)
        account = Account(TOKEN, APP_ID, "an-app-secret", KEY, OLD_KEY)
        shown = repr(account) + repr(wechat) + repr(accepted(wechat, sealed()))

        assert APP_ID in shown
        for secret in (TOKEN, "an-app-secret", KEY, OLD_KEY, OPENID, "隔夜茶"):
            assert secret not in shown


class TestTheReply:
    """What goes back in the response."""

    def reply(self, reply: Reply, body: str = HELLO, at: int = NOW) -> Response:
        wechat, request = channel(at=at), sealed(body)
        return wechat.respond(request, [(accepted(wechat, request)[0], reply)])

    def test_the_oracle_reads_an_encrypted_reply(self):
        """There wechatpy decrypts it, checks its signature, and finds the text for the asker."""
        response = self.reply(ANSWER)
        theirs = deserialize_reply(opened(response))

        assert theirs.type == "text"
        assert theirs.content == ANSWER.text
        assert (theirs.target, theirs.source) == (OPENID, "gh_7f083739789a")
        assert theirs.time == NOW
        assert response.mimetype == "application/xml"
        assert ANSWER.text not in response.get_data(as_text=True)

    def test_the_oracle_reads_a_plaintext_reply(self):
        """Without a key the reply is plain as well."""
        wechat, request = plaintext_channel(), plain()
        response = wechat.respond(request, [(accepted(wechat, request)[0], ANSWER)])
        theirs = deserialize_reply(response.get_data(as_text=True))

        assert theirs.content == ANSWER.text
        assert (theirs.target, theirs.source) == (OPENID, "gh_7f083739789a")

    def test_a_retry_gets_the_same_words(self):
        """The platform shows only what its last try returns."""
        first, second = self.reply(ANSWER), self.reply(ANSWER, at=NOW + 5)

        contents = {element(opened(response), "Content") for response in (first, second)}

        assert first.get_data() != second.get_data()
        assert contents == {ANSWER.text}

    @pytest.mark.parametrize("text", ["", " \n", "\x00\x08"])
    def test_no_words_are_an_acknowledgement(self, text):
        """An empty text would be shown as a failure of the service."""
        response = self.reply(Reply(Outcome.CHAT, text))

        assert response.get_data() == b"success"
        assert response.mimetype == "text/plain"

    @pytest.mark.parametrize(
        "text",
        [
            "a]]>b",
            "]]>",
            "]]>]]>",
            "]]]>>",
            "]]",
            "]]></Content><MsgType>image</MsgType><Content><![CDATA[",
            "<![CDATA[x]]>",
            "&lt; < > & \" '",
        ],
    )
    def test_no_text_breaks_out_of_its_field(self, text):
        """Whatever an entry holds, the reply has five fields and the text is one of them."""
        document_ = opened(self.reply(Reply(Outcome.ANSWERED, text)))

        root = ET.fromstring(document_)  # noqa: S314 - our own output
        assert [field.tag for field in root] == [
            "ToUserName",
            "FromUserName",
            "CreateTime",
            "MsgType",
            "Content",
        ]
        assert root.findtext("Content") == text

    def test_an_openid_cannot_break_out_either(self):
        """Visible ASCII holds brackets too."""
        openid = "]]></ToUserName><x/>"
        body = HELLO.replace(
            f"<![CDATA[{OPENID}]]>", openid.replace("<", "&lt;").replace(">", "&gt;")
        )

        response = self.reply(ANSWER, body=body)

        assert element(opened(response), "ToUserName") == openid

    def test_what_xml_cannot_hold_is_left_out(self):
        """Control characters and half emoji vanish; line ends become one kind."""
        text = "一\x00\x08\x0b\x0c\x1f二\ud83d\ufffe\uffff三\t四\r\n五\r六\n七😀"

        response = self.reply(Reply(Outcome.ANSWERED, text))

        assert element(opened(response), "Content") == "一二三\t四\n五\n六\n七😀"

    def test_links_follow_the_text(self):
        """A plain text has no buttons, so the address stands beside its label."""
        links = (Link("来源", "https://a.example/1"), Link("我的问题", "/q/K7M3F-9QX2D"))

        shown = fitted(Reply(Outcome.ANSWERED, "看这里", links=links), PUBLIC_URL)

        assert shown.split("\n") == [
            "看这里",
            "来源：https://a.example/1",
            f"我的问题：{PUBLIC_URL}/q/K7M3F-9QX2D",
        ]

    def test_a_link_the_text_shows_is_not_repeated(self):
        """A longer address that begins with it is another one."""
        links = (Link("一", "https://a.example/1"), Link("二", "https://a.example/2"))
        text = "见 https://a.example/1。也见 https://a.example/23"

        shown = fitted(Reply(Outcome.ANSWERED, text, links=links), PUBLIC_URL)

        assert shown == text + "\n二：https://a.example/2"

    def test_a_link_that_does_not_fit_is_left_out(self):
        """Half an address leads nowhere; a shorter one behind it may still fit."""
        links = (Link("长", "https://a.example/" + "a" * 100), Link("短", "https://b.example"))

        shown = fitted(Reply(Outcome.ANSWERED, "字" * 672, links=links), PUBLIC_URL)

        assert shown == "字" * 672 + "\n短：https://b.example"


class TestLength:
    """A text message holds 2048 bytes."""

    def test_the_longest_text_is_sent_whole(self):
        """Nothing is cut that fits."""
        text = "字" * 682 + "ab"
        assert len(text.encode()) == LIMIT

        assert fitted(Reply(Outcome.ANSWERED, text, entry_id="a/b"), PUBLIC_URL) == text

    def test_a_longer_one_ends_with_the_way_to_all_of_it(self):
        """The page of the entry holds what a message cannot."""
        shown = fitted(Reply(Outcome.ANSWERED, "字" * 683, entry_id="health/血压 高?#"), PUBLIC_URL)

        beginning, last = shown.split("\n")
        assert last == f"全文：{PUBLIC_URL}/entry/health/%E8%A1%80%E5%8E%8B%20%E9%AB%98%3F%23"
        assert set(beginning) == {"字"}
        assert LIMIT - 3 < len(shown.encode()) <= LIMIT

    def test_a_longer_one_without_an_entry_shows_that_it_was_cut(self):
        """Nobody takes a part for the whole."""
        shown = fitted(Reply(Outcome.COMMAND, "字" * 683), PUBLIC_URL)

        assert shown == "字" * 681 + "\n…"

    def test_it_is_cut_at_a_line_end_near_the_limit(self):
        """A sentence about a dose is not cut in two."""
        text = "一" * 600 + "\n每天最多 4 次。" + "二" * 100

        assert cut(text, LIMIT) == "一" * 600

    def test_without_a_line_end_it_is_cut_at_a_sentence(self):
        """The next best place."""
        text = "一" * 600 + "！二" + "三" * 100

        assert cut(text, LIMIT) == "一" * 600 + "！"

    def test_a_line_end_far_away_costs_no_text(self):
        """Better a cut sentence than half an answer lost."""
        text = "一" * 100 + "\n" + "二" * 1000

        assert len(cut(text, LIMIT).encode()) > LIMIT - 3

    @pytest.mark.parametrize("limit", range(14, 31))
    def test_it_is_never_cut_inside_an_address_or_a_number(self, limit):
        """Half a telephone number is a wrong number."""
        text = "电话 028-86780000 网址 https://a.example/b?c=d，更多"

        shown = cut(text, limit)

        assert text.startswith(shown)
        assert shown in {
            "电话",
            "电话 028-86780000",
            "电话 028-86780000 网",
            "电话 028-86780000 网址",
        }

    def test_an_address_longer_than_a_message_is_left_out(self):
        """It could not be opened anyway."""
        text = "https://a.example/" + "a" * LIMIT

        assert fitted(Reply(Outcome.ANSWERED, text), PUBLIC_URL) == "\n…"
        assert fitted(Reply(Outcome.ANSWERED, text, entry_id="a/b"), PUBLIC_URL) == (
            f"全文：{PUBLIC_URL}/entry/a/b"
        )

    @given(
        st.lists(
            st.one_of(
                st.text(max_size=40),
                st.sampled_from(
                    ["隔夜茶可以喝。", "\n", "😀" * 30, "]]>", "拨打 120", "a" * 60, "\ud83d"]
                ),
                st.from_regex(r"\Ahttps?://[a-z]{1,9}\.cn/[!-~]{0,80}\Z"),
            ).map(lambda part: part * 7),
            max_size=30,
        ).map("".join),
        st.one_of(st.none(), st.text(min_size=1, max_size=60)),
        st.lists(st.builds(Link, st.text(max_size=9), st.just("https://a.cn/1")), max_size=3),
    )
    def test_whatever_a_reply_holds_it_fits(self, text, entry_id, links):
        """At most 2048 bytes, valid XML that says just this, and every address whole."""
        reply = Reply(Outcome.ANSWERED, text, entry_id=entry_id, links=tuple(links))

        shown = fitted(reply, PUBLIC_URL)

        assert len(shown.encode()) <= LIMIT  # a lone surrogate would not even encode
        assert element(document(Content=shown), "Content") == shown
        whole = set(URL.findall(fitted_without_limit(text)))
        for url in URL.findall(shown):
            assert url in whole | {"https://a.cn/1"} or url.startswith(PUBLIC_URL)

    @given(st.text(), st.integers(0, 60))
    def test_a_cut_text_is_the_beginning(self, text, limit):
        """On a character border, whatever the characters."""
        shown = cut(text, limit)

        assert text.startswith(shown)
        assert len(shown.encode()) <= limit


def fitted_without_limit(text: str) -> str:
    """Return the text as a reply without a limit would hold it."""
    return re.sub(
        "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", re.sub("\r\n?", "\n", text)
    )


def survives(wechat: WeChat, request: Request) -> None:
    """Put a request through the door; anything raised but Rejected fails the test."""
    try:
        messages = accepted(wechat, request)
    except Rejected:
        return
    wechat.respond(request, [(message, ANSWER) for message in messages])


def mutate(original: bytes) -> st.SearchStrategy[bytes]:
    """Replace one stretch of bytes, mostly a short one, by others."""
    edges = st.tuples(st.integers(0, len(original)), st.integers(0, 30))
    odd = st.sampled_from([b"<", b"]]>", b"\0", b"&#x0;", b"<a>", b"<!DOCTYPE x>", b"\xef\xbf\xbf"])
    pieces = st.one_of(st.binary(max_size=20), odd, st.text(max_size=9).map(_utf8))
    return st.builds(
        lambda edge, piece: original[: edge[0]] + piece + original[edge[0] + edge[1] :],
        edges,
        pieces,
    )


def _utf8(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


class TestAnyBytes:
    """Input is refused or read; it never breaks us."""

    @given(st.binary(max_size=300), st.dictionaries(st.text(max_size=9), st.text(max_size=50)))
    def test_anything_from_anybody_is_only_refused(self, body, query):
        """A 5xx would make the platform repeat it, and an attacker curious."""
        names = ("signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr")
        values = dict(zip(names, query.values(), strict=False))
        values = {name: value.encode(errors="replace") for name, value in values.items()}

        for wechat in (channel(), plaintext_channel()):
            survives(wechat, post(body, values))
            with pytest.raises(Rejected):
                wechat.handshake(get(values))

    @given(st.binary(max_size=300))
    def test_signed_bytes_of_any_kind_are_read_or_refused(self, body):
        """The parser is met behind the signature as well."""
        survives(plaintext_channel(), plain(body))
        survives(channel(), sealed(body))

    @given(st.one_of(mutate(HELLO.encode()), mutate(event("CLICK", "一").encode())))
    def test_a_signed_message_that_was_damaged_is_read_or_refused(self, body):
        """Close to the real thing is where parsers stumble."""
        survives(plaintext_channel(), plain(body))
        survives(channel(), sealed(body))

    @given(mutate(seal(HELLO.encode(), key_from(KEY), APP_ID, random=RANDOM).encode()))
    def test_a_damaged_ciphertext_is_read_or_refused(self, encrypted):
        """Even if whoever damaged it can sign."""
        survives(channel(), signed(encrypted.decode(errors="ignore")))

    @given(mutate(RANDOM + b"\0\0\1\0" + HELLO.encode() + APP_ID.encode()), st.integers(0, 255))
    def test_a_damaged_frame_is_read_or_refused(self, frame, padding):
        """Lengths, padding and app id come from outside as well."""
        filled = frame + bytes([padding]) * (32 - len(frame) % 32)

        survives(channel(), signed(raw_sealed(filled)))


class TestSettings:
    """A channel that could not be safe does not start."""

    @pytest.mark.parametrize("setting", ["token", "app_id", "app_secret"])
    def test_an_empty_secret_is_named(self, setting):
        """With an empty token everybody could sign."""
        with pytest.raises(ValueError, match=f"county: {setting} is empty"):
            channel(**{setting: ""})

    @pytest.mark.parametrize("key", ["short", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "一"])
    @pytest.mark.parametrize("setting", ["aes_key", "aes_key_previous"])
    def test_a_key_of_another_form_is_refused(self, setting, key):
        """The message names the setting and does not repeat the key."""
        with pytest.raises(ValueError, match="county: aes_key") as refused:
            channel(**{setting: key})

        assert key not in str(refused.value)

    def test_a_previous_key_alone_is_refused(self):
        """Somebody meant to change the key, and would have turned encryption off."""
        with pytest.raises(ValueError, match="aes_key is empty"):
            channel(aes_key="", aes_key_previous=OLD_KEY)

    def test_it_is_a_channel(self):
        """The inbox needs nothing else of it."""
        wechat: Channel = channel()
        parts: list[Callable[..., object]] = [
            wechat.handshake,
            wechat.verify,
            wechat.read,
            wechat.respond,
        ]

        assert wechat.name == "county"
        assert all(callable(part) for part in parts)
