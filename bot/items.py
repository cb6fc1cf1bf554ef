"""Waste items: "X 是什么垃圾" finds X in the table, and what is not in the table is not guessed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from bot.text import BrokenLexicon

CLOSE = 75.0  # fuzz.ratio at or above: near enough to be offered, never to be answered
CHOICES = 3
LONGEST = 25  # code points of a thing's name


@dataclass(frozen=True, slots=True)
class Asking:
    """How people ask for a thing's bin: what stands after, before and around its name."""

    after: tuple[str, ...]
    before: tuple[str, ...]
    worn: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> "Asking":
        """Read items.yaml. Raises BrokenLexicon."""
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
            lists = [values[key] for key in ("asking", "before", "worn")]
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
            raise BrokenLexicon(f"{path.name} 读不懂：{error!r}") from error
        if not all(isinstance(one, str) for some in lists for one in some or [None]):
            raise BrokenLexicon(f"{path.name} 的每一段要一行一个说法，以“- ”开头")
        return cls(*(tuple(sorted(some, key=len, reverse=True)) for some in lists))


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
        self._names = {normalise(name): entry_id for entry_id, names in named for name in names}
        self._known = list(self._names)

    def find(self, text: str) -> ItemFinding | None:
        """Look a normalised question up; none when it does not ask for a thing's bin.

        A bare name counts as asking. A thing that is not in the table gets the closest names.
        """
        if found := self._names.get(text):
            return ItemFinding(found)
        thing = self._thing(text)
        if thing is None:
            return None
        for name in self._ways(thing):
            if found := self._names.get(name):
                return ItemFinding(found)
        close = process.extract(
            thing, self._known, scorer=fuzz.ratio, limit=CHOICES, score_cutoff=CLOSE
        )
        ids = dict.fromkeys(self._names[name] for name, _score, _place in close)
        return ItemFinding(None, thing, tuple(ids))

    def _thing(self, text: str) -> str | None:
        after = next((after for after in self._asking.after if text.endswith(after)), text)
        thing = text.removesuffix(after)
        return thing if 0 < len(thing) <= LONGEST else None

    def _ways(self, thing: str) -> Iterable[str]:
        """Yield the name with less and less around it: 家里用过的电池, 用过的电池, 电池."""
        yield thing
        for words in (self._asking.before, self._asking.worn, self._asking.worn):
            for word in words:
                if thing.startswith(word) and len(thing) > len(word):
                    thing = thing[len(word) :]
                    yield thing
                    break
