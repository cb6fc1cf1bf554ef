"""A console on a real SQLite file, and people who use it through their browsers."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from knowledge.entries.entry import Entry, EntryKind, RegionBlock, Risk, Source, WasteItem
from knowledge.people import People, Role
from webhook import create_app
from webhook.parts import Parts, assemble, now

PASSWORD = "correct-horse-battery"
WARRANT = Source("公安部", "《防范电信网络诈骗宣传手册》", "2022-05-11", "https://www.mps.gov.cn/x")
FAKE_POLICE = Entry(
    id="fraud/fake-police",
    question="接到自称公安局的电话要我转账怎么办？",
    phrasings=(
        "公安局打电话说我涉嫌洗钱",
        "警察喊我把钱转到安全账户",
        "电话里的公安要我打钱",
        "检察院要冻结我的银行卡",
    ),
    conclusion="马上挂断，不转一分钱。",
    steps=("挂断电话，不点链接。", "拿不准就打 96110。"),
    sources=(WARRANT,),
    risk=Risk.HIGH,
    review_by=datetime(2027, 5, 1, tzinfo=UTC).date(),
    regions=(("510100", RegionBlock(conclusion="成都：马上挂断。")),),
)
CARD = Entry(
    id="fraud/card-fraud",
    kind=EntryKind.CARD,
    question="正在被骗",
    conclusion="马上停手，打 110。",
    steps=("不要再转账。",),
    sources=(WARRANT,),
    risk=Risk.HIGH,
    review_by=datetime(2027, 5, 1, tzinfo=UTC).date(),
)
BATTERY = Entry(
    id="waste/旧电池",
    kind=EntryKind.ITEM,
    question="旧电池",
    phrasings=("废电池",),
    conclusion="旧电池属于有害垃圾。",
    steps=("含有重金属。",),
    sources=(WARRANT,),
    item=WasteItem("有害垃圾", "含有重金属。"),
)


@dataclass
class Desk:
    """Somebody at the console: signs in, opens pages, sends forms with their token."""

    client: FlaskClient
    name: str = ""

    def open(self, path: str, **options: object) -> TestResponse:
        return self.client.get(path, **options)

    def page(self, path: str) -> str:
        response = self.open(path, follow_redirects=True)
        assert response.status_code == 200, response.status
        return response.get_data(as_text=True)

    def token(self) -> str:
        html = self.client.get("/console/sign-in", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert found
        return found[1]

    def send(self, path: str, **fields: object) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.name = name
        return self.send("/console/sign-in", name=name, password=password)

    def said(self) -> str:
        """Return what the next page says about the last form."""
        html = self.page("/console")
        return " ".join(re.findall(r'class="said[^>]*>(.*?)</p>', html, re.S))


@pytest.fixture
def parts(settings, voice, hasher):
    settings = settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})
    made = assemble(settings, voice=voice)
    made = replace(made, people=People(made.database, now, hasher))
    made.database.upgrade()
    made.entries.load([FAKE_POLICE, CARD, BATTERY])
    made.library.refresh()
    for name, *roles in (
        ("王志愿", Role.VOLUNTEER),
        ("李审核", Role.REVIEWER),
        ("周全能", Role.VOLUNTEER, Role.REVIEWER),
        ("陈工", Role.STAFF),
        ("管理员", Role.ADMINISTRATOR),
    ):
        made.people.add(name, PASSWORD, roles)
    yield made
    made.database.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    made = create_app(parts)
    made.testing = True
    return made


@pytest.fixture
def visitor(app):
    """Make browsers of people who have not signed in."""
    return lambda: Desk(app.test_client())


@pytest.fixture
def at_desk(visitor):
    """Make the browser of somebody who has signed in."""

    def sit(name: str) -> Desk:
        desk = visitor()
        assert desk.sign_in(name).status_code == 303
        return desk

    return sit


@pytest.fixture
def volunteer(at_desk):
    return at_desk("王志愿")


@pytest.fixture
def reviewer(at_desk):
    return at_desk("李审核")


@pytest.fixture
def staff(at_desk):
    return at_desk("陈工")


@pytest.fixture
def administrator(at_desk):
    return at_desk("管理员")


@pytest.fixture
def ask(app):
    """Ask as a resident does on the page without scripts; return the page with the reply."""

    def asked(question: str, times: int = 1) -> str:
        html = ""
        for _ in range(times):
            client = app.test_client()
            page = client.get("/").get_data(as_text=True)
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
            mark = re.search(r'name="id" value="([^"]+)"', page)[1]
            fields = {"csrf_token": token, "id": mark, "text": question}
            html = client.post("/", data=fields).get_data(as_text=True)
        return html

    return asked


def sheet(**changes: object) -> dict[str, object]:
    """Return a filled-in form about dog bites."""
    return {
        "once": str(datetime.now(UTC).timestamp()),
        "topic": "first-aid",
        "slug": "dog-bite",
        "question": "被狗咬了怎么办？",
        "phrasings": "狗把我咬出血了\n被流浪狗咬伤要打针吗\n娃儿遭狗咬了咋个办\n狗抓破皮要不要紧",
        "conclusion": "马上用肥皂水冲洗 15 分钟，再去打疫苗。",
        "steps": "冲洗伤口。\n去接种门诊。",
        "source_authority": "国家疾病预防控制局",
        "source_document": "《狂犬病暴露预防处置工作规范（2023年版）》",
        "source_date": "2023-09-13",
        "source_link": "",
        "risk": "high",
        "review_by": "",
        "seen": "1",
        "do": "submit",
        **changes,
    }


@pytest.fixture
def form():
    return sheet
