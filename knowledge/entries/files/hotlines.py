"""The table of hotlines: hotlines.yaml, one public telephone number an entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from knowledge.entries.entry import TOPICS, Source
from knowledge.entries.files.shapes import (
    SOURCE,
    Fields,
    Loader,
    Problem,
    name_of,
    of_yaml,
    source_of,
    text_of,
    without_tabs,
)
from knowledge.entries.rules import problems_of_source

KEYS = ("name", "use", "topics", "sources", "review_by")


@dataclass(frozen=True, slots=True)
class Hotline:
    number: str
    name: str
    use: str  # what one calls it for, and what not
    topics: tuple[str, ...]  # of whose questions it is the nearest authority, most fitting first
    sources: tuple[Source, ...]
    review_by: date | None


def load(path: Path) -> list[Hotline]:
    """Return the hotlines of the table. Raises ValueError with everything wrong with it."""
    hotlines, found = read(path)
    if found:
        raise ValueError("\n".join(map(str, found)))
    return hotlines


def read(path: Path) -> tuple[list[Hotline], list[Problem]]:
    """Return the hotlines of the table and everything wrong with it, all in one run."""
    text, found = text_of(path)
    text, tabbed = without_tabs(path.name, text)
    found += tabbed
    try:
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return [], [*found, of_yaml(path.name, error)]
    if not isinstance(root, yaml.MappingNode):
        return [], [*found, Problem(path.name, 1, "", "文件要从“号码:”开始，一条接一条")]
    hotlines: dict[str, Hotline] = {}
    for key, node in root.value:
        number, line = name_of(key), key.start_mark.line + 1
        hotline, wrong = _read_hotline(number, node)
        if number in hotlines:
            wrong.append("号码重复：合成一条")
        found += [Problem(path.name, line, number, sentence) for sentence in wrong]
        hotlines[number] = hotline
    return list(hotlines.values()), found


def _read_hotline(number: str, node: yaml.Node) -> tuple[Hotline, list[str]]:
    values = Loader("").construct_document(node)
    fields = Fields(values if isinstance(values, dict) else {}, KEYS, [])
    hotline = Hotline(
        number,
        fields.text("name"),
        fields.text("use"),
        fields.texts("topics"),
        tuple(source_of(source) for source in fields.rows("sources", SOURCE)),
        fields.day("review_by"),
    )
    return hotline, [*(sentence for _, sentence in fields.wrong), *_wrong_with(hotline)]


def _wrong_with(hotline: Hotline) -> Iterator[str]:
    if not (hotline.number.isascii() and hotline.number.isdigit()):
        yield '号码只能是数字，例如 "96110":'
    missing = {
        "name：这个电话叫什么": hotline.name,
        "use：什么事打它": hotline.use,
        "review_by：复核日期，写成 2027-05-24 这样": hotline.review_by,
        "sources：至少写一个发布单位、文件名和日期": hotline.sources,
    }
    yield from (f"缺 {what}" for what, value in missing.items() if not value)
    for source in hotline.sources:
        yield from problems_of_source(source)
    for topic in hotline.topics:
        if topic not in TOPICS:
            yield f"没有主题 {topic!r}，可以写的有：{'、'.join(TOPICS)}"
