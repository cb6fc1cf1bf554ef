"""Residents: masked, pseudonymous, and forgotten when promised."""

import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa

from knowledge.demands.grouping import demand_key
from knowledge.demands.receipts import ALPHABET, Receipts
from knowledge.residents.keys import WeakSecret, check_secret, keyed_hash, subkey
from knowledge.residents.ledger import Ledger
from knowledge.residents.privacy import Retention, mask
from knowledge.tables import messages, receipts
from tests.conftest import SECRET, a_record
from tests.contracts.test_demands import a_turn


@pytest.mark.parametrize(
    ("text", "secret", "label"),
    [
        ("我的电话是13812345678", "13812345678", "电话"),
        ("打 138-1234-5678 找我", "138-1234-5678", "电话"),
        ("打１３８１２３４５６７８找我", "１３８１２３４５６７８", "电话"),
        ("电话一三八一二三四五六七八", "一三八一二三四五六七八", "电话"),
        ("+86 13812345678", "13812345678", "电话"),
        ("座机028-86741234", "028-86741234", "电话"),
        ("身份证510104199001011234", "510104199001011234", "身份证号"),
        ("身份证51010419900101123X泄露了", "51010419900101123X", "身份证号"),
        ("卡号6222021234567890123被盗", "6222021234567890123", "银行卡号"),
        ("卡号 6222 0212 3456 7890", "6222 0212 3456 7890", "银行卡号"),
        ("车牌川A12345撞了我", "川A12345", "车牌"),
        ("川A·D12345是电动车", "川A·D12345", "车牌"),
        ("我家住在成都市武侯区人民南路四段11号，怎么投诉", "武侯区人民南路四段11号", "地址"),
        ("地址：金堂县赵镇幸福村3组", "赵镇幸福村3组", "地址"),
        ("(138)12345678", "12345678", "电话"),
        ("008613812345678", "13812345678", "电话"),
        ("138/1234/5678", "5678", "电话"),
        ("138_1234_5678", "5678", "电话"),
        ("138~1234~5678", "5678", "电话"),
        ("138–1234–5678", "5678", "电话"),
        ("138\u20101234\u20105678", "5678", "电话"),
        ("138\t1234\t5678", "5678", "电话"),
        ("138\u200b1234\u200b5678", "5678", "电话"),
        ("138  1234  5678", "5678", "电话"),
        ("138，1234，5678", "5678", "电话"),
        ("壹叁捌壹贰叁肆伍陆柒捌", "伍陆柒捌", "电话"),
        ("幺三八幺两三四五六拐八", "五六拐八", "电话"),
        ("(028)86543210", "86543210", "电话"),
        ("+86 28 86543210", "86543210", "电话"),
        ("身份证510104/19900101/1234", "19900101", "身份证号"),
        ("川 A12345刮了我的车", "A12345", "车牌"),
        ("川A1234学", "A1234学", "车牌"),
        ("京A8888警", "A8888警", "车牌"),
        ("发到zhang.san@example.com", "zhang.san@example.com", "邮箱"),
        ("QQ号123456789被盗", "123456789", "账号"),
        ("QQ：123456789", "123456789", "账号"),
        ("微信号是zhangsan_01", "zhangsan_01", "账号"),
        ("加我微信 zhangsan", "zhangsan", "账号"),
        ("K7M3F-9QX2D查一下", "K7M3F-9QX2D", "回执"),
        ("回执k7m3f-9qx2d", "k7m3f-9qx2d", "回执"),
        ("住成都市武侯区人民南路四段十二号", "武侯区人民南路四段十二号", "地址"),
        ("我住武侯区玉林街道", "武侯区玉林街道", "地址"),
        ("家在天府大道北段199号", "天府大道北段199号", "地址"),
        ("家住锦绣天下12栋3单元502", "12栋3单元502", "地址"),
        ("住在遂宁市船山区油坊街12号", "船山区油坊街12号", "地址"),
    ],
)
def test_personal_data_is_masked(text, secret, label):
    """A number or an address that could find somebody is replaced before anything is kept."""
    masked = mask(text)

    assert secret not in masked
    assert f"［{label}］" in masked


@pytest.mark.parametrize(
    "text",
    [
        "96110打给我干嘛",
        "110 119 120 12345 12379",
        "血压150/95高不高",
        "2026年11月24日几点停水",
        "转了50000块还能追回来不",
        "住在楼下的人抽烟怎么办",
        "家住农村的老人怎么防骗",
        "我家在小区里，楼道能不能充电",
        "一二三四五，上山打老虎",
        "GB/T 19095-2019 是什么",
        "住在低洼地区发大水了怎么办",
        "我家在山区县城怎么防灾",
        "我在家里，楼上漏水到楼下",
        "我在路上看到街边电线断了",
        "住在3楼漏水找哪个",
        "国家在各省市区县推广",
        "血压130/85,140/100",
        "微信转了50000块，微信 12345能投诉吗",
        "微信Android版怎么设置",
        "10086-10010",
    ],
)
def test_public_numbers_stay(text):
    """What nobody can be found by stays readable for whoever writes the answer."""
    assert mask(text) == text


