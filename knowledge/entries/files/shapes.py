"""Shapes: the values of an entry, each held to what its field takes."""

import re
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from knowledge.entries.entry import Source
from knowledge.entries.files.reading import Loader, Unreadable

SOURCE = ("authority", "document", "date", "link")
Choice = TypeVar("Choice", bound=StrEnum)


def values_of(node: yaml.MappingNode) -> dict[str, Any]:
    """Return what stands under a name. Raises Unreadable."""
    try:
        values: dict[str, Any] = Loader("").construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        sentence = "这一条读不懂：去掉 !! 和 & * 这类记号，只写文字"
        raise Unreadable(mark.line + 1 if mark else 0, sentence) from error
    return values


def source_of(fields: "Fields") -> Source:
    return Source(*(fields.text(key) for key in SOURCE))


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
        self.lost: set[str] = set()  # fields read as empty, so that nobody asks for them again
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
            return kind(str(self._values.get(key, default)))
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
        self.lost.add(key)
        self.wrong.append((self._part or key, sentence))
