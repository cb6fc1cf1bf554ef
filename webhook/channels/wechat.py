"""WeChat Official Account (公众号, 服务号): pushes in XML, answered in the response itself.

A push in JSON, which an account can also ask for, is refused: set the data format to XML.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from flask import Request, Response

from bot.message import Kind, Message, Reply
from webhook.channels import BadSignature, Malformed, Stale, WrongType
from webhook.channels.wechat_crypto import (
    RANDOM,
    document,
    fields_of,
    key_from,
    same,
    seal,
    signature,
    unseal,
)

WINDOW = 300  # seconds a signature is good for; the platform names none, Standard Webhooks has this
LIMIT = 2048  # bytes of UTF-8 in one text (error 45002 beyond); about 680 Chinese characters
NEAR = 200  # characters from the limit within which a text is rather cut at a line or sentence end
WORD = 40  # characters; longer runs of ASCII without a blank are cut like any text

CONTENT_TYPES = {"text/xml", "application/xml"}
UNREADABLE = {"image", "video", "shortvideo", "location", "link", "file"}

# ASCII only, and checked before int(), which takes digits of any script and underscores.
TIMESTAMP = re.compile(r"[0-9]{10}")  # canonical: undelimited parts could be cut elsewhere
SIGNATURE = re.compile(r"[0-9a-f]{40}")
NONCE = re.compile(r"[0-9A-Za-z_-]{1,64}")
ECHO = re.compile(r"[!-~]{1,256}")
IDENTITY = re.compile(r"[!-~]{1,64}")
MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # a 64-bit number today, kept as text
CREATED = re.compile(r"[0-9]{1,20}")
EVENT = re.compile(r"[0-9A-Za-z_]{1,64}")
EVENT_KEY = re.compile(r".{0,128}", re.DOTALL)

URL = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
LAST_WORD = re.compile(r"[!-~]+\Z")
NO_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 Char
SENTENCE_ENDS = "。！？；"


@dataclass(frozen=True, slots=True)
class Account:
    """One account's settings; an empty aes_key means that the platform sends plaintext."""

    token: str = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    aes_key: str = field(repr=False)
    aes_key_previous: str = field(default="", repr=False)
    region: str | None = None
    api_base: str = "https://api.weixin.qq.com"


class WeChat:
    """One account; raises ValueError, naming channel and setting, when a secret is missing."""

    def __init__(
        self,
        name: str,
        account: Account,
        *,
        pseudonym: Callable[[str], str],
        now: Callable[[], datetime],
        public_url: str,
    ) -> None:
        self.name = name
        self._account = account
        self._keys = _keys(name, account)
        self._pseudonym = pseudonym
        self._now = now
        self._public_url = public_url.rstrip("/")

    def handshake(self, request: Request) -> Response:
        query = _query(request)
        self._check(query, "signature")
        return _plain(_required(query, "echostr", ECHO))

    def verify(self, request: Request) -> None:
        """Raise Rejected unless the platform sent this; with a key, that means the sealed part."""
        if request.mimetype not in CONTENT_TYPES:
            raise WrongType("not XML")
        query = _query(request)
        mode = query.get("encrypt_type", "raw")
        if not self._keys:
            if mode != "raw":
                raise Malformed("encrypted, but no key is set")
            self._check(query, "signature")
            return
        if mode != "aes":
            raise BadSignature("plaintext, which leaves the body unsigned, though a key is set")
        sealed = _required(fields_of(request.get_data()), "Encrypt")
        self._check(query, "msg_signature", sealed)
        unseal(sealed, self._keys, self._account.app_id)

    def read(self, request: Request) -> Sequence[Message]:
        fields, _ = self._opened(request)
        _required(fields, "ToUserName", IDENTITY)
        openid = _required(fields, "FromUserName", IDENTITY)
        said = _said(fields)
        if said is None:
            return ()
        kind, text = said
        message = Message(
            channel=self.name,
            id=_message_id(fields),
            sender=self._pseudonym(openid),
            text=text,
            kind=kind,
            address=openid,
            region=self._account.region,
        )
        return (message,)

    def respond(self, request: Request, exchanges: Sequence[tuple[Message, Reply]]) -> Response:
        text = fitted(exchanges[0][1], self._public_url) if exchanges else ""
        if not text.strip():
            return _plain("success")  # anything else, and the platform would ask twice more
        fields, key = self._opened(request)
        timestamp = int(self._now().timestamp())
        answer = document(
            ToUserName=exchanges[0][0].address,
            FromUserName=_required(fields, "ToUserName", IDENTITY),
            CreateTime=timestamp,
            MsgType="text",
            Content=text,
        )
        return _response(self._sealed(answer, key, timestamp) if key else answer, "application/xml")

    def _check(self, query: Mapping[str, str], name: str, *more: str) -> None:
        timestamp = _required(query, "timestamp", TIMESTAMP)
        nonce = _required(query, "nonce", NONCE)
        given = _required(query, name, SIGNATURE)
        if not same(given, signature(self._account.token, timestamp, nonce, *more)):
            raise BadSignature(f"{name} does not match")
        if abs(self._now().timestamp() - int(timestamp)) > WINDOW:
            raise Stale("signed outside the window")

    def _opened(self, request: Request) -> tuple[dict[str, str], bytes]:
        """Return the message's fields, and the key that opened it: empty for plaintext."""
        fields = fields_of(request.get_data())
        if not self._keys:
            return fields, b""
        sealed = _required(fields, "Encrypt")
        message, key = unseal(sealed, self._keys, self._account.app_id)
        return fields_of(message), key

    def _sealed(self, answer: str, key: bytes, timestamp: int) -> str:
        random = secrets.token_bytes(RANDOM)
        sealed = seal(answer.encode(), key, self._account.app_id, random=random)
        nonce = str(secrets.randbelow(10**10))
        return document(
            Encrypt=sealed,
            MsgSignature=signature(self._account.token, str(timestamp), nonce, sealed),
            TimeStamp=timestamp,
            Nonce=nonce,
        )


