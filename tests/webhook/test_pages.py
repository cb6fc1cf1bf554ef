"""Pages for residents: the chat without a script, an answer, the topics, a receipt."""

import re

import pytest

from knowledge.entries.entry import EntryKind, Verdict
from tests.conftest import an_entry
from webhook import create_app
from webhook.parts import assemble, prepare

POLICY = "default-src 'self'"


@pytest.fixture
def parts(settings, voice, clock):
    parts = assemble(settings, voice=voice, clock=clock)
    parts.database.upgrade()
    script = an_entry(
        "service/script",
        question="<script>alert(1)</script>",
        phrasings=("“><img src=x onerror=alert(2)>", "{{ 2999*3001 }}", "${2999*3001}", "%s%n"),
        conclusion="</script><script>alert(3)</script>",
        steps=("<b onclick=alert(4)>粗</b>", "{{ config }}"),
    )
    card = an_entry("fraud/card-being-scammed", kind=EntryKind.CARD, phrasings=())
    parts.entries.load([an_entry(), script, card])
    parts.library.refresh()
    yield parts
    parts.database.close()


@pytest.fixture
def client(parts):
    return create_app(parts).test_client()


def fields(html):
    return dict(re.findall(r'name="(csrf_token|id)" value="([^"]+)"', html))


def ask(client, text, **changes):
    hidden = fields(client.get("/").text)
    return client.post("/", data={**hidden, "text": text, **changes})


def test_the_plain_form_answers(client):
    """Without any script a question is sent, and the page comes back with the answer."""
    page = ask(client, "警察喊我转账").text

    assert "马上挂断，一分钱都不要转。" in page
    assert "公安部" in page


def test_reloading_the_page_asks_nothing_again(client, parts):
    """The browser sends the same form again: the same answer, one row."""
    hidden = fields(client.get("/").text)
    first, again = (client.post("/", data={**hidden, "text": "量子计算机"}).text for _ in range(2))

    receipt = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
    assert receipt.search(first)[0] == receipt.search(again)[0]
    assert len(list(parts.ledger.export())) == 1


def test_a_form_without_its_token_is_refused(client, parts):
    """Another site cannot ask in a resident's name."""
    client.get("/")

    answer = client.post("/", data={"text": "警察喊我转账", "id": "message-1"})

    assert answer.status_code == 400
    assert list(parts.ledger.export()) == []


def test_an_answer_has_its_page(client):
    """Sources, revision and what it is for search engines; unconfirmed content says so."""
    page = client.get("/entry/fraud/fake-police").text

    for words in ("马上挂断", "公安部", "《防骗手册》", "FAQPage", "本单位尚未核对"):
        assert words in page


def test_a_myth_says_what_is_true_of_it_and_what_is_near(client, parts):
    """The verdict stands before the conclusion; related questions are one tap away."""
    myth = an_entry(
        "fraud/safe-account",
        kind=EntryKind.MYTH,
        verdict=Verdict.FALSE,
        question="公安有安全账户吗？",
        phrasings=("公家的安全户头", "核查账户", "把钱转到国家账户", "安全账号是不是真的"),
        conclusion="公安没有安全账户。",
        related=("fraud/fake-police", "fraud/gone"),
    )
    parts.entries.load([myth])
    parts.library.refresh()

    reply = ask(client, "公家的安全户头").text
    page = client.get("/entry/fraud/safe-account").text

    assert "【不实】公安没有安全账户。" in reply
    assert "【不实】公安没有安全账户。" in page
    assert 'href="/entry/fraud/fake-police"' in page
    assert "fraud/gone" not in page
    assert "【不实】公安没有安全账户。" in client.get("/topics/fraud").text


@pytest.mark.parametrize("path", ["/entry/service/script", "/topics/service", "/topics"])
def test_scripts_in_content_are_inert(client, path):
    """Whatever an entry holds, a page shows it as text."""
    page = client.get(path).text

    assert "<script>alert" not in page
    assert "<b onclick" not in page
    assert "<img src=x" not in page
    assert "8999999" not in page


def test_scripts_in_a_question_are_inert(client):
    """Whatever a resident writes, the page and the receipt's page show it as text."""
    page = ask(client, "<u onclick=x>量子计算机哪里能买到").text
    receipt = re.search(r"/q/([0-9A-Z-]{11})", page)

    assert "<u onclick" not in page
    assert receipt
    assert "<u onclick" not in client.get(f"/q/{receipt[1]}").text


def test_a_receipt_shows_the_question_and_later_the_answer(client, parts):
    """On any device, however it is typed; before and after the answer exists."""
    receipt = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", ask(client, "量子计算机哪里买").text)[0]
    other = client.application.test_client()

    waiting = other.get("/q", query_string={"receipt": receipt.lower()}, follow_redirects=True)
    assert "量子计算机哪里买" in waiting.text

    demand = parts.demands.most_asked()[0]
    entry = an_entry("service/quantum", question="量子计算机哪里买", conclusion="还买不到。")
    draft = parts.review.begin(entry, author="王芳", demand_id=demand.id)
    parts.review.submit(draft, version=1)
    parts.review.approve(draft, reviewer="李强", version=2)
    parts.library.announce()

    assert "还买不到。" in other.get(f"/q/{receipt}").text
    assert "还买不到。" in ask(client, "量子计算机哪里买？").text


@pytest.mark.parametrize(
    "path",
    ["/q/K7M3F-9QX2D", "/q/x", "/q?receipt=x", "/entry/no/thing", "/topics/none", "/nothing"],
)
def test_what_is_not_there_gets_a_page_that_helps(client, path):
    """404 in words, with the way back and the emergency numbers."""
    page = client.get(path)

    assert page.status_code == 404
    assert 'lang="zh-CN"' in page.text
    assert "120" in page.text
    assert 'href="/"' in page.text


@pytest.mark.parametrize(
    "path", ["/", "/topics", "/entry/fraud/fake-police", "/nothing", "/console", "/healthz"]
)
def test_every_page_is_strict(client, path):
    """No inline code, no foreign host, no guessing of types, no version of the server."""
    answer = client.get(path, follow_redirects=True)

    assert answer.headers["Content-Security-Policy"].startswith(POLICY)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"]
    assert not re.search(r"[0-9]\.[0-9]", answer.headers.get("Server", ""))
    if answer.mimetype == "text/html":
        assert 'lang="zh-CN"' in answer.text
        assert not re.search(r"<(script|style)(?![^>]*(src=|ld\+json))[^>]*>", answer.text)
        assert not re.search(r'\s(on[a-z]+|style)="', answer.text)
        assert not re.search(
            r'(src|href)="(https?:)?//(?!ask.example)', answer.text.split("<main")[0]
        )


def test_a_fresh_installation_is_filled_once(settings, voice, clock):
    """The shipped content goes into an empty database, and only then."""
    parts = assemble(settings, voice=voice, clock=clock)

    first, second = prepare(parts), prepare(parts)

    assert first > 36
    assert second == 0
    assert parts.entries.snapshot_number() == 1
    parts.database.close()


def test_ready_needs_content_and_database(settings, voice, clock):
    """A service without content is alive and not ready; only a local caller reads why."""
    parts = assemble(settings, voice=voice, clock=clock)
    parts.database.upgrade()
    client = create_app(parts).test_client()

    local = client.get("/readyz")
    far = client.get("/readyz", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert client.get("/healthz").status_code == 200
    assert (local.status_code, local.json["snapshot"]) == (503, 0)
    assert far.json == {"status": "not ready"}
    parts.database.close()
