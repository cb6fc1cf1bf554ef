"""Waste items: "X 是什么垃圾" finds X in the table, and what is not in the table is not guessed."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from bot.lexicon import BrokenLexicon
from bot.text import pinyin

CLOSE = 75.0  # fuzz.ratio at or above: near enough to be offered, never to be answered
CHOICES = 3
LONGEST = 25  # code points of a thing's name with what stands around it
LONGEST_ASKING = 30  # and of what asks for its bin

_PART = re.compile(r"\{(\w+)(\??)\}|([^{}]+)")
_OF = re.compile(r"(?:[上里]|[上里外][面头]|底下)?的")
_WHICH = re.compile(r"(.+)(?:的|了|好多|[这那]种)(.+)")
_AGAIN = re.compile(r"(.)\1+$")
_SMALL = ("子", "儿")
_AND = re.compile("[跟和与]")
_NO_PARTS = (KeyError, TypeError, AttributeError)  # what a file of another shape raises


class Sayings:
    """Templates such as {扔}{哪}, met at the start of a text or at its end."""

    def __init__(
        self, templates: Iterable[str], words: dict[str, list[str]], *, at_end: bool = False
    ) -> None:
        self._step = -1 if at_end else 1  # what stands at the end is read backwards
        self._patterns = [self._pattern(template, words) for template in templates]

    def length(self, text: str) -> int:
        """Return how many characters the longest of them takes, 0 when there is none."""
        text = text[:: self._step]
        return max((len(met[0]) for one in self._patterns if (met := one.match(text))), default=0)

    def _pattern(self, template: str, words: dict[str, list[str]]) -> re.Pattern[str]:
        parts = []
        for name, optional, literal in _PART.findall(template):
            if name and name not in words:
                raise BrokenLexicon(f"items.yaml 的 words 里没有“{name}”")
            choices = sorted(words[name] if name else [literal], key=len, reverse=True)
            turned = (re.escape(choice[:: self._step]) for choice in choices)
            parts.append(f"(?:{'|'.join(turned)}){optional}")
        return re.compile("".join(parts[:: self._step]))


@dataclass(frozen=True, slots=True)
class Asking:
    """How people ask for a thing's bin; what each part is stands at the head of items.yaml."""

    asking: Sayings
    first: Sayings
    perhaps: Sayings
    before: Sayings
    after: Sayings
    turns: Sayings
    telling: tuple[str, ...]
    kinds: tuple[str, ...]
    sorts: tuple[str, ...]
    general: tuple[str, ...]
    vessels: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> "Asking":
        """Read items.yaml. Raises BrokenLexicon."""
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
            words = values["words"]
            lists = {one.name: values[one.name] for one in fields(cls)}
            good = all(map(_is_list, (*words.values(), *lists.values())))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, *_NO_PARTS) as error:
            raise BrokenLexicon(f"{path.name} 读不懂：{error!r}") from error
        if not good:
            raise BrokenLexicon(f"{path.name} 的每一段要一行一个说法，以“- ”开头，数字加引号")
        return cls(
            asking=Sayings(lists["asking"], words, at_end=True),
            first=Sayings(lists["first"], words),
            perhaps=Sayings(lists["perhaps"], words, at_end=True),
            before=Sayings(lists["before"], words),
            after=Sayings(lists["after"], words, at_end=True),
            turns=Sayings(lists["turns"], words),
            telling=tuple(lists["telling"]),
            kinds=tuple(lists["kinds"]),
            sorts=tuple(lists["sorts"]),
            general=tuple(lists["general"]),
            vessels=tuple(lists["vessels"]),
        )

    def cut(self, text: str) -> str | None:
        """Return what stands before or after the question for a bin, if that is asked."""
        asked = self.asking.length(text[-LONGEST_ASKING:])
        if not asked:
            taken = self.first.length(text)
            return text[taken:] if taken else None
        while asked:
            text = text[:-asked]
            asked = max(self.asking.length(text), self.perhaps.length(text))
        return text

    def same(self, clause: str) -> bool:
        """Whether 的 behind such a clause leaves a thing what it is: 昨天买的, not 沾油的."""
        rest = clause[: len(clause) - self.after.length(clause)]
        return (
            not self.tells(clause)
            and not rest.endswith(self.sorts)
            and not any(kind in rest for kind in self.kinds)
        )

    def tells(self, clause: str) -> bool:
        """Whether a clause may make another kind of waste of a thing."""
        return any(word in clause for word in self.telling)

    def fold(self, name: str) -> str:
        """Return what is the same for 豆腐的盒盒, 豆腐盒子, 豆腐盒."""
        name = _OF.sub("", name)
        if name.endswith(_SMALL) and name[:-1].endswith(self.vessels):
            name = name[:-1]
        return _AGAIN.sub(r"\1", name)

    def worn(self, thing: str) -> Iterator[str]:
        """Yield a thing with less and less before it: 家里旧的电池, 旧的电池, 电池."""
        yield thing
        while taken := self.before.length(thing):
            thing = thing[taken:]
            yield thing

    def ways(self, thing: str) -> list[str]:
        """Return a thing with less and less around it, so that the fullest name is met first."""
        found = {bare for before in self._until(thing) for bare in self._bare(before)}
        return sorted(found, key=len, reverse=True)

    def _until(self, thing: str) -> Iterator[str]:
        """Yield what stands before the thing's state: 手套 of 手套坏了, of 手套穿小了一点."""
        yield thing
        if taken := self.after.length(thing):
            yield from self._until(thing[:-taken])
        for at in range(2, len(thing) - 1):
            tail = thing[at:].removesuffix("的")
            if self.turns.length(tail) and "的" not in tail and not self.tells(tail):
                yield thing[:at]

    def _bare(self, thing: str) -> Iterator[str]:
        """Yield a thing with less and less before it, clauses too: 去年买的旧电池, 旧电池, 电池.

        A name of one character behind a clause could be anything: 拍的片子上的纸.
        """
        for worn in self.worn(thing):
            yield worn
            parts = _WHICH.match(worn)
            if parts and self.same(parts[1]):
                yield from (worn[at:] for at in range(1, len(parts[1])))  # a name with a clause
                yield from self._bare(parts[2]) if len(parts[2]) > 1 else ()


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """What the table says: the entry found, or the closest ones to offer."""

    entry_id: str | None
    thing: str = ""  # what was asked for, where it is not in the table
    closest: tuple[str, ...] = ()