@pytest.mark.parametrize("asked", ["着火了怎么办", "漏水怎么投诉", "需要到社区办什么手续"])
@pytest.mark.parametrize("said", ["我在", "我住", "我家住在", "地址："])
def test_what_follows_an_address_stays(said, asked):
    """Staff see what was asked, and not from where."""
    assert mask(f"{said}武侯区人民南路四段12号{asked}") == f"{said}［地址］{asked}"


def test_a_receipt_is_short_and_always_the_same():
    """Ten characters that can be read out, the same on every retry of a message."""
    receipts_ = Receipts(subkey(SECRET, "receipts"))

    receipt = receipts_.make("wechat", "阿一", "m1")

    assert receipt == receipts_.make("wechat", "阿一", "m1")
    assert receipt != receipts_.make("wechat", "阿二", "m1")
    assert len(receipt) == 11
    assert receipt[5] == "-"
    assert set(receipt.replace("-", "")) <= set(ALPHABET)


def test_a_receipt_is_found_however_it_is_typed():
    """Small letters, no dash, I and l for 1, O for 0: read out and typed by hand."""
    receipts_ = Receipts(b"k" * 32)

    assert receipts_.digest("k7m3f9qx2d") == receipts_.digest("K7M3F-9QX2D ")
    assert receipts_.digest("ooooo-iiiil") == receipts_.digest("00000-11111")
    assert receipts_.digest("太短") is None
    assert receipts_.digest("K7M3F-9QX2U") is None
    assert receipts_.digest("K7M3F-9QX2DD") is None


def test_what_is_kept_of_a_receipt_needs_the_key():
    """Fifty bits could be tried one by one if a plain hash were kept."""
    assert Receipts(b"a" * 32).digest("K7M3F-9QX2D") != Receipts(b"b" * 32).digest("K7M3F-9QX2D")


def test_pseudonyms_need_the_secret_and_the_channel():
    """The same person on two channels is two residents, and nobody without the key can tell."""
    key = subkey(SECRET, "pseudonyms")

    assert keyed_hash(key, "wechat", "openid") == keyed_hash(key, "wechat", "openid")
    assert keyed_hash(key, "wechat", "openid") != keyed_hash(key, "wechat2", "openid")
    assert keyed_hash(key, "ab", "c") != keyed_hash(key, "a", "bc")
    assert keyed_hash(key, "x") != keyed_hash(subkey(SECRET, "sessions"), "x")


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "a" * 60,
        "changeme" * 4,
        "12" * 30,
        "changeme-changeme-changeme-changeme-changeme",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "zyxwvutsrqponmlkjihgfedcba9876543210",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
        "correct horse battery staple correct horse",
        "Bright-River-Window-Candle-Orange",
    ],
)
def test_a_weak_secret_is_refused(secret):
    """A secret that can be guessed makes every pseudonym and session readable."""
    with pytest.raises(WeakSecret, match="ASKSCIENCE_SECRET_KEY"):
        check_secret(secret)


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_a_random_secret_is_accepted(make):
    """Nobody who follows the documents is ever turned away."""
    assert all(check_secret(one) == one for one in (make(32) for _ in range(2000)))


def test_words_go_first_and_rows_later(database, clock):
    """Words live 30 days, pseudonymous rows 400; a retry in between still counts as known."""
    retention = Retention(database, clock, words=timedelta(days=30), rows=timedelta(days=400))
    a_record(database).keep(a_turn(clock))
    clock.pass_by(days=31)

    assert retention.sweep().words == 1
    with database.read() as db:
        row = db.execute(sa.select(messages)).one()
    assert (row.words, row.reply) == (None, None)
    assert Ledger(database).stored_reply("webchat", "阿一", "m1") == ""

    clock.pass_by(days=370)

    assert retention.sweep().rows == 1
    with database.read() as db:
        assert db.execute(sa.select(messages)).all() == []
        assert db.execute(sa.select(receipts)).all() == []


def test_a_demand_key_is_what_was_asked():
    """Signs and fillers do not make another demand; a long text is told by all of it."""

    def normalise(text):
        return "".join(c for c in text if c.isalnum())[:200]

    assert demand_key("地震，怎么办？", normalise) == demand_key("地震怎么办", normalise)
    assert demand_key("？？？", normalise) == "？？？"
