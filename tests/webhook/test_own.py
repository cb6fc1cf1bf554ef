"""A resident's own data and their own session: exported, erased, ended, nobody else's."""

import json
import re

import pytest

from tests.conftest import SECRET
from tests.webhook.conftest import ASKED, Browser
from webhook.worker import forget_erased


def export(browser):
    path = re.search(r'href="https://ask.example.org(/export/[^"]+)"', browser.ask("导出我的数据"))
    return path[1]


def test_own_data_is_shown_and_downloaded(browser):
    """By a link in the asker's own chat: as a page, and as a file."""
    browser.ask(ASKED)
    browser.ask("我在金堂")
    browser.ask("记住地区")

    path = export(browser)

    page = browser.client.get(path).text
    assert ASKED in page
    assert "四川省成都市金堂县" in page
    file = browser.client.get(f"{path}.json")
    assert "attachment" in file.headers["Content-Disposition"]
    assert json.loads(file.text)["region"] == "510121"


def test_a_link_to_own_data_dies(browser):
    """A link that is none, or was for somebody long ago, opens nothing."""
    page = browser.client.get("/export/no-such-token")

    assert page.status_code == 404
    assert "过期" in page.text


def test_own_data_is_erased_by_a_word_and_a_second_one(browser, parts):
    """Asked back once; then gone from the ledger, the demands, the page."""
    code = browser.receipt()
    assert "确定删除" in browser.ask("删除我的数据")
    assert parts.demands.most_asked()

    assert "删好了" in browser.ask("确定删除")

    assert parts.demands.most_asked() == []
    assert {row.sender for row in parts.ledger.export()} == {""}
    assert browser.client.get(f"/q/{code}").status_code == 404
    assert ASKED not in browser.client.get("/").text
    assert "还没有记下来的问题" in browser.ask("我的问题")


def test_an_operator_erases_and_exports_by_any_receipt(browser, parts, askscience, monkeypatch):
    """The command shows it, deletes it, and then knows nobody any more; a service forgets."""
    code = browser.receipt()
    monkeypatch.setenv("ASKSCIENCE_DATABASE_URL", parts.settings.database_url)
    monkeypatch.setenv("ASKSCIENCE_SECRET_KEY", SECRET)

    exported = json.loads(askscience("privacy", "export", "--receipt", code).stdout)
    erased = askscience("privacy", "erase", "--receipt", code.lower())
    again = askscience("privacy", "erase", "--receipt", code)

    assert [one["words"] for one in exported["messages"]] == [ASKED]
    assert (erased.returncode, again.returncode) == (0, 1)
    assert "没有这张回执的人" in again.stderr
    memory = parts.state
    keys = [key for key in memory._values if key.startswith("turn:webchat:")]  # noqa: SLF001
    assert memory.get(keys[0])
    assert forget_erased(parts, after=parts.rights.last_erasure() - 1)
    assert memory.get(keys[0]) is None
    assert "清空了 0 条" in askscience("privacy", "sweep").stdout


def test_after_the_end_the_phone_shows_nothing(browser):
    """By the button and by the word: the next one at the phone is somebody new."""
    browser.ask(ASKED)
    page = browser.client.get("/").text
    assert ASKED in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    ended = browser.client.post("/end", data={"csrf_token": token})

    assert ended.status_code == 303
    assert ASKED not in browser.client.get("/").text
    browser.ask(ASKED)
    browser.ask("结束")
    assert ASKED not in browser.client.get("/").text
    assert "还没有记下来的问题" in browser.ask("我的问题")


def test_what_was_written_survives_a_page_that_is_too_old(app):
    """Without a cookie, or with another site's, the words are still in the field."""
    client = app.test_client()
    client.set_cookie("askscience", "eyJyZXNpZGVudCI6ImV2aWwifQ.aaaa.bbbb")

    page = client.post("/", data={"text": ASKED, "csrf_token": "x"})

    assert page.status_code == 400
    assert f">{ASKED}</textarea>" in page.text
    assert "再按一次" in page.text
    assert Browser(app).ask("我的问题").count(ASKED) == 0


def test_after_the_end_a_page_sent_again_brings_nothing_up(browser):
    """The browser's Back sends the last form once more: its words are not shown to the next one."""
    page = browser.client.get("/").text
    fields = dict(re.findall(r'name="(csrf_token|id)" value="([^"]+)"', page))
    sent = {**fields, "text": ASKED}
    assert browser.client.post("/", data=sent).status_code == 200
    browser.ask("结束")
    browser.client.get("/")

    again = browser.client.post("/", data=sent)

    assert again.status_code == 400
    assert ASKED not in again.text


@pytest.mark.parametrize(("length", "status"), [(20_001, 400), (1_000_000, 413)])
def test_a_paste_that_is_too_long_gets_a_sentence(browser, parts, length, status):
    """A page that helps; nothing is recorded."""
    page = browser.client.get("/").text
    fields = dict(re.findall(r'name="(csrf_token|id)" value="([^"]+)"', page))

    answer = browser.client.post("/", data={**fields, "text": "长" * length})

    assert answer.status_code == status
    assert "太长" in answer.text
    assert list(parts.ledger.export()) == []


def test_the_talk_of_the_last_hours_is_there_again(browser, clock):
    """Opened anew the page shows it, masked; hours later it does not."""
    browser.ask("警察喊我转账，打我电话13812345678")
    page = browser.client.get("/").text
    assert "［电话］" in page
    assert "13812345678" not in page

    clock.pass_by(hours=3)

    assert "［电话］" not in browser.client.get("/").text


def test_a_view_is_remembered_and_leads_nowhere_else(browser):
    """长辈版 by the switch and by a link; back only to our own pages."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.client.get("/").text)[1]

    for back, where in (
        ("/topics", "/topics"),
        ("//evil.example", "/"),
        ("https://e.example", "/"),
    ):
        data = {"csrf_token": token, "view": "elder", "back": back}
        assert browser.client.post("/view", data=data).location == where
    assert 'class="page elder' in browser.client.get("/topics").text
    browser.client.get("/?view=normal")
    assert 'class="page elder' not in browser.client.get("/topics").text


def test_a_resident_s_limit_and_danger(browser, parts):
    """Beyond it a friendly sentence and no row; danger is answered all the same."""
    for _ in range(parts.settings.limit_resident):
        browser.ask("警察喊我转账")

    assert "有点快" in browser.ask("警察喊我转账")
    assert len(list(parts.ledger.export())) == parts.settings.limit_resident
