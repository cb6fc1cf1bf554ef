"""Changes: what a draft says differently from what is published, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.entries.entry import (
    HOTLINES,
    Entry,
    EntryKind,
    Fact,
    RegionBlock,
    Risk,
    Source,
    Verdict,
)

KEPT, GONE, NEW = "kept", "gone", "new"
RISKS = {Risk.HIGH: "大", Risk.MIDDLE: "中", Risk.LOW: "小"}

KINDS = {
    (EntryKind.ANSWER, Verdict.NONE): "答案",
    (EntryKind.MYTH, Verdict.FALSE): "辟谣：不实",
    (EntryKind.MYTH, Verdict.PARTLY): "辟谣：部分属实",
    (EntryKind.MYTH, Verdict.TRUE): "辟谣：属实",
    (EntryKind.MYTH, Verdict.NONE): "辟谣：还没选真假",
    (EntryKind.CARD, Verdict.NONE): "危险卡片",
    (EntryKind.ITEM, Verdict.NONE): "垃圾物品",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One part of an entry that reads differently; a line is kept, gone or new."""

    part: str
    lines: tuple[tuple[str, str], ...]


def compare(before: Entry, after: Entry) -> list[Change]:
    """Return every part that differs."""
    old, new = _parts(before), _parts(after)
    return [Change(part, _lines(old[part], new[part])) for part in new if old[part] != new[part]]


def _parts(entry: Entry) -> dict[str, list[str]]:
    return {
        "问题": [entry.question],
        "类型": [KINDS[entry.kind, entry.verdict]],
        "问法": list(entry.phrasings),
        "不是这一条": list(entry.not_this),
        "结论": [entry.conclusion],
        "步骤": list(entry.steps),
        "数字的依据": [f"{says}：{source}" for says, source in proofs(entry)],
        "来源": [_source(source) for source in entry.sources],
        "后果": [RISKS[entry.risk]],
        "复核日期": [str(entry.review_by or "没有")],
        "相关条目": list(entry.related),
        "各地不同": [_region(code, block) for code, block in entry.regions],
        "物品分类": [entry.item.category] if entry.item else [],
    }


def proofs(entry: Entry) -> list[tuple[str, str]]:
    """Return each fact with the source it stands in, as a reviewer reads it."""
    return [(fact.says, _named(fact, entry)) for fact in entry.facts]


def _named(fact: Fact, entry: Entry) -> str:
    if fact.source == HOTLINES:
        return "热线表"
    at = int(fact.source) if fact.source.isdecimal() else 0
    return str(entry.sources[at - 1]) if 0 < at <= len(entry.sources) else "没有这个来源"


def _source(source: Source) -> str:
    return f"{source} {source.link}".strip()


def _region(code: str, block: RegionBlock) -> str:
    return "；".join((code, block.conclusion, *block.steps))


def _lines(old: list[str], new: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += [(KEPT, text) for text in old[a:b]]
        else:
            found += [(GONE, text) for text in old[a:b]]
            found += [(NEW, text) for text in new[c:d]]
    return tuple(found)
