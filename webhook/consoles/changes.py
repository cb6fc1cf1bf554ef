"""Changes: what a draft says differently from what is published, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.entries.entry import Entry, RegionBlock, Risk, Source

KEPT, GONE, NEW = "kept", "gone", "new"
RISKS = {Risk.HIGH: "大", Risk.MIDDLE: "中", Risk.LOW: "小"}


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
        "问法": list(entry.phrasings),
        "结论": [entry.conclusion],
        "步骤": list(entry.steps),
        "来源": [_source(source) for source in entry.sources],
        "后果": [RISKS[entry.risk]],
        "复核日期": [str(entry.review_by or "没有")],
        "各地不同": [_region(code, block) for code, block in entry.regions],
        "物品分类": [entry.item.category] if entry.item else [],
    }


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
