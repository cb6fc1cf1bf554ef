"""Shapes: a file of content read with line numbers, each value held to what its field takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from knowledge.entries.entry import Entry, Source

SOURCE = ("authority", "document", "date", "link")


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
    sound: bool = True  # nothing is wrong with it by itself


Choice = TypeVar("Choice", bound=StrEnum)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # ten times faster
    """Everything but "nothing" stays the text it is: 12:30 is no number, yes is no truth value."""


_TAG = "tag:yaml.org,2002:"
_KNOWN = {f"{_TAG}{name}" for name in ("null", "merge", "str", "seq", "map")}
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KNOWN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# A tag that somebody wrote by hand (!!timestamp, !!int) is refused like an unknown one.
Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag in _KNOWN
}


def text_of(path: Path) -> tuple[str, list[Problem]]:
    """Return what a file of content holds, and why it cannot be taken as it is.

    A file in GBK is read all the same, so that everything else wrong with it is named too.
    """
    try:
        if not path.is_file():
            sentence = "不是可以读的文件（文件夹、断开的链接或设备）：换成普通文件或删掉"
            return "", [Problem(path.name, 1, "", sentence)]
        content = path.read_bytes()
    except OSError as error:
        return "", [Problem(path.name, 1, "", f"读不了（{error.strerror}）：检查文件的权限")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        sentence = "文件不是 UTF-8（多半是 GBK）：另存为时编码选 UTF-8（表格选“CSV UTF-8”）"
        found = [Problem(path.name, line, "", sentence)]
    try:
        return content.decode("gb18030"), found
    except UnicodeDecodeError:
        return "", found


def root_of(path: Path, *, begins: str) -> tuple[yaml.MappingNode, list[Problem]]:
    """Return what a YAML file holds, by name, and what keeps it from being read; empty at worst.

    `begins` is how the file has to begin, for whoever wrote it otherwise.
    """
    text, found = text_of(path)
    text, tabbed = _without_tabs(path.name, text)
    found += tabbed
    try:
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        root = None
        found.append(_of_yaml(path.name, error))
    if isinstance(root, yaml.MappingNode):
        return root, found
    if root is not None:
        sentence = f"文件要从“{begins}”开始，一条接一条"
        found.append(Problem(path.name, 1, "", sentence))
    return yaml.MappingNode(f"{_TAG}map", []), found


def named(root: yaml.MappingNode) -> Iterator[tuple[str, int, yaml.Node]]:
    """Yield (name, line, what stands under it)."""
    for key, value in root.value:
        yield name_of(key), key.start_mark.line + 1, value


def values_of(node: yaml.MappingNode) -> dict[str, Any]:
    """Return what stands under a name. Raises Unreadable."""
    try:
        values: dict[str, Any] = Loader("").construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(error) from error
    return values


def _without_tabs(file: str, text: str) -> tuple[str, list[Problem]]:
    """Return the text with spaces for tabs, and a problem for each line that had one."""
    tabbed = [at for at, line in enumerate(text.splitlines(), 1) if "\t" in line]
    sentence = "这一行有制表符（Tab）：换成空格"
    return text.expandtabs(2), [Problem(file, at, "", sentence) for at in tabbed]


def _of_yaml(file: str, error: Exception) -> Problem:
    """Return where a file cannot be read as YAML."""
    mark = getattr(error, "problem_mark", None)
    sentence = f"格式读不懂（{_reason(error)}）：检查缩进、冒号后的空格和引号"
    return Problem(file, mark.line + 1 if mark else 1, "", sentence)


def name_of(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else ""


def source_of(fields: "Fields") -> Source:
    return Source(*(fields.text(key) for key in SOURCE))


def _reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


class Unreadable(ValueError):
    """A part of a file that is YAML, but no plain text; the message says what to do."""

    def __init__(self, error: Exception) -> None:
        mark = getattr(error, "problem_mark", None)
        self.line = mark.line + 1 if mark else 0
        super().__init__(f"这一条读不懂（{_reason(error)}）：去掉 !! 和 & * 这类记号，只写文字")


class Fields:
    """The fields of an entry, or of a part of one.

    What is not of the shape that its field takes is noted in `wrong`, as (field, sentence), and
    read as if it were not there.
    """

    def __init__(
        self,
        values: dict[str, Any],
        known: tuple[str, ...],
        wrong: list[tuple[str, str]],
        part: str = "",
    ) -> None:
        self._values = values
        self._part = part  # the field of the entry that these are a part of; none for all of it
        self.wrong = wrong
        for key in values:
            if key not in known:
                sentence = f"不认识的项目 {str(key)!r}，可以写的有：{'、'.join(known)}"
                self.wrong.append((part or str(key), f"{part} 里{sentence}" if part else sentence))

    def text(self, key: str) -> str:
        value = self._values.get(key)
        if value is not None and not isinstance(value, str):
            self._note(key, f"{key} 只能是一段文字")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._values.get(key)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(v, str | None) for v in values):
            sentence = f"{key} 要一行一条，每条以“- ”开头（条目里有冒号时，整条加上引号）"
            self._note(key, sentence)
            return ()
        return tuple((value or "").strip() for value in values)

    def choice(self, kind: type[Choice], key: str, default: Choice | None) -> Choice:
        """Return the field as one of a kind; without a default it must be there."""
        try:
            return kind(self._values.get(key, default))  # type: ignore[arg-type]
        except ValueError:
            self._note(key, f"{key} 只能写：{'、'.join(one for one in kind if one)}")
            return default or next(iter(kind))

    def day(self, key: str) -> date | None:
        text = self.text(key)
        if not text:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self._note(key, f"日期 {text!r} 不存在，写成 2027-05-24 这样")
            return None

    def rows(self, key: str, known: tuple[str, ...]) -> list["Fields"]:
        """Return the parts of a field that is a list of parts."""
        values = self._values.get(key) or []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self._note(key, f"{key} 要一条一条写，每条以“- {known[0]}:”开头")
            return []
        return [Fields(value, known, self.wrong, key) for value in values]

    def named(self, key: str, known: tuple[str, ...]) -> list[tuple[str, "Fields"]]:
        """Return the parts of a field that is a mapping of names to parts."""
        values = self._values.get(key) or {}
        if not isinstance(values, dict) or not all(isinstance(v, dict) for v in values.values()):
            self._note(key, f'{key} 要写成 "编号": 下面缩进写 {"、".join(known)}')
            return []
        return [(str(n), Fields(value, known, self.wrong, key)) for n, value in values.items()]

    def _note(self, key: str, sentence: str) -> None:
        self.wrong.append((self._part or key, sentence))
