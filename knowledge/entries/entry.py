"""Entry: one answer with its phrasings and its sources."""

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

TOPICS = {
    "fraud": "反诈",
    "waste": "垃圾分类",
    "disaster": "防灾减灾",
    "home-safety": "消防与居家安全",
    "first-aid": "急救与疾病预防",
    "health": "慢病与健康生活",
    "food-medicine": "食品与用药安全",
    "work-safety": "安全生产",
    "environment": "环保低碳",
    "drugs": "禁毒",
    "cult-rumour": "防范邪教与辟谣",
    "service": "使用天府科技云与本服务",
}

CONCLUSION_LENGTH = 60  # code points: one sentence that is understood when read aloud once
STEPS = 6
ID_LENGTH = 120  # what the database keeps
PHRASINGS = 4
LINE_LENGTH = 300  # code points of one phrasing, step or field of a source
PHRASINGS_AT_MOST = 200
UNSEEN = re.compile(  # controls, marks that hide or turn text round, and halves of a character
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class EntryKind(StrEnum):
    ANSWER = "answer"
    CARD = "card"  # what comes first when somebody is in danger
    ITEM = "item"  # a thing and the bin it belongs in


class Risk(StrEnum):
    """What a wrong answer costs; sets how often it is reviewed."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"

    @property
    def review_after(self) -> timedelta:
        """How long a review holds: 6, 12 or 24 months."""
        days = {Risk.HIGH: 184, Risk.MIDDLE: 366, Risk.LOW: 731}
        return timedelta(days=days[self])


@dataclass(frozen=True, slots=True)
class Source:
    authority: str
    document: str
    date: str = ""  # 2022, 2022-05 or 2022-05-11: as exactly as it is known
    link: str = ""

    def __str__(self) -> str:
        named = f"{self.authority}：{self.document}" if self.authority else self.document
        return f"{named}（{self.date}）" if self.date else named


@dataclass(frozen=True, slots=True)
class RegionBlock:
    """What reads differently in one region; what is empty stays as in the entry."""

    conclusion: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WasteItem:
    """One row of waste-items.csv, beyond its name and aliases."""

    category: str
    reason: str
    preparation: str = ""
    local_note: str = ""
    source: str = ""  # the row's cell; what stands before its first semicolon is shown


@dataclass(frozen=True, slots=True)
class Entry:
    id: str  # TOPIC/slug, given at birth, never changed, never reused
    question: str
    conclusion: str
    phrasings: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    kind: EntryKind = EntryKind.ANSWER
    risk: Risk = Risk.LOW
    review_by: date | None = None  # none for waste items: the table is reviewed as a whole
    regions: tuple[tuple[str, RegionBlock], ...] = ()  # by GB/T 2260 code
    item: WasteItem | None = None

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]

    @property
    def asked_as(self) -> tuple[str, ...]:
        """All ways of asking for it, the question first."""
        return (self.question, *self.phrasings)

    def in_region(self, code: str | None) -> "Entry":
        """Return the entry as it reads there: county, then city, then province, then everywhere."""
        blocks = dict(self.regions)
        for place in (code, f"{code[:4]}00", f"{code[:2]}0000") if code else ():
            if block := blocks.get(place):
                return replace(
                    self,
                    conclusion=block.conclusion or self.conclusion,
                    steps=block.steps or self.steps,
                )
        return self

    def to_body(self) -> str:
        """Return everything but id and kind as JSON, the same for the same entry."""
        values = asdict(self)
        del values["id"], values["kind"]
        return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)

    @classmethod
    def from_body(cls, entry_id: str, kind: str, body: str) -> "Entry":
        values: dict[str, Any] = json.loads(body)
        return cls(
            id=entry_id,
            kind=EntryKind(kind),
            question=values["question"],
            conclusion=values["conclusion"],
            phrasings=tuple(values["phrasings"]),
            steps=tuple(values["steps"]),
            sources=tuple(Source(**source) for source in values["sources"]),
            risk=Risk(values["risk"]),
            review_by=date.fromisoformat(values["review_by"]) if values["review_by"] else None,
            regions=tuple(
                (code, RegionBlock(block["conclusion"], tuple(block["steps"])))
                for code, block in values["regions"]
            ),
            item=WasteItem(**values["item"]) if values["item"] else None,
        )


_CONCLUSIONS = {
    "组合物品": "{name}由几样东西组成，要拆开分别投放。",
    "大件垃圾": "{name}属于大件垃圾，不要投进垃圾桶，要预约或送到投放点。",
    "装修垃圾": "{name}属于装修垃圾，不要投进垃圾桶，要单独堆放、预约收运。",
    "专门渠道": "{name}不能投进垃圾桶，要交给专门的单位。",
}


def waste_entry(name: str, aliases: tuple[str, ...], item: WasteItem) -> Entry:
    """Return the entry that a row of the waste-item table is."""
    conclusion = _CONCLUSIONS.get(item.category, "{name}属于{category}。")
    notes = (item.reason, item.preparation, item.local_note)
    return Entry(
        id=f"waste/{name}",
        kind=EntryKind.ITEM,
        question=name,
        phrasings=aliases,
        conclusion=conclusion.format(name=name, category=item.category),
        steps=tuple(note for note in notes if note),
        sources=(Source("", item.source.partition(";")[0].strip()),),
        item=item,
    )


def problems(entry: Entry) -> list[tuple[str, str]]:
    """Return (field, sentence) for everything that keeps an entry from being published."""
    found = [*_problems_of_text(entry), *_of_answer(entry.conclusion, entry.steps)]
    found += _problems_of_sources(entry)
    topic, _, slug = entry.id.partition("/")
    if topic not in TOPICS or not (entry.kind is EntryKind.ITEM or SLUG.fullmatch(slug)):
        found.append(("id", "编号要写成 主题/英文短名，例如 fraud/fake-police"))
    if len(entry.id) > ID_LENGTH:
        found.append(("id", f"编号最长 {ID_LENGTH} 个字符"))
    if entry.kind is EntryKind.ANSWER and len(entry.phrasings) < PHRASINGS:
        found.append(("phrasings", f"问法至少 {PHRASINGS} 条，现在 {len(entry.phrasings)} 条"))
    if entry.kind is not EntryKind.ITEM and entry.review_by is None:
        found.append(("review_by", "缺复核日期，写成 2027-05-24 这样"))
    return found + [("regions", wrong) for one in entry.regions for wrong in _of_region(*one)]


def overdue(entry: Entry, written: date) -> str | None:
    """Return why the review date lies too far ahead of the day it was written, if it does."""
    if entry.review_by is None or entry.review_by <= written + entry.risk.review_after:
        return None
    latest = written + entry.risk.review_after
    return f"风险为 {entry.risk} 的条目最晚要在 {latest} 复核，现在写的是 {entry.review_by}"


def wrong_with_line(line: str, at_most: int = LINE_LENGTH) -> list[str]:
    """Return what keeps one line of text from being shown: empty, too long, unseen characters."""
    if not line.strip():
        return ["有一条是空的：写上内容或删掉这一行"]
    if len(line) > at_most:
        return [f"有一条超过 {at_most} 个字：{line[:20]!r}…"]
    if UNSEEN.search(line):
        return [f"有一条含有看不见的控制字符：{line[:20]!a}"]
    return []


def _problems_of_text(entry: Entry) -> list[tuple[str, str]]:
    found = []
    if not entry.question.strip():
        found.append(("question", "缺问题"))
    if not entry.conclusion.strip():
        found.append(("conclusion", "缺结论"))
    if not entry.steps and entry.kind is not EntryKind.ITEM:
        found.append(("steps", "缺步骤，至少一条"))
    if len(entry.phrasings) > PHRASINGS_AT_MOST:
        found.append(("phrasings", f"问法最多 {PHRASINGS_AT_MOST} 条"))
    lines = [("phrasings", line) for line in entry.phrasings]
    if entry.question.strip():
        lines.insert(0, ("question", entry.question))
    return found + [(field, wrong) for field, line in lines for wrong in wrong_with_line(line)]


def _of_answer(conclusion: str, steps: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what is wrong with what is read aloud, everywhere or in one region."""
    found = []
    length = len(conclusion)
    if length > CONCLUSION_LENGTH:
        found.append(("conclusion", f"结论有 {length} 个字，要缩到 {CONCLUSION_LENGTH} 个字以内"))
    if "\n" in conclusion:
        found.append(("conclusion", "结论只能是一行"))
    elif UNSEEN.search(conclusion):
        found.append(("conclusion", "结论含有看不见的控制字符：删掉重新打一遍"))
    if len(steps) > STEPS:
        found.append(("steps", f"步骤最多 {STEPS} 条，现在 {len(steps)} 条：合并或删减"))
    return found + [("steps", wrong) for step in steps for wrong in wrong_with_line(step)]


def _of_region(code: str, block: RegionBlock) -> list[str]:
    if not re.fullmatch(r"[0-9]{6}", code):
        return [f'地区编号 {code!r} 不是六位数字，例如成都是 "510100"']
    if not block.conclusion.strip() and not block.steps:
        return [f"地区 {code} 下面是空的：写 conclusion 或 steps，或者删掉"]
    return [f"地区 {code}：{wrong}" for _, wrong in _of_answer(block.conclusion, block.steps)]


def _problems_of_sources(entry: Entry) -> list[tuple[str, str]]:
    if not entry.sources:
        return [("sources", "缺来源：至少写一个发布单位、文件名和日期")]
    found = []
    for source in entry.sources:
        if not source.authority.strip():
            found.append(("sources", "来源缺发布单位（authority）"))
        if not source.document.strip():
            found.append(("sources", "来源缺文件名（document）"))
        if not _is_date(source.date):
            found.append(
                ("sources", f"来源日期 {source.date!r} 不存在，写成 2022-05-11、2022-05 或 2022")
            )
        for value in filter(None, (source.authority, source.document)):
            found += [("sources", f"来源：{wrong}") for wrong in wrong_with_line(value)]
        if source.link and not re.fullmatch(r"https?://[^\s\"'<>]{4,500}", source.link):
            found.append(("sources", f"来源链接不是 http(s) 网址：{source.link[:60]}"))
    return found


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True
