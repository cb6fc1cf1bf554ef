"""Topic files: TOPIC.yaml and cards.yaml, read with line numbers, written back readable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.entries.entry import Entry, EntryKind, RegionBlock, Risk, Source, problems

KEYS = (
    "kind",
    "question",
    "phrasings",
    "conclusion",
    "steps",
    "sources",
    "risk",
    "review_by",
    "regions",
)
CARDS = "cards"  # the one file whose entries belong to several topics


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    file: str
    line: int
    entry: str
    sentence: str

    def __str__(self) -> str:
        entry = f" {self.entry}" if self.entry else ""
        return f"{self.file}:{self.line}{entry}：{self.sentence}"


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and the line it begins on."""

    entry: Entry
    file: str
    line: int


class WrongShape(Exception):
    """A value is not what its field takes; the sentence says what would be."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # ten times faster
    """Everything but "nothing" stays the text it is: 12:30 is no number, yes is no truth value."""


_TAG = "tag:yaml.org,2002:"
_KNOWN = {f"{_TAG}{name}" for name in ("null", "merge", "str", "seq", "map")}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KNOWN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# A tag that somebody wrote by hand (!!timestamp, !!int) is refused like an unknown one.
_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag in _KNOWN
}


def text_of(path: Path) -> str | Problem:
    """Return what a file of content holds, or why it cannot be read."""
    try:
        if not path.is_file():
            sentence = "不是可以读的文件（文件夹、断开的链接或设备）：换成普通文件或删掉"
            return Problem(path.name, 1, "", sentence)
        content = path.read_bytes()
    except OSError as error:
        return Problem(path.name, 1, "", f"读不了（{error.strerror}）：检查文件的权限")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        sentence = "文件不是 UTF-8（多半是 GBK）：另存为时编码选 UTF-8（表格选“CSV UTF-8”）"
        return Problem(path.name, line, "", sentence)


def read(path: Path) -> tuple[list[Placed], list[Problem]]:
    """Return the entries of one file and everything wrong with it; a broken entry is left out."""
    text = text_of(path)
    if isinstance(text, Problem):
        return [], [text]
    try:
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return [], [_of_yaml(path.name, text, error)]
    if root is None:
        return [], []
    if not isinstance(root, yaml.MappingNode):
        return [], [Problem(path.name, 1, "", "文件要从“主题/短名:”开始，一条接一条")]
    placed: list[Placed] = []
    found: list[Problem] = []
    seen: dict[str, int] = {}
    for entry_id, line, node in _entries(root):
        if entry_id in seen:
            sentence = f"编号重复，第 {seen[entry_id]} 行已经用过：换一个"
            found.append(Problem(path.name, line, entry_id, sentence))
            continue
        seen[entry_id] = line
        entry, wrong = _read_entry(path.stem, entry_id, node)
        found += [Problem(path.name, at or line, entry_id, sentence) for at, sentence in wrong]
        if entry is not None:
            placed.append(Placed(entry, path.name, line))
    return placed, found


def _entries(root: yaml.MappingNode) -> Iterator[tuple[str, int, yaml.Node]]:
    for key, value in root.value:
        yield _name(key), key.start_mark.line + 1, value


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else ""


def _read_entry(
    stem: str, entry_id: str, node: yaml.Node
) -> tuple[Entry | None, list[tuple[int, str]]]:
    if not isinstance(node, yaml.MappingNode):
        return None, [(0, "下面要缩进写 question、phrasings、conclusion ……")]
    lines = {_name(k): k.start_mark.line + 1 for k, _ in node.value}
    wrong = [
        (line, f"不认识的项目 {key!r}，可以写的有：{'、'.join(KEYS)}")
        for key, line in lines.items()
        if key not in KEYS
    ]
    if len(lines) < len(node.value):
        wrong.append((0, "同一个项目写了两次，留一个"))
    if stem != CARDS and not entry_id.startswith(f"{stem}/"):
        wrong.append((0, f"编号要以文件名开头：{stem}/英文短名"))
    try:
        values = _Loader("").construct_document(node)
        entry = _to_entry(entry_id, values)
    except WrongShape as error:
        return None, [*wrong, (lines.get(error.field, 0), error.sentence)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        sentence = f"这一条读不懂（{_first_line(error)}）：去掉 !! 和 & * 这类记号，只写文字"
        return None, [*wrong, (mark.line + 1 if mark else 0, sentence)]
    wrong += [(lines.get(field, 0), sentence) for field, sentence in problems(entry)]
    if entry.kind is EntryKind.ITEM:
        wrong.append((lines.get("kind", 0), "物品写在 waste-items.csv 里，不写在这里"))
    return (None if wrong else entry), wrong


def _to_entry(entry_id: str, values: dict[str, Any]) -> Entry:
    """Return the entry; raises WrongShape."""
    sources = values.get("sources") or []
    regions = values.get("regions") or {}
    if not isinstance(sources, list) or not all(isinstance(one, dict) for one in sources):
        raise WrongShape("sources", "来源要一条一条写，每条以“- authority:”开头")
    if not isinstance(regions, dict) or not all(isinstance(b, dict) for b in regions.values()):
        raise WrongShape("regions", '地区要写成 "510100": 下面缩进写 conclusion 或 steps')
    return Entry(
        id=entry_id,
        kind=_choice(EntryKind, values, "kind", EntryKind.ANSWER),
        question=_text(values, "question"),
        conclusion=_text(values, "conclusion"),
        phrasings=_texts(values, "phrasings"),
        steps=_texts(values, "steps"),
        sources=tuple(_source(source) for source in sources),
        risk=_choice(Risk, values, "risk", None),
        review_by=_day(values),
        regions=tuple((str(code), _region(block)) for code, block in regions.items()),
    )


def _region(values: dict[str, Any]) -> RegionBlock:
    _only(values, ("conclusion", "steps"), field="regions", name="地区")
    return RegionBlock(
        _text(values, "conclusion", field="regions"), _texts(values, "steps", field="regions")
    )


def _source(values: dict[str, Any]) -> Source:
    known = ("authority", "document", "date", "link")
    _only(values, known, field="sources", name="来源")
    return Source(*(_text(values, key, field="sources") for key in known))


def _only(values: dict[str, Any], known: tuple[str, ...], *, field: str, name: str) -> None:
    if unknown := [str(key) for key in values if key not in known]:
        sentence = f"{name}里不认识的项目 {unknown[0]!r}，可以写的有：{'、'.join(known)}"
        raise WrongShape(field, sentence)


def _text(values: dict[str, Any], key: str, *, field: str = "") -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongShape(field or key, f"{key} 只能是一段文字")
    return value.strip()


def _texts(values: dict[str, Any], key: str, *, field: str = "") -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(one is None or isinstance(one, str) for one in value):
        sentence = f"{key} 要一行一条，每条以“- ”开头（条目里有冒号时，整条加上引号）"
        raise WrongShape(field or key, sentence)
    return tuple((one or "").strip() for one in value)


def _choice(kind: Any, values: dict[str, Any], key: str, default: Any) -> Any:
    value = values.get(key, default)
    try:
        return kind(value)
    except ValueError:
        raise WrongShape(key, f"{key} 只能写：{'、'.join(kind)}") from None


def _day(values: dict[str, Any]) -> date | None:
    text = _text(values, "review_by")
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise WrongShape("review_by", f"日期 {text!r} 不存在，写成 2027-05-24 这样") from None


def _of_yaml(file: str, text: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    if "\t" in "".join(text.splitlines()[line - 1 : line]):
        return Problem(file, line, "", "这一行有制表符（Tab）：换成空格")
    return Problem(
        file, line, "", f"格式读不懂（{_first_line(error)}）：检查缩进、冒号后的空格和引号"
    )


def _first_line(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def write(entries: list[Entry]) -> str:
    """Return entries as the text of a topic file; `read` gives the same entries back."""
    root = {entry.id: _to_values(entry) for entry in entries}
    return yaml.safe_dump(root, allow_unicode=True, sort_keys=False, width=10_000)


def _to_values(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": None if entry.kind is EntryKind.ANSWER else str(entry.kind),
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "conclusion": entry.conclusion,
        "steps": list(entry.steps),
        "sources": [
            {key: value for key, value in _source_values(source) if value}
            for source in entry.sources
        ],
        "risk": str(entry.risk),
        "review_by": entry.review_by,
        "regions": {
            code: {
                key: value
                for key, value in (("conclusion", block.conclusion), ("steps", list(block.steps)))
                if value
            }
            for code, block in entry.regions
        },
    }
    return {key: value for key, value in values.items() if value}


def _source_values(source: Source) -> tuple[tuple[str, str], ...]:
    return (
        ("authority", source.authority),
        ("document", source.document),
        ("date", source.date),
        ("link", source.link),
    )
