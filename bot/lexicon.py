"""The lexicon: what volunteers know about words, read from knowledge/lexicon."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it is there
_END = "$"  # a dialect key with this behind it counts only at the end of a text


class BrokenFile(ValueError):
    """A file that people edit cannot be used; the message names it and says why."""


class BrokenLexicon(BrokenFile):
    """A lexicon file cannot be read; the message names the file and what is wrong."""


class Rewriting:
    """Replaces words by others in one pass: leftmost first, of several there the longest."""

    def __init__(self, table: Mapping[str, str] | None = None) -> None:
        self.table = dict(table or {})
        self._by_start: dict[str, list[tuple[str, str, bool]]] = {}
        for key, value in self.table.items():
            word = key.removesuffix(_END)
            row = (word, value, word != key)
            self._by_start.setdefault(word[:2], []).append(row)
        for rows in self._by_start.values():
            rows.sort(key=lambda row: len(row[0]), reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with every word replaced."""
        done: list[str] = []
        at = kept = 0
        while at < len(text) - 1:
            rows = self._by_start.get(text[at : at + 2])
            found = rows and self._at(text, at, rows)
            if not found:
                at += 1
                continue
            done += text[kept:at], found[1]
            at = kept = at + len(found[0])
        return "".join((*done, text[kept:])) if done else text

    def _at(self, text: str, at: int, rows: list[tuple[str, str, bool]]) -> tuple[str, str] | None:
        for word, value, at_end in rows:
            if text.startswith(word, at) and (not at_end or at + len(word) == len(text)):
                return word, value
        return None


class Contrasts:
    """Knows words that rule each other out: 孩子 and 大人, 狗 and 蛇, 地震前 and 地震后."""

    def __init__(self, groups: Iterable[Sequence[Sequence[str]]]) -> None:
        """Take groups of words, each with the ways of saying it."""
        self._sides = {
            word: (place, side)
            for place, group in enumerate(groups)
            for side, words in enumerate(group)
            for word in words
        }
        longest_first = sorted(self._sides, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def sides(self, text: str) -> frozenset[tuple[int, int]]:
        """Return which side of which group a text is on; it may be on several."""
        return frozenset(map(self._sides.__getitem__, self._words.findall(text)))


def rule_out(asked: frozenset[tuple[int, int]], known: frozenset[tuple[int, int]]) -> bool:
    """Tell whether one side of a group is asked for, and only other sides of it are known."""
    groups = {group for group, _ in asked} & {group for group, _ in known}
    return any(not {one for one in asked if one[0] == group} & known for group in groups)


@dataclass(frozen=True, slots=True)
class Lexicon:
    words: tuple[str, ...] = ()  # one word each, for segmentation
    stop: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()  # fillers at the beginning of a question
    after: tuple[str, ...] = ()  # and at its end
    dialect: Rewriting = field(default_factory=Rewriting)  # what is said -> standard Chinese
    synonyms: Rewriting = field(default_factory=Rewriting)  # a word -> the first of its group
    contrasts: Contrasts = field(default_factory=lambda: Contrasts(()))

    @classmethod
    def load(cls, folder: Path, *, also: Mapping[str, str] | None = None) -> "Lexicon":
        """Read the five files; `also` are synonyms tried out. Raises BrokenLexicon."""
        stop = _lists(folder / "stopwords.yaml", ("stop", "before", "after"))
        before, after = (
            tuple(sorted(stop[key], key=len, reverse=True)) for key in ("before", "after")
        )
        return cls(
            words=tuple(_lists(folder / "words.yaml", ("words",))["words"]),
            stop=frozenset(stop["stop"]),
            before=before,
            after=after,
            dialect=Rewriting(_dialect(folder / "dialect.yaml")),
            contrasts=Contrasts(_contrasts(folder / "contrasts.yaml")),
            synonyms=Rewriting({**_synonyms(folder / "synonyms.yaml"), **(also or {})}),
        )


def _dialect(path: Path) -> dict[str, str]:
    words = _mapping(path, ("words",))["words"]
    if not isinstance(words, dict) or not all(map(_is_text, (*words, *words.values()))):
        raise BrokenLexicon(f"{path.name} 的 words 要一行一个“四川话: 普通话”，数字加引号")
    return _long_enough(path, words)


def _synonyms(path: Path) -> dict[str, str]:
    groups = _mapping(path, ("groups",))["groups"]
    good = isinstance(groups, list) and all(isinstance(group, list) for group in groups)
    if not good or not all(_is_text(word) for group in groups for word in group):
        raise BrokenLexicon(f"{path.name} 的 groups 要一行一组：- [标准的叫法, 别的叫法]")
    table: dict[str, str] = {}
    for group in groups:
        for word in group[1:]:
            if word in table:
                raise BrokenLexicon(f"{path.name}：“{word}”站在两组里，只能留一处")
            table[word] = group[0]
    return _long_enough(path, table)


def _contrasts(path: Path) -> list[list[list[str]]]:
    groups = _mapping(path, ("groups",))["groups"]
    good = isinstance(groups, list) and all(isinstance(group, list) for group in groups)
    if not good or not all(_is_text(word) for group in groups for word in group):
        raise BrokenLexicon(f"{path.name} 的 groups 要一行一组：- [孩子|小孩, 大人|成人]")
    return [[word.split("|") for word in group] for group in groups]


def _long_enough(path: Path, table: dict[str, str]) -> dict[str, str]:
    if short := [word for word in table if len(word.removesuffix(_END)) < 2]:  # noqa: PLR2004
        raise BrokenLexicon(f"{path.name}：“{short[0]}”太短，至少两个字")
    return table


def _lists(path: Path, keys: tuple[str, ...]) -> dict[str, list[str]]:
    values = _mapping(path, keys)
    for key in keys:
        if not isinstance(values[key], list) or not all(map(_is_text, values[key])):
            raise BrokenLexicon(f"{path.name} 的 {key} 要一行一个词，每行以“- ”开头，数字加引号")
    return values


def _mapping(path: Path, keys: Iterable[str]) -> dict[str, Any]:
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506  # a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenLexicon(f"{path.name} 读不懂：{error}") from error
    if not isinstance(values, dict) or set(values) != set(keys):
        raise BrokenLexicon(f"{path.name} 要有且只有这几段：{'、'.join(keys)}")
    return values


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