class Items:
    """The waste-item table of one snapshot."""

    def __init__(
        self,
        named: Iterable[tuple[str, Sequence[str]]],
        asking: Asking,
        normalise: Callable[[str], str],
    ) -> None:
        self._asking = asking
        self._normalise = normalise
        self._names = {normalise(name): entry_id for entry_id, names in named for name in names}
        self._known = list(self._names)
        self._folded = _unique((asking.fold(name), it) for name, it in self._names.items())
        self._sounds = _unique((pinyin(name), it) for name, it in self._names.items())

    def find(self, text: str) -> ItemFinding | None:
        """Look a normalised question up; none when it does not ask for a thing's bin.

        A bare name counts as asking. A thing that is not in the table gets the closest names.
        """
        if found := self._names.get(text):
            return ItemFinding(found)
        thing = self._asking.cut(text)
        if thing is None:
            return self._perhaps(text)
        if not 0 < len(thing) <= LONGEST:
            return None
        if found := self._named(self._asking.ways(thing)):
            return ItemFinding(found)
        if thing.endswith(self._asking.general):
            return None
        return ItemFinding(None, thing, tuple(islice(dict.fromkeys(self._closest(thing)), CHOICES)))

    def _perhaps(self, text: str) -> ItemFinding | None:
        """Find a thing said to be worn, or in the house, where the bin itself is not asked for."""
        taken = self._asking.perhaps.length(text)
        thing = text[: len(text) - taken]
        if len(thing) > LONGEST:
            return None
        said = not taken or self._asking.after.length(thing)  # as 口服液过期了 is one's name
        found = self._named(islice(self._asking.worn(thing), 0 if said else 1, None))
        return ItemFinding(found) if found else None

    def _named(self, ways: Iterable[str]) -> str | None:
        for name in map(self._normalise, ways):
            if found := self._names.get(name) or self._folded.get(self._asking.fold(name)):
                return found
        return None

    def _closest(self, thing: str) -> Iterator[str]:
        """Yield what sounds alike, each of two things, what looks alike, a name at either end."""
        ways = self._asking.ways(thing)
        near = [self._sounds.get(pinyin(way)) for way in ways]
        if len(things := _AND.split(thing)) > 1:
            near += [self._named(self._asking.ways(one)) for one in things]
        near += [self._names.get(thing[at:]) for at in range(1, len(thing) - 1)]
        yield from filter(None, near)
        alike = process.extract(
            ways[-1], self._known, scorer=fuzz.ratio, limit=CHOICES, score_cutoff=CLOSE
        )
        yield from (self._names[name] for name, _score, _place in alike)
        begins = (self._names.get(thing[:at]) for at in range(len(thing) - 1, 1, -1))
        yield from islice(filter(None, begins), 1)


def _is_list(some: object) -> bool:
    return isinstance(some, list) and bool(some) and all(isinstance(one, str) for one in some)


def _unique(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the rows whose key stands for one entry only."""
    table: dict[str, str] = {}
    twice = set()
    for key, entry_id in rows:
        if table.setdefault(key, entry_id) != entry_id:
            twice.add(key)
    return {key: entry_id for key, entry_id in table.items() if key not in twice}
