"""Typed pinyin: "lajifenlei" read as the words that the entries know."""

import re
from collections import Counter
from collections.abc import Iterable

from bot.text import Tokens, spellings

_RUN = re.compile("[a-z]{4,}")
_LONGEST = 30  # letters of one word's pinyin


class Typed:
    """Knows the words of one snapshot by their pinyin."""

    def __init__(self, ways: Iterable[Tokens]) -> None:
        """Take the ways of asking: of two words with the same letters the commoner is meant."""
        self._words: dict[str, str] = {}
        rarer: list[tuple[str, str]] = []
        for word, _ in Counter(word for way in ways for word in way.words).most_common():
            usual, *others = spellings(word)
            if usual != word and usual.isascii() and usual.isalpha():
                self._words.setdefault(usual, word)
                rarer += [(letters, word) for letters in others]
        for letters, word in rarer:
            self._words.setdefault(letters, word)

    def read(self, text: str) -> str:
        """Return the text with each run of letters that is pinyin through and through put right."""
        return _RUN.sub(lambda run: self._put(run[0]) or run[0], text) if text else text

    def _put(self, letters: str) -> str | None:
        """Return the fewest words that the letters spell, or none if a rest remains."""
        best: list[tuple[str, ...] | None] = [()]
        for end in range(1, len(letters) + 1):
            ways = [
                (*before, word)
                for start in range(max(0, end - _LONGEST), end)
                if (before := best[start]) is not None
                and (word := self._words.get(letters[start:end]))
            ]
            best.append(min(ways, key=len, default=None))
        found = best[-1]
        return "".join(found) if found else None
