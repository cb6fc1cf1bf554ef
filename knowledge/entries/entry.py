"""Entry: one answer with its phrasings and its sources."""

import json
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

HOTLINES = "hotlines"  # the source of a fact that stands in the table of hotlines


class EntryKind(StrEnum):
    ANSWER = "answer"
    MYTH = "myth"  # an answer that says whether a common rumour is true
    CARD = "card"  # what comes first when somebody is in danger
    ITEM = "item"  # a thing and the bin it belongs in

    @property
    def is_answer(self) -> bool:
        """Whether it is found by its phrasings."""
        return self in {EntryKind.ANSWER, EntryKind.MYTH}


class Verdict(StrEnum):
    """What a myth entry says of its rumour."""

    NONE = ""
    TRUE = "true"
    FALSE = "false"
    PARTLY = "partly"


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
class Fact:
    """A number-like claim of an answer and where it stands."""

    says: str  # as it stands in the conclusion or a step
    source: str  # which of the entry's sources, counted from 1, or HOTLINES


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
    not_this: tuple[str, ...] = ()  # contrast phrasings: they sound like it, and belong elsewhere
    steps: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    sources: tuple[Source, ...] = ()
    related: tuple[str, ...] = ()  # ids of other entries
    kind: EntryKind = EntryKind.ANSWER
    verdict: Verdict = Verdict.NONE  # a myth has one, nothing else has
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
        place = self.block_of(code)
        if place is None:
            return self
        block = dict(self.regions)[place]
        return replace(
            self,
            conclusion=block.conclusion or self.conclusion,
            steps=block.steps or self.steps,
        )

    def block_of(self, code: str | None) -> str | None:
        """Return the region whose own text holds at a place; none where the common one does."""
        blocks = dict(self.regions)
        places = (code, f"{code[:4]}00", f"{code[:2]}0000") if code else ()
        return next((place for place in places if place in blocks), None)

    def to_body(self) -> str:
        """Return everything but id and kind as JSON, the same for the same entry.

        A field younger than the first release is left out where it is empty, so that what was
        published before it existed still reads the same.
        """
        values = asdict(self)
        del values["id"], values["kind"]
        values = {key: value for key, value in values.items() if value or key not in _YOUNGER}
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
            not_this=tuple(values.get("not_this", ())),
            facts=tuple(Fact(**fact) for fact in values.get("facts", ())),
            sources=tuple(Source(**source) for source in values["sources"]),
            related=tuple(values.get("related", ())),
            verdict=Verdict(values.get("verdict", "")),
            risk=Risk(values["risk"]),
            review_by=date.fromisoformat(values["review_by"]) if values["review_by"] else None,
            regions=tuple(
                (code, RegionBlock(block["conclusion"], tuple(block["steps"])))
                for code, block in values["regions"]
            ),
            item=WasteItem(**values["item"]) if values["item"] else None,
        )


_YOUNGER = {"not_this", "facts", "related", "verdict"}
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
