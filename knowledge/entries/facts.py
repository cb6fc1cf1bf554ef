"""Facts: the numbers that an answer claims, and the source in which each of them stands."""

import re
from collections.abc import Collection, Iterator

from knowledge.entries.entry import HOTLINES, Entry

_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_LONG = (
    "天|日|周|星期|礼拜|个?月|年|里|米|度|倍|片"  # with "one" before them, mostly turns of speech
)
_UNITS = (
    "秒|分钟|小时|钟头|岁|毫米|厘米|公分|公里|平方米|摄氏度|毫克|克|公斤|斤|毫升|升|元|块钱|成|针|剂"
    f"|粒|丸|伏|瓦|毫安|分贝|{_LONG}"
)
_COUNTS = "次|下|口(?!子)|勺|杯|级|块|颗|两"
# What is counted or measured: digits anywhere, numbers read out digit by digit, 第二十五条,
# 三分之一, numerals before a unit (三个月, 半片, 一周内), and counts from two up (三次).
_NUMBER = re.compile(
    "[0-9０-９]+(?:[.:/][0-9]+)*"
    "|[零〇一二三四五六七八九幺]{3,}"
    f"|第[{_DIGITS}]+(?=条|款|级)"
    f"|[{_DIGITS}]+分之[{_DIGITS}]+"
    f"|半(?={_UNITS}|杯|勺|两)"
    f"|(?<![第{_DIGITS}])一(?=(?:{_LONG})(?:以内|之内|内|以上|以下))"
    f"|(?<![第几{_DIGITS}])(?!万一|千万|一(?:{_LONG}|成))[{_DIGITS}]+(?={_UNITS})"
    f"|(?<![第几{_DIGITS}])(?!万一|千万|一(?:{_COUNTS}))[{_DIGITS}]+(?={_COUNTS})"
)


def unproven(entry: Entry) -> list[str]:
    """Return the numbers of the answer, in every region, that lie inside no fact; each once."""
    found = [
        number for text in _texts(entry) for number in _outside(text, [f.says for f in entry.facts])
    ]
    return list(dict.fromkeys(found))


def problems_of_facts(entry: Entry) -> list[str]:
    """Return a sentence for each fact that stands in no answer or names no source of the entry."""
    texts = list(_texts(entry))
    known = {HOTLINES, *(str(at) for at in range(1, len(entry.sources) + 1))}
    found = []
    for fact in entry.facts:
        if not fact.says.strip():
            found.append("有一条依据是空的：says 写上答案里的原话，或者删掉")
        elif not any(fact.says in text for text in texts):
            found.append(f"依据“{fact.says}”不在结论和步骤里：照答案里的原话写，或者删掉")
        if fact.source not in known:
            found.append(
                f"依据“{fact.says}”的来源 {fact.source!r} 不对："
                f"写第几个来源（1 到 {len(entry.sources)}），全国统一的热线写 {HOTLINES}"
            )
    return found


def not_hotlines(entry: Entry, hotlines: Collection[str]) -> list[str]:
    """Return a sentence for each fact that leans on the table of hotlines but stands not in it."""
    return [
        f"依据“{fact.says}”里的 {number} 不在 hotlines.yaml 里：写出它自己的来源，或者先加进那张表"
        for fact in entry.facts
        if fact.source == HOTLINES
        for number in re.findall("[0-9]+", fact.says) or [fact.says]
        if number not in hotlines
    ]


def _texts(entry: Entry) -> Iterator[str]:
    for conclusion, steps in (
        (entry.conclusion, entry.steps),
        *((block.conclusion, block.steps) for _, block in entry.regions),
    ):
        yield from (conclusion, *steps)


def _outside(text: str, facts: list[str]) -> Iterator[str]:
    """Yield the numbers of one text that lie inside no occurrence of a fact."""
    spans = [at.span() for says in facts if says for at in re.finditer(re.escape(says), text)]
    for number in _NUMBER.finditer(text):
        if not any(start <= number.start() and number.end() <= end for start, end in spans):
            yield number.group()
