"""The inbox: one message, one row, one reply, however often it comes; rejections all alike."""

import json
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.message import Outcome
from knowledge.database import DatabaseUnreachable
from knowledge.entries.entry import EntryKind, WasteItem, waste_entry
from knowledge.tables import choices
from tests.conftest import an_entry
from webhook import create_app
from webhook.deadline import Deadline
from webhook.parts import assemble
from webhook.settings import ChannelSettings


@pytest.fixture
def parts(settings, voice, clock):
    wechat = ChannelSettings(platform="wechat", token="AAAAA", app_id="wx1", app_secret="s")
    parts = assemble(
        settings.model_copy(update={"channels": {"gzh": wechat}}), voice=voice, clock=clock
    )
    parts.database.upgrade()
    card = an_entry("fraud/card-being-scammed", kind=EntryKind.CARD, phrasings=())
    parts.entries.load([an_entry(), card])
    parts.library.refresh()
    yield parts
    parts.database.close()


@pytest.fixture
def app(parts):
    return create_app(parts)


class Page:
    """The chat page in one resident's browser."""

    def __init__(self, app):
        self.client = app.test_client()
        html = self.client.get("/").text
        self.token = html.split('name="csrf_token" value="')[1].split('"')[0]

    def post(self, body, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content_Type": "application/json", "X_CSRF_Token": self.token} | headers
        sent = {name.replace("_", "-"): value for name, value in sent.items() if value}
        return self.client.post("/inbox/webchat", data=data, headers=sent)

    def ask(self, text, message_id="message-1"):
        return self.post({"id": message_id, "text": text}).json["reply"]


@pytest.fixture
def page(app):
    return Page(app)


def rows(parts):
    return list(parts.ledger.export())


def test_a_question_is_answered_and_recorded(page, parts):
    """What the page gets has the shape of the contract; the ledger has the row."""
    reply = page.ask("警察喊我转账")

    assert set(reply) == {
        "outcome", "text", "entry_id", "revision", "options", "receipt", "links"
    }  # fmt: skip
    assert (reply["outcome"], reply["entry_id"]) == ("answered", "fraud/fake-police")
    (row,) = rows(parts)
    assert (row.outcome, row.entry_id, row.revision, row.snapshot) == (
        "answered", "fraud/fake-police", 1, 1
    )  # fmt: skip


def test_a_retry_gets_the_stored_reply(page, parts):
    """The same message again, even after the answer changed, reads as it did; one row."""
    first = page.ask("量子计算机哪里买")
    parts.entries.load([an_entry("service/q", question="量子计算机哪里买", phrasings=())])
    parts.library.refresh()

    assert page.ask("量子计算机哪里买") == first
    assert first["receipt"] in first["text"]
    assert len(rows(parts)) == 1
    assert page.ask("量子计算机哪里买", "message-2")["outcome"] == "answered"


def test_three_at_once_get_one_reply(app, parts, page):
    """Tries that overlap leave one row and one demand, and read the same receipt."""
    cookie = page.client.get_cookie("askscience")
    replies = []
    barrier = threading.Barrier(3)

    def ask():
        client = app.test_client()
        client.set_cookie("askscience", cookie.value)
        barrier.wait()
        answer = client.post(
            "/inbox/webchat",
            json={"id": "message-1", "text": "量子计算机哪里买"},
            headers={"X-CSRF-Token": page.token},
        )
        replies.append(answer.json)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert replies[0] == replies[1] == replies[2]
    assert len(rows(parts)) == 1
    assert [demand.askers for demand in parts.demands.most_asked()] == [1]


def test_the_same_question_by_others_is_one_demand(app, parts):
    """Signs, politeness and other people's browsers make no second demand."""
    first = Page(app).ask("量子计算机哪里买？")
    second = Page(app).ask("请问 量子计算机哪里买")

    (demand,) = parts.demands.most_asked()
    assert demand.askers == 2
    assert first["receipt"] != second["receipt"]


@pytest.mark.parametrize(("reply", "chosen"), [("1", "waste/干电池"), ("都不是", None)])
def test_a_choice_is_kept_once_as_a_labelled_pair(page, parts, reply, chosen):
    """What was meant by which words, of what was offered; a retry adds none."""
    parts.entries.load(
        [waste_entry("干电池", (), WasteItem("其他垃圾", "不含汞。", source="国标"))]
    )
    parts.library.refresh()
    asked = "干电池盒盒是什么垃圾"

    page.ask(asked)
    first, again = page.ask(reply, "message-2"), page.ask(reply, "message-2")

    assert first == again
    with parts.database.read() as db:
        (pair,) = db.execute(sa.select(choices)).all()
    assert (pair.words, json.loads(pair.offered), pair.chosen) == (asked, ["waste/干电池"], chosen)
    assert [demand.words for demand in parts.demands.most_asked()] == [asked] * (not chosen)


def test_what_is_kept_is_masked_and_has_no_name(page, parts, settings):
    """Neither a phone number nor the session's id is anywhere in the database file."""
    page.ask("量子计算机哪里买，打13812345678")
    parts.database.close()

    kept = b"".join(path.read_bytes() for path in _database_files(settings) if path.exists())
    with page.client.session_transaction() as session:
        sender = session["resident"]
    assert "［电话］".encode() in kept
    assert b"13812345678" not in kept
    assert sender.encode() not in kept


def test_no_receipt_is_kept_in_the_clear(page, parts, settings):
    """Whoever reads the database holds no receipt, not even one that was typed into the chat."""
    receipt = page.ask("量子计算机哪里买")["receipt"]
    told = page.ask(receipt.lower().replace("-", ""), "message-2")
    assert (told["receipt"], "已经记下" in told["text"]) == (receipt, True)
    assert page.ask(receipt.lower().replace("-", ""), "message-2") == told
    assert len(parts.demands.most_asked()) == 1
    parts.database.close()

    kept = b"".join(path.read_bytes() for path in _database_files(settings) if path.exists())
    assert receipt.encode() not in kept
    assert receipt.replace("-", "").encode() not in kept


def _database_files(settings):
    from pathlib import Path  # noqa: PLC0415

    name = settings.database_url.removeprefix("sqlite:///")
    return [Path(name + end) for end in ("", "-wal")]


REFUSED = {
    "no session": (None, {}, b'{"id":"message-1","text":"x"}'),
    "no token": ("page", {"X_CSRF_Token": ""}, b'{"id":"message-1","text":"x"}'),
    "wrong token": ("page", {"X_CSRF_Token": "forged"}, b'{"id":"message-1","text":"x"}'),
    "wrong type": ("page", {"Content_Type": "text/plain"}, b'{"id":"message-1","text":"x"}'),
    "no type": ("page", {"Content_Type": ""}, b'{"id":"message-1","text":"x"}'),
    "no JSON": ("page", {}, b"{"),
    "no object": ("page", {}, b"[1]"),
    "null": ("page", {}, b"null"),
    "deep": ("page", {}, b"[" * 100_000),
    "NaN": ("page", {}, b'{"id":NaN,"text":"x"}'),
    "no id": ("page", {}, b'{"text":"x"}'),
    "number as id": ("page", {}, b'{"id":12345678,"text":"x"}'),
    "bad id": ("page", {}, '{"id":"编号编号编号编号","text":"x"}'.encode()),
    "no text": ("page", {}, b'{"id":"message-1"}'),
    "empty text": ("page", {}, b'{"id":"message-1","text":""}'),
    "list as text": ("page", {}, b'{"id":"message-1","text":["x"]}'),
    "long text": ("page", {}, b'{"id":"message-1","text":"' + b"x" * 20_001 + b'"}'),
    "NUL": ("page", {}, b'{"id":"message-1","text":"x\\u0000"}'),
    "half a character": ("page", {}, b'{"id":"message-1","text":"x\\ud800"}'),
    "not UTF-8": ("page", {}, b'{"id":"message-1","text":"\xff"}'),
    "too large": ("page", {}, b'{"id":"message-1","text":"' + b"x" * 300_000 + b'"}'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_rejections_are_all_alike(app, parts, name):
    """4xx, one body, nothing stored, nothing echoed."""
    who, headers, body = REFUSED[name]
    if who is None:
        client = app.test_client()
        answer = client.post("/inbox/webchat", data=body, content_type="application/json")
    else:
        answer = Page(app).post(body, **headers)

    assert 400 <= answer.status_code < 500
    assert answer.get_data() == "请求无效\n".encode()
    assert rows(parts) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/inbox/webchat"), ("post", "/inbox/nobody"), ("put", "/inbox/webchat"),
     ("get", "/inbox/gzh"), ("post", "/inbox/gzh"), ("get", "/inbox/gzh?signature=1&signature=2")],
)  # fmt: skip
def test_other_doors_are_closed_the_same_way(app, method, path):
    """An unknown channel, a wrong method and an unsigned push read the same."""
    answer = getattr(app.test_client(), method)(path)

    assert 400 <= answer.status_code < 500
    assert answer.get_data() == "请求无效\n".encode()


def test_too_many_messages_wait_but_danger_does_not(page, parts):
    """Beyond the limit a friendly sentence, unrecorded; danger is answered, whoever asks."""
    for number in range(parts.settings.limit_resident):
        page.ask("你好", f"message-{number}")

    late = page.ask("警察喊我转账", "message-late")
    danger = page.ask("我妈正在给骗子转账", "message-danger")

    assert "一分钟后" in late["text"]
    assert danger["outcome"] == "urgent"
    assert len(rows(parts)) == parts.settings.limit_resident


def test_without_the_database_known_questions_are_answered(parts, app, monkeypatch):
    """Answers live in memory; what cannot be recorded is not promised."""
    page = Page(app)

    class Away:
        def stored_reply(self, *_):
            raise DatabaseUnreachable("away")

    inbox = replace(parts.inbox, ledger=Away(), deadline=Deadline(pause=0))
    monkeypatch.setitem(app.extensions, "inbox", inbox)

    assert page.ask("警察喊我转账")["outcome"] == Outcome.ANSWERED
    unmet = page.ask("量子计算机哪里买", "message-2")
    assert (unmet["outcome"], unmet["receipt"]) == ("unmet", None)
    assert "回执" not in unmet["text"]
    assert parts.demands.most_asked() == []


def test_a_frozen_database_holds_nobody(parts, app, monkeypatch):
    """A server that is stopped and says nothing: danger and known questions are answered."""
    page = Page(app)
    thawed = threading.Event()

    class Frozen:
        asked = 0

        def stored_reply(self, *_):
            self.asked += 1
            thawed.wait(30)

    frozen = Frozen()
    inbox = replace(parts.inbox, ledger=frozen, deadline=Deadline(seconds=0.05, pause=60))
    monkeypatch.setitem(app.extensions, "inbox", inbox)

    assert page.ask("我妈正在给骗子转账")["outcome"] == "urgent"
    assert page.ask("警察喊我转账", "message-2")["outcome"] == "answered"
    assert frozen.asked == 1
    thawed.set()


def test_no_resident_s_words_reach_the_log(page, caplog):
    """What was said, and who said it, is not in any log line."""
    caplog.set_level("DEBUG")

    page.ask("我的秘密是量子计算机")
    page.post(b'{"id":"message-2","text":["\xe7\xa7\x98\xe5\xaf\x86"]}')

    assert "秘密" not in caplog.text
