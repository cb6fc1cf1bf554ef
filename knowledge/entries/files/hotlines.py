"""The table of hotlines: hotlines.yaml, one public telephone number an entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from knowledge.entries.entry import TOPICS, Source
from knowledge.entries.files.reading import Problem, Unreadable, named_in, repeated_in
from knowledge.entries.files.shapes import SOURCE, Fields, source_of, values_of
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


EMERGENCY = frozenset({"110", "119", "120", "122"})  # never the number for a question
GENERAL = "12345"


def nearest(table: Sequence[Hotline], topic: str | None) -> Hotline | None:
    """Return whom to ask about a topic that has no answer: the first that names it, or 12345."""
    asked = [one for one in table if one.number not in EMERGENCY]
    general = next((one for one in asked if one.number == GENERAL), None)
    return next((one for one in asked if topic in one.topics), general)


def load(path: Path) -> list[Hotline]:
    """Return the hotlines of the table. Raises ValueError with everything wrong with it."""
    hotlines, found = read(path)
    if found:
        raise ValueError("\n".join(map(str, found)))
    return hotlines


def read(path: Path) -> tuple[list[Hotline], list[Problem]]:
    """Return the hotlines of the table and everything wrong with it, all in one run."""
    named, found = named_in(path, begins="号码:")
    hotlines: dict[str, Hotline] = {}
    for number, line, node in named:
        hotline, wrong = _read_hotline(number, node)
        if number in hotlines:
            wrong.append("号码重复：合成一条")
        found += [Problem(path.name, line, number, sentence) for sentence in wrong]
        hotlines[number] = hotline
    return list(hotlines.values()), found


def _read_hotline(number: str, node: yaml.Node) -> tuple[Hotline, list[str]]:
    fields = Fields({}, KEYS, [])
    if isinstance(node, yaml.MappingNode):
        try:
            fields = Fields(values_of(node), KEYS, [])
        except Unreadable as error:
            fields.wrong.append(("", str(error)))
    hotline = Hotline(
        number,
        fields.text("name"),
        fields.text("use"),
        fields.texts("topics"),
        tuple(source_of(source) for source in fields.rows("sources", SOURCE)),
        fields.day("review_by"),
    )
    twice = [f"{key} 写了两次，留一个" for key, _ in repeated_in(node)]
    return hotline, [*twice, *(sentence for _, sentence in fields.wrong), *_wrong_with(hotline)]


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