def fitted(reply: Reply, public_url: str) -> str:
    """Return what of the reply one text message holds: at most LIMIT bytes, legal in XML."""
    text = _legal(reply.text)
    if _size(text) > LIMIT:
        return _shortened(text, _legal(reply.entry_id or ""), public_url)
    for link in reply.links:
        if link.url.startswith("tel:"):
            continue  # WeChat makes the numbers of the text itself dialable
        url = public_url + link.url if link.url.startswith("/") else link.url
        line = _legal(f"\n{link.label}：{url}")
        if not _holds(text, url) and _size(text + line) <= LIMIT:
            text += line
    return text


def cut(text: str, limit: int) -> str:
    """Return the text's beginning in at most `limit` bytes, ended at a line or sentence if near.

    Never ends inside a URL, nor inside a number or short word of ASCII: half a telephone number is
    a wrong one.
    """
    end = len(text.encode()[:limit].decode(errors="ignore"))
    if end == len(text):
        return text
    near = max(end - NEAR, 0)
    line = text.rfind("\n", near, end + 1)
    sentence = max(text.rfind(mark, near, end) for mark in SENTENCE_ENDS) + 1
    end = line if line > 0 else sentence or _between_words(text, end)
    return text[:end].rstrip()


def _between_words(text: str, end: int) -> int:
    for url in URL.finditer(text):
        if url.start() < end < url.end():
            return url.start()
    word = LAST_WORD.search(text, max(end - WORD, 0), end)
    if word and "!" <= text[end] <= "~" and end - word.start() < WORD:
        return word.start()
    return end


def _shortened(text: str, entry_id: str, public_url: str) -> str:
    last = f"全文：{public_url}/entry/{quote(entry_id, safe='/')}"
    if not entry_id or _size(last) > LIMIT // 2:
        return cut(text, LIMIT - _size("\n…")) + "\n…"
    beginning = cut(text, LIMIT - _size("\n" + last))
    return f"{beginning}\n{last}" if beginning else last


def _holds(text: str, url: str) -> bool:
    """Say whether the text shows this URL itself, not merely a longer one that begins with it."""
    return re.search(re.escape(url) + r"(?![\w/?&=#%-])", text, re.ASCII) is not None


def _legal(text: str) -> str:
    """Return the text without what XML cannot carry, line ends as a parser will read them."""
    return NO_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _size(text: str) -> int:
    return len(text.encode())


def _said(fields: Mapping[str, str]) -> tuple[Kind, str] | None:
    """Return what the resident did; nothing for what asks for no reply."""
    match _required(fields, "MsgType"):
        case "text":
            return Kind.TEXT, _required(fields, "Content")
        case "voice":
            return Kind.VOICE, ""  # its Recognition was withdrawn in 2023
        case "event":
            return _done(fields)
        case kind if kind in UNREADABLE:
            return Kind.OTHER, ""
    return None


def _done(fields: Mapping[str, str]) -> tuple[Kind, str] | None:
    match _required(fields, "Event").lower():
        case "subscribe" | "scan":
            return Kind.ARRIVED, ""
        case "click":
            return Kind.TEXT, _required(fields, "EventKey", EVENT_KEY)
    return None


def _message_id(fields: Mapping[str, str]) -> str:
    """Return the same id on a retry; a MsgId alone is shared by residents, and events have none."""
    created = _required(fields, "CreateTime", CREATED)
    if fields["MsgType"] != "event":
        return f"{_required(fields, 'MsgId', MESSAGE_ID)}:{created}"
    event = _required(fields, "Event", EVENT)
    key = _required({"EventKey": "", **fields}, "EventKey", EVENT_KEY)
    return f"{created}:{event}:{key}"


def _keys(name: str, account: Account) -> tuple[bytes, ...]:
    """Return the keys that open what comes in, the current one first."""
    for setting in ("token", "app_id", "app_secret"):
        if not getattr(account, setting):
            raise ValueError(f"channel {name}: {setting} is empty")
    if account.aes_key_previous and not account.aes_key:
        raise ValueError(f"channel {name}: aes_key is empty, but aes_key_previous is not")
    try:
        return tuple(key_from(key) for key in (account.aes_key, account.aes_key_previous) if key)
    except ValueError as error:
        raise ValueError(f"channel {name}: aes_key or aes_key_previous: {error}") from error


def _query(request: Request) -> Mapping[str, str]:
    """Return the query's parameters; one given twice could be read in two ways."""
    if any(len(values) > 1 for values in request.args.listvalues()):
        raise Malformed("a parameter occurs twice")
    return request.args


def _required(fields: Mapping[str, str], name: str, form: re.Pattern[str] | None = None) -> str:
    found = fields.get(name)
    if found is None or (form and not form.fullmatch(found)):
        raise Malformed(f"{name} is missing or of another form")
    return found


def _plain(text: str) -> Response:
    return _response(text, "text/plain")


def _response(body: str, mimetype: str) -> Response:
    return Response(body, mimetype=mimetype, headers={"X-Content-Type-Options": "nosniff"})
