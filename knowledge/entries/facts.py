"""Facts: the numbers that an answer claims, and the source in which each of them stands."""

import re
from collections.abc import Collection, Iterator

from knowledge.entries.entry import HOTLINES, Entry

_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_UNITS = (
    "秒|分钟|小时|钟头|天|日|周|星期|礼拜|个?月|年|岁|毫米|厘米|公分|米|公里|里|平方米|摄氏度|度"
    "|毫克|克|公斤|斤|毫升|升|元|块钱|倍|成|针|剂|粒|片|丸|伏|瓦|分贝"
)
# What is counted or measured: digits anywhere, 第二十五条, 三分之一, and 三个月: words with a unit.
_NUMBER = re.compile(
    rf"[0-9]+(?:[.:/][0-9]+)*"
    rf"|第[{_DIGITS}]+(?=条|款)"
    rf"|[{_DIGITS}]+分之[{_DIGITS}]+"
    rf"|(?<![第{_DIGITS}])(?!万一|千万|一(?:天|日|年|周|里|米|度|倍|成|片))[{_DIGITS}]+(?={_UNITS})"
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
