"""Manner: what a message is that asks nothing, such as a greeting, an insult or a random key."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from bot.lexicon import BrokenLexicon, Loader

LONGEST = 30  # code points, repetitions taken out; beyond it, somebody is telling us something

_RUN = re.compile(r"(\D)\1{2,}")
_SIGNS = re.compile(r"[\W_]+")
_KEYS = re.compile(r"[\W_]*([a-z]+|[0-9]+)[\W_]*")  # one word of letters, or one number
_ENDLESS = re.compile(r"[*+]|,\}")
_REPEATED = re.compile(r"\(\?:[^(){}?]*\)\{")  # the only group that may be repeated
_CALLS = frozenset("🆘🚨🚑🚒🔥")  # who sends only this may need help

_PLACES = {
    letter: (row, column)
    for row, letters in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    for column, letter in enumerate(letters)
}
_VOWELS = frozenset("aeiouyv")  # in typed pinyin v stands for ü
_CONSONANTS = re.compile("[^aeiouyv]{6}")  # English has five in a row, pinyin four
_COUNTED = "12345678901234567890"
_HOTLINE = "12345"


class Manner(StrEnum):
    """What a message is; each is also the sentence of phrases.yaml that answers it.

    Where a message is several of them, the first here is answered.
    """

    ANGER = "anger"
    TEASING = "teasing"
    PRAISE = "praise"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    GREETING = "greeting"
    LAUGHTER = "laughter"
    LOST = "lost"
    NOISE = "noise"


# A question may be made of these and another word: 可以 + 睡了吗, 可以 + 试试.
_ALONE = (Manner.TEASING, Manner.NOISE)
_RANK = {manner: rank for rank, manner in enumerate(Manner)}


@dataclass(frozen=True, slots=True)
class Manners:
    words: Mapping[str, Manner]  # whole messages, as `_typed` makes them
    patterns: tuple[tuple[re.Pattern[str], Manner], ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Manners":
        """Read manners.yaml. Raises BrokenLexicon."""
        sections = _sections(path)
        words: dict[str, Manner] = {}
        for manner in Manner:
            for word in sections[manner]["words"]:
                if words.setdefault(_typed(word), manner) is not manner:
                    raise BrokenLexicon(f"{path.name}：“{word}”站在两段里，只能留一处")
        patterns = (
            (_pattern(path, pattern), manner)
            for manner in Manner
            for pattern in sections[manner].get("patterns", ())
        )
        return cls(words, tuple(patterns))

    def of(self, normalised: str, written: str) -> Manner | None:
        """Return the manner of a message, None where it may ask something.

        `normalised` is what `Language.normalise` makes of `written`.
        """
        typed = _typed(written)
        if typed in self.words:
            return self.words[typed]
        bare = _SIGNS.sub("", typed)
        if not bare:
            return self._of_signs(typed)
        if len(bare) <= LONGEST and (found := self._of_words(bare, normalised, written)):
            return found
        return Manner.NOISE if all(map(_is_mashed, _wide(written).split())) else None

    def _of_words(self, bare: str, normalised: str, written: str) -> Manner | None:
        parts = frozenset(map(_typed, filter(None, _SIGNS.split(_wide(written)))))
        return self._of_text(bare) or self._of_parts(parts) or self._of_text(_typed(normalised))

    def _of_signs(self, signs: str) -> Manner | None:
        if not _CALLS.isdisjoint(signs):
            return None
        return next((self.words[sign] for sign in signs if sign in self.words), Manner.NOISE)

    def _of_text(self, text: str) -> Manner | None:
        if text in self.words:
            return self.words[text]
        if len(text) > LONGEST:
            return None
        met = (manner for pattern, manner in self.patterns if pattern.fullmatch(text))
        return next(met, None) or self._of_row(text)

    def _of_parts(self, parts: Iterable[str]) -> Manner | None:
        found = [self._of_text(part) for part in parts]
        return None if None in found else _first(filter(None, found))

    def _of_row(self, text: str) -> Manner | None:
        """Return the manner of words in a row, of two characters or more each."""
        reached: dict[int, tuple[Manner, ...]] = {0: ()}
        for end in range(2, len(text) + 1):
            for start in range(end - 1):
                manner = self.words.get(text[start:end]) if start in reached else None
                if manner and manner not in _ALONE:
                    reached[end] = (*reached[start], manner)
                    break
        return _first(reached.get(len(text), ()))


def _first(manners: Iterable[Manner]) -> Manner | None:
    return min(manners, key=_RANK.__getitem__, default=None)


def _wide(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _typed(text: str) -> str:
    """Return a text as it is compared: no spaces, at most two of one character in a row."""
    kept = (one for one in _wide(text) if one.isprintable() and not one.isspace())
    return _RUN.sub(r"\1\1", "".join(kept))


# --- random keys ------------------------------------------------------------------------------


def _is_mashed(word: str) -> bool:
    """Tell whether letters or digits were hit without a word in mind."""
    found = _KEYS.fullmatch(word)
    if found is None or len(keys := found[1]) < 4:  # noqa: PLR2004  # CPR, 110: words of three
        return False
    if len(set(keys)) == 1:
        return True
    return _is_counting(keys) if keys.isdigit() else _is_keyed(keys) or not _is_spoken(keys)


def _is_counting(digits: str) -> bool:
    return digits != _HOTLINE and (digits in _COUNTED or digits[::-1] in _COUNTED)


def _is_keyed(letters: str) -> bool:
    """Tell whether fingers walked along one row: `were` and `tree` do as well, so long ones."""
    places = [_PLACES[letter] for letter in letters]
    if len({row for row, _ in places}) > 1:
        return False
    steps = [after - before for (_, before), (_, after) in pairwise(places)]
    widest = max(map(abs, steps))
    straight = widest == 1 and len(set(steps)) == 1
    return straight or (widest == 1 and len(letters) >= 5) or (widest == 2 and len(letters) >= 6)  # noqa: PLR2004


def _is_spoken(letters: str) -> bool:
    """Tell whether letters have the vowels of English or pinyin, or are a short abbreviation."""
    vowels = sum(letter in _VOWELS for letter in letters)
    too_few = len(letters) >= 10 and vowels * 5 < len(letters)  # noqa: PLR2004  # zheng has 1 in 5
    return not too_few and _CONSONANTS.search(letters) is None


# --- the file ---------------------------------------------------------------------------------


def _sections(path: Path) -> dict[str, dict[str, list[str]]]:
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506  # a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenLexicon(f"{path.name} 读不懂：{error}") from error
    if not isinstance(values, dict) or set(values) != set(Manner):
        raise BrokenLexicon(f"{path.name} 要有且只有这几段：{'、'.join(Manner)}")
    for name, section in values.items():
        if wrong := next(_wrong(section), None):
            raise BrokenLexicon(f"{path.name} 的 {name} {wrong}")
    return values


def _wrong(section: Any) -> Iterator[str]:
    if not isinstance(section, dict) or not {"words"} <= set(section) <= {"words", "patterns"}:
        yield "下面要有 words，可以有 patterns，别的不要"
        return
    for key, listed in section.items():
        if not isinstance(listed, list):
            yield f"的 {key} 要写在一对方括号里，用逗号分开"
        elif odd := [one for one in listed if not isinstance(one, str) or not _typed(one)]:
            yield f"的 {key} 里 {odd[0]!r} 不是文字：数字和 yes、no 要加引号"


def _pattern(path: Path, pattern: str) -> re.Pattern[str]:
    if _ENDLESS.search(pattern) or "){" in _REPEATED.sub("", pattern):
        raise BrokenLexicon(
            f"{path.name} 的 patterns 里 {pattern!r} 太费时间：不用 * 和 +，"
            "写 {0,3} 这样有头有尾的；一组要重复，组里不能再有重复"
        )
    try:
        return re.compile(pattern)
    except re.error as error:
        raise BrokenLexicon(f"{path.name} 的 patterns 里 {pattern!r} 读不懂：{error}") from error
