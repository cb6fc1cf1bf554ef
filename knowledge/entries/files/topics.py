"""Topic files: TOPIC.yaml and cards.yaml, read with line numbers, written back readable."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from knowledge.entries.entry import Entry, EntryKind, Fact, RegionBlock, Risk, Verdict
from knowledge.entries.files.reading import (
    Placed,
    Problem,
    Unreadable,
    name_of,
    named_in,
    repeated_in,
    texts_in,
)
from knowledge.entries.files.shapes import SOURCE, Fields, source_of, values_of
from knowledge.entries.rules import problems

KEYS = (
    "kind",
    "verdict",
    "question",
    "phrasings",
    "not_this",
    "conclusion",
    "steps",
    "facts",
    "sources",
    "risk",
    "review_by",
    "related",
    "regions",
)
CARDS = "cards"  # the one file whose entries belong to several topics


def read(path: Path) -> tuple[list[Placed], list[Problem]]:
    """Return the entries of one file, sound or not, and everything wrong with it."""
    entries, found = named_in(path, begins="主题/短名:")
    placed: list[Placed] = []
    seen: dict[str, int] = {}
    for entry_id, line, node in entries:
        entry, wrong = _read_entry(path.stem, entry_id, node)
        if (first := seen.setdefault(entry_id, line)) != line:
            wrong.insert(0, (line, f"编号重复，第 {first} 行已经用过：换一个"))
        found += [Problem(path.name, at or line, entry_id, sentence) for at, sentence in wrong]
        if entry is not None:
            lines = dict(texts_in(node))
            sound = all(problem.entry != entry_id for problem in found)
            placed.append(Placed(entry, path.name, line, lines, sound=sound))
    return placed, found


def _read_entry(
    stem: str, entry_id: str, node: yaml.Node
) -> tuple[Entry | None, list[tuple[int, str]]]:
    if not isinstance(node, yaml.MappingNode):
        return None, [(0, "下面要缩进写 question、phrasings、conclusion ……")]
    lines = {name_of(k): k.start_mark.line + 1 for k, _ in node.value}
    wrong = [(line, f"{key} 写了两次，留一个") for key, line in repeated_in(node)]
    if stem != CARDS and not entry_id.startswith(f"{stem}/"):
        wrong.append((0, f"编号要以文件名开头：{stem}/英文短名"))
    try:
        fields = Fields(values_of(node), KEYS, [])
    except Unreadable as error:
        return None, [*wrong, (error.line, str(error))]
    entry = _to_entry(entry_id, fields)
    of_rules = [(field, one) for field, one in problems(entry) if field not in fields.lost]
    wrong += [(lines.get(field, 0), one) for field, one in (*fields.wrong, *of_rules)]
    if entry.kind is EntryKind.ITEM:
        wrong.append((lines.get("kind", 0), "物品写在 waste-items.csv 里，不写在这里"))
    if (entry.kind is EntryKind.CARD) != (stem == CARDS):
        sentence = f"危险卡片（kind: card）写在 {CARDS}.yaml 里，别的条目写在主题文件里"
        wrong.append((lines.get("kind", 0), sentence))
    return entry, wrong


def _to_entry(entry_id: str, fields: Fields) -> Entry:
    return Entry(
        id=entry_id,
        kind=fields.choice(EntryKind, "kind", EntryKind.ANSWER),
        verdict=fields.choice(Verdict, "verdict", Verdict.NONE),
        question=fields.text("question"),
        phrasings=fields.texts("phrasings"),
        not_this=fields.texts("not_this"),
        conclusion=fields.text("conclusion"),
        steps=fields.texts("steps"),
        facts=tuple(
            Fact(fact.text("says"), fact.text("source"))
            for fact in fields.rows("facts", ("says", "source"))
        ),
        sources=tuple(source_of(source) for source in fields.rows("sources", SOURCE)),
        risk=fields.choice(Risk, "risk", None),
        review_by=fields.day("review_by"),
        related=fields.texts("related"),
        regions=tuple(
            (code, RegionBlock(block.text("conclusion"), block.texts("steps")))
            for code, block in fields.named("regions", ("conclusion", "steps"))
        ),
    )


def write(entries: list[Entry]) -> str:
    """Return entries as the text of a topic file; `read` gives the same entries back."""
    root = {entry.id: _to_values(entry) for entry in entries}
    return yaml.safe_dump(root, allow_unicode=True, sort_keys=False, width=10_000)


def _to_values(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": None if entry.kind is EntryKind.ANSWER else str(entry.kind),
        "verdict": str(entry.verdict),
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "not_this": list(entry.not_this),
        "conclusion": entry.conclusion,
        "steps": list(entry.steps),
        "facts": [{"says": fact.says, "source": fact.source} for fact in entry.facts],
        "sources": [_written(**asdict(source)) for source in entry.sources],
        "risk": str(entry.risk),
        "review_by": entry.review_by,
        "related": list(entry.related),
        "regions": {
            code: _written(conclusion=block.conclusion, steps=list(block.steps))
            for code, block in entry.regions
        },
    }
    return _written(**values)


def _written(**values: Any) -> dict[str, Any]:
    """Return what is worth a line: the fields that are not empty."""
    return {key: value for key, value in values.items() if value}
