"""The running service: the real command, real HTTP, WeChat played by another library."""

import json
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from tests.conftest import SECRET
from tests.service import ASKSCIENCE, running, wait_for

TOKEN, APP_ID, AES_KEY = "AAAAA", "wxba5fad812f8e6fb9", "A" * 43
CHANNELS = json.dumps(
    {
        "gzh": {
            "platform": "wechat",
            "token": TOKEN,
            "app_id": APP_ID,
            "app_secret": "secret",
            "aes_key": AES_KEY,
        }
    }
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """`askscience run` with nothing but a WeChat channel set."""
    folder = tmp_path_factory.mktemp("service")
    with running(folder, "run", channels=CHANNELS) as service:
        yield service


class WeChat:
    """The platform's side: seals, signs, sends, opens what comes back."""

    def __init__(self, url):
        self.url = f"{url}/inbox/gzh"
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    def push(self, text, message_id, openid="oUser1"):
        now = str(int(time.time()))
        plain = (
            f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName>"
            f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{now}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
            f"<MsgId>{message_id}</MsgId></xml>"
        )
        sealed = self.crypto.encrypt_message(plain, "nonce1", now)
        signature = re.search(r"<MsgSignature><!\[CDATA\[(.*?)\]\]>", sealed)[1]
        query = f"encrypt_type=aes&msg_signature={signature}&timestamp={now}&nonce=nonce1"
        return f"{self.url}?signature=0&{query}", sealed.encode()

    def send(self, pushed):
        url, body = pushed
        request = urllib.request.Request(url, body, {"Content-Type": "text/xml"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            sealed = answer.read().decode()
        values = dict(re.findall(r"<(MsgSignature|TimeStamp|Nonce)>(?:<!\[CDATA\[)?(\w+)", sealed))
        plain = self.crypto.decrypt_message(
            sealed, values["MsgSignature"], values["TimeStamp"], values["Nonce"]
        )
        return parse_message(plain)


def ask(service, text):
    """Ask by the plain form, as a browser without script does."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = opener.open(f"{service.url}/", timeout=5).read().decode()
    hidden = dict(re.findall(r'name="(csrf_token|id)" value="([^"]+)"', page))
    form = urllib.parse.urlencode({**hidden, "text": text}).encode()
    return opener.open(f"{service.url}/", form, timeout=5).read().decode()


def test_the_first_start_prints_what_one_needs(service):
    """Both addresses, and the administrator's password exactly once."""
    assert f"{service.url}/\n" in service.printed
    assert f"{service.url}/console" in service.printed
    assert len(service.admin_password) >= 12
    assert (service.folder / "var" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_question_is_answered_on_the_page(service):
    """The shipped content answers a stall's commonest question."""
    assert "96110" in ask(service, "冒充公检法的骗子怎么认")


def test_a_sealed_wechat_message_comes_back_right(service):
    """A message that another library sealed is answered so that it can open the answer."""
    platform = WeChat(service.url)

    reply = platform.send(platform.push("冒充公检法的骗子怎么认", 7001))

    assert (reply.target, reply.source) == ("oUser1", "gh_1")
    assert "96110" in reply.content


def test_three_tries_at_once_make_one_row(service):
    """WeChat's second and third try overlap the first: one row, three equal replies."""
    platform = WeChat(service.url)
    pushed = platform.push("外星人的电话号码是多少", 7002)

    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(platform.send, [pushed] * 3))

    assert len({reply.content for reply in replies}) == 1
    assert "回执" in replies[0].content
    mine = [row for row in service.ledger() if str(row["message_id"]).startswith("7002")]
    assert len(mine) == 1
    assert mine[0]["outcome"] == "unmet"


def test_the_platform_id_is_kept_nowhere(service):
    """Only a pseudonym of the openid reaches the disk."""
    platform = WeChat(service.url)
    platform.send(platform.push("地震来了怎么办", 7003, openid="oVerySecretOpenid"))

    kept = b"".join(path.read_bytes() for path in (service.folder / "var").iterdir())
    assert b"oVerySecretOpenid" not in kept
    assert "oVerySecretOpenid" not in service.printed


def test_ctrl_c_stops_cleanly_and_a_second_start_is_quiet(tmp_path):
    """Exit code 0, no traceback; the next start prints no password and loads nothing again."""
    with running(tmp_path, "run") as first:
        assert first.stop(signal.SIGINT) == 0
        assert not (tmp_path / "var" / "askscience.db-wal").exists()
        assert "Traceback" not in first.printed
    with running(tmp_path, "run") as second:
        assert "密码" not in second.printed
        assert "装入" not in second.printed


def test_a_taken_address_gives_no_password_away(service, tmp_path):
    """The one-time password is printed once the address is ours, not before a start that fails."""
    port = service.url.rpartition(":")[2]
    done = subprocess.run(
        [ASKSCIENCE, "run", "--port", port],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "密码" not in done.stdout


@pytest.mark.postgres
@pytest.mark.redis
def test_two_processes_share_postgresql_and_redis(tmp_path, postgres_url, valkey_server):
    """Two workers: what is published beside them is live in both; a message is one row."""
    settings = {
        "database_url": postgres_url,
        "redis_url": valkey_server,
        "secret_key": SECRET,
        "channels": CHANNELS,
    }
    with running(tmp_path, "run", **settings) as one:
        one.stop()
    with running(tmp_path, "serve", "--workers", "2", **settings) as service:
        assert "不乱答" in ask(service, "二手钢琴多少钱")
        file = tmp_path / "service.yaml"
        file.write_text(
            "service/quantum:\n  question: 二手钢琴多少钱\n"
            "  phrasings: [旧钢琴好多钱, 买二手钢琴, 二手钢琴的价钱, 想买个旧钢琴]\n"
            "  conclusion: 普通人现在买不到。\n  steps: [等一等。]\n"
            "  sources: [{authority: 甲, document: 乙, date: 2026-01-01}]\n"
            "  risk: low\n  review_by: 2027-05-20\n",
            encoding="utf-8",
        )
        done = service.command("content", "load", str(file))
        assert done.returncode == 0, done.stderr

        def everywhere():
            answers = [ask(service, "二手钢琴多少钱") for _ in range(8)]
            return all("买不到" in answer for answer in answers)

        assert wait_for(everywhere, 15)
        platform = WeChat(service.url)
        pushed = platform.push("外星人的电话号码", 7101)
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(platform.send, [pushed] * 6))
        assert len({reply.content for reply in replies}) == 1
        assert sum(str(r["message_id"]).startswith("7101") for r in service.ledger()) == 1


@pytest.mark.parametrize(
    ("command", "settings", "words"),
    [
        (("serve",), {}, "ASKSCIENCE_SECRET_KEY"),
        (("serve",), {"secret_key": "weak"}, "太弱"),
        (("serve", "--workers", "2"), {"secret_key": SECRET}, "Redis"),
        (("serve",), {"secret_key": SECRET}, "askscience db upgrade"),
        (("run",), {"database_url": "postgresql://x@127.0.0.1:1/x"}, "数据库没有回应"),
        (("run",), {"channels": CHANNELS.replace(AES_KEY, "")}, "gzh 的 aes_key"),
        (("run",), {"channels": CHANNELS.replace(AES_KEY, "short")}, "gzh"),
    ],
)
def test_what_cannot_start_says_why(tmp_path, command, settings, words):
    """One sentence, exit code 1, no traceback."""
    started = threading.Event()
    with pytest.raises(AssertionError) as caught, running(tmp_path, *command, **settings):
        started.set()

    printed = (tmp_path / "printed").read_text(encoding="utf-8")
    assert not started.is_set()
    assert words in printed
    assert "Traceback" not in printed
    assert caught.value
