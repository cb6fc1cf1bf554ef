"""Privacy: personal data masked before anything is kept, and swept when its time is over."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from knowledge.database import Database
from knowledge.tables import messages, receipts

_CHINESE_DIGITS = dict(zip("〇零一二三四五六七八九幺", "001234567891", strict=True))

# Digits may be told apart by spaces, dashes or dots, as people write them.
_GAP = r"[ \-.·—]?"
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_KINDS = (
    ("身份证号", re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dxX](?![\dxX])")),
    ("银行卡号", re.compile(rf"(?<!\d)[3-9](?:{_GAP}\d){{14,18}}(?!\d)")),
    ("电话", re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    ("电话", re.compile(rf"(?<!\d)0\d{{2,3}}{_GAP}[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)")),
    ("车牌", re.compile(rf"[{_PLATE}][a-zA-Z]{_GAP}[a-hj-np-zA-HJ-NP-Z0-9]{{5,6}}(?![a-zA-Z0-9])")),
)
_ADDRESS = re.compile(
    r"(?:(?<=住在)|(?<=家住)|(?<=住址)|(?<=地址)|(?<=我家在)|(?<=屋头在)|(?<=位于))"
    r"[是为：:,， ]{0,3}"
    # A place in particular: 农村, 小区, 城市 and the like are none.
    r"(?=[^，。！？!?\n]{1,40}"
    r"(?:[省县镇路街巷组栋幢]|(?<!城)市|(?<![山小社景灾])区|(?<![农乡山])村|单元|\d[号室楼]))"
    r"[^，。！？；,!?;\n]{2,60}"
)


def mask(text: str) -> str:
    """Return the text with phone, ID card and bank card numbers, plates and addresses replaced.

    Full-width and Chinese digits count as digits; short public numbers such as 96110 stay.
    """
    for label, pattern in _KINDS:
        text = _replace(text, pattern, f"［{label}］")
    return _replace(text, _ADDRESS, "［地址］")


def _replace(text: str, pattern: re.Pattern[str], label: str) -> str:
    folded = "".join(map(_fold, text))
    out, end = [], 0
    for found in pattern.finditer(folded):
        out += [text[end : found.start()], label]
        end = found.end()
    return "".join((*out, text[end:]))


def _fold(character: str) -> str:
    """Return one character for one: what it counts as when we look for numbers."""
    if digit := _CHINESE_DIGITS.get(character):
        return digit
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


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
        old = messages.c.received_at < rows_end
        rows = self._in_batches(sa.delete(messages), messages.c.id, old)
        self._in_batches(sa.delete(receipts), receipts.c.digest, receipts.c.asked_at < rows_end)
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
                    db.execute(change.where(key.in_(keys)))
            done += len(keys)
            if len(keys) < _BATCH:
                return done
