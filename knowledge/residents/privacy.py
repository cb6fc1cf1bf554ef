"""Privacy: personal data masked before anything is kept, and swept when its time is over."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import choices, erasures, feedback, homes, messages, receipts

_SPOKEN = (
    "〇零洞",
    "一幺壹",
    "二两贰貳",
    "三叁參",
    "四肆",
    "五伍",
    "六陆陸",
    "七拐柒",
    "八捌",
    "九勾玖",
)
_CHINESE_DIGITS = {spoken: str(digit) for digit, many in enumerate(_SPOKEN) for spoken in many}

# What people write between the digits of one number, and what they cannot see there.
_GAP = r"[ \t\-.·•*_~‐-―−\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]{0,3}"
# Between whole groups of digits anything that is no letter, such as 138/1234/5678.
_SIGN = r"[^0-9a-zA-Z\u4e00-\u9fff\n]{1,3}"
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ON_PLATE = "[a-hj-np-zA-HJ-NP-Z0-9]"
_CODE = "[0-9a-tv-zA-TV-Z]{5}"  # half a receipt; I, L and O are typed for 1 and 0
_KINDS = (
    ("邮箱", re.compile(r"(?<![\w.%+-])[a-zA-Z0-9_.%+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+", re.A)),
    (
        "回执",
        re.compile(
            r"(?<![0-9a-zA-Z])(?=[\d‐-―−-]{0,10}[a-zA-Z])(?=[a-zA-Z‐-―−-]{0,10}\d|[A-Z]{5}.[A-Z]{5})"
            rf"{_CODE}[‐-―−-]{_CODE}(?![0-9a-zA-Z-])"
        ),
    ),
    ("身份证号", re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dxX](?![\dxX])")),
    ("身份证号", re.compile(rf"(?<!\d)[1-9]\d{{5}}{_SIGN}\d{{8}}{_SIGN}\d{{3}}[\dxX](?![\dxX])")),
    ("银行卡号", re.compile(rf"(?<!\d)[3-9](?:{_GAP}\d){{14,18}}(?!\d)")),
    (
        "银行卡号",
        re.compile(rf"(?<!\d)[3-9]\d{{3}}(?:{_SIGN}\d{{4}}){{3}}(?:{_SIGN}\d{{1,3}})?(?!\d)"),
    ),
    ("电话", re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    (
        "电话",
        re.compile(
            rf"(?<!\d)(?:(?:\+|00)?86(?:{_SIGN})?)?1[3-9]\d{_SIGN}\d{{4}}(?:{_SIGN})?\d{{4}}(?!\d)"
        ),
    ),
    (
        "电话",
        re.compile(
            rf"(?<!\d)(?:0|(?:\+|00)86{_GAP})\d{{2,3}}{_GAP}[)\]/,]?{_GAP}"
            rf"[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)"
        ),
    ),
    (
        "车牌",
        re.compile(
            rf"[{_PLATE}]{_GAP}[a-zA-Z]{_GAP}(?=[a-zA-Z]{{0,5}}\d)"
            rf"(?:{_ON_PLATE}{{4}}[学警挂港澳使领试超]|{_ON_PLATE}{{5,6}}(?![a-zA-Z0-9]))"
        ),
    ),
    (
        "账号",
        re.compile(
            r"(?:[qQ]{2}|扣扣|微信|[wW]e[cC]hat)(?:号码?|[账帐]号|联系|[ 是为:,=(加]){0,5}"
            r"((?!(?:1[02]\d{3}|9[56]\d{3})(?!\d))[1-9]\d{4,11}(?![\d块元万人次个分多余年步])"
            r"|(?!(?i:android|iphone|ipad|windows|harmony|wechat|weixin|https?|www))"
            r"[a-zA-Z][a-zA-Z0-9_-]{5,19}(?![a-zA-Z0-9_-]))"
        ),
    ),
)

# One step of an address by name: 山区, 县城, 农村, 小区里, 马路边 and the like are none.
_NAMED = (
    r"省(?![份级内钱电水事])|(?<!各)州|(?<![城超夜菜股黑门])市(?![场民政面值里集])"
    r"|(?<=[船彭名]山)区|(?<=[涪雨]城)区|(?<![山小社景灾地市城郊片辖禁园校厂库林疫])区(?![别域分块间])"
    r"|(?<![各区])县(?![城级里长委域])|镇(?![上里长静痛政定压])|(?<![城老家下])乡(?![下里镇村亲音长])"
    r"|(?<![农乡山])村(?![里上民庄长委口医])|街道(?![上办边])|街(?![上边头坊口道])"
    r"|(?<![马公铁走迷网绕半上出])路(?![上边口面灯人过途程况费障])|大道|巷|(?<![阶手片时路])段(?![时落])"
    r"|社区|小区|新村|花园|家园|公寓|大厦|苑"
)
_WORD = r"[^\s，。！？；：、,.!?;:()\[\]“”\"…了的么吗呢怎着不是很被把谁啥咋号]"
_NUMBER = (
    r"(?>(?:附|第)?(?:[a-zA-Z]?[\d十百]{1,5}(?:-\d{1,4}){0,3}[a-zA-Z]?"
    r"(?:号院|号楼|号(?![线路桥门店台楼])|栋|幢|座|单元|楼(?![道上下梯])|层|室|组|队|社(?!区))"
    r"|[a-zA-Z][座栋幢]) ?)"
)
_NAME = rf"(?>(?!{_NUMBER}){_WORD}{{1,8}}?(?:{_NAMED}) ?)"
_TAIL = rf"{_NUMBER}(?:{_NAME}{{0,2}}+{_NUMBER})*+(?:\d{{3,4}}(?![\d.年月天块元度人斤个次米]))?"
_ADDRESSES = (
    re.compile(  # said to be one: two steps are enough
        r"(?:(?<![记抓捂保稳堵拦卡困忍停])住(?![院房户宅])|地址|屋头在|(?<![国大])家在|位于)"
        r"[在址是为于:, ]{0,4}"
        rf"((?:{_NAME}){{1,10}}+{_TAIL}|(?:{_NAME}){{2,10}}+|(?>{_WORD}{{0,8}}?{_NUMBER}){_TAIL})"
    ),
    re.compile(  # where somebody is just now: only with a number of the house
        r"(?:我|我们|俺|人|就|正|现|这里|这儿|这边)[在是][是为在:, ]{0,3}"
        rf"((?:{_NAME}){{1,10}}+{_TAIL})"
    ),
)


def mask(text: str) -> str:
    """Return the text without what somebody could be found by: a label stands in its place.

    Masked are phone, ID card and bank card numbers, plates, e-mail addresses, accounts of QQ and
    WeChat, receipts and addresses. Full-width and Chinese digits count as digits; short public
    numbers such as 96110 stay.
    """
    for label, pattern in _KINDS:
        text = _replace(text, pattern, f"［{label}］")
    for pattern in _ADDRESSES:
        text = _replace(text, pattern, "［地址］")
    return text


def _replace(text: str, pattern: re.Pattern[str], label: str) -> str:
    """Replace the group of a pattern, or all of it where it has none."""
    folded = "".join(map(_fold, text))
    out, end = [], 0
    for found in pattern.finditer(folded):
        out += [text[end : found.start(pattern.groups)], label]
        end = found.end(pattern.groups)
    return "".join((*out, text[end:]))


def _fold(character: str) -> str:
    """Return one character for one: what it counts as when we look for numbers."""
    if digit := _CHINESE_DIGITS.get(character):
        return digit
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


_TOLD = timedelta(minutes=30)  # every process has heard of an erasure by then
_BATCH = 500  # rows of one transaction; SQLite takes 999 parameters in its oldest builds


@dataclass(frozen=True, slots=True)
class Swept:
    words: int  # messages whose words were emptied
    rows: int  # ledger rows deleted


class Retention:
    """How long residents' words and pseudonymous rows are kept."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        words: timedelta,
        rows: timedelta,
    ) -> None:
        self._database = database
        self._now = now
        self._words = words
        self._rows = rows

    def sweep(self) -> Swept:
        """Empty words and delete rows that have been kept long enough."""
        words_end, rows_end = self._now() - self._words, self._now() - self._rows
        has_words = (messages.c.received_at < words_end) & messages.c.words.is_not(None)
        empty = sa.update(messages).values(words=None, reply=None)
        words = self._in_batches(empty, messages.c.id, has_words)
        self._in_batches(sa.delete(choices), choices.c.id, choices.c.chosen_at < words_end)
        old = messages.c.received_at < rows_end
        rows = self._in_batches(sa.delete(messages), messages.c.id, old)
        self._in_batches(sa.delete(receipts), receipts.c.digest, receipts.c.asked_at < rows_end)
        self._in_batches(sa.delete(feedback), feedback.c.who, feedback.c.said_at < rows_end)
        self._in_batches(sa.delete(homes), homes.c.sender, homes.c.consented_at < rows_end)
        told = erasures.c.erased_at < self._now() - _TOLD
        self._in_batches(sa.delete(erasures), erasures.c.id, told)
        return Swept(words, rows)

    def _in_batches(
        self, change: sa.Update | sa.Delete, key: sa.Column[Any], which: sa.ColumnElement[bool]
    ) -> int:
        """Change all rows a batch a transaction, so that no statement is stopped for its length."""
        done = 0
        while True:
            with self._database.write() as db:
                keys = db.scalars(sa.select(key).where(which).limit(_BATCH)).all()
                if keys:
                    db.execute(change.where(which, key.in_(keys)))
            done += len(keys)
            if len(keys) < _BATCH:
                return done
