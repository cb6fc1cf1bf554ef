"""The text of a question: made comparable, and cut into words, character pairs and sounds."""

import functools
import logging
import math
import os
import re
import unicodedata
import warnings
from dataclasses import dataclass
from itertools import islice, pairwise, product

import opencc

from bot.lexicon import Lexicon

# The phrase table would cost 40 MB and changes 6 % of syllables, without any change in recall.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
with warnings.catch_warnings():
    # jieba 0.42.1 asks for pkg_resources, which warns; it goes on as well without it.
    warnings.simplefilter("ignore")
    import jieba
from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as every_reading

TEXT_LENGTH = 200  # code points: jieba and spelling distance are quadratic beyond (5 s at 40 000)
_READINGS = 8  # of one word; more are of words with several rare ones
STOP_WEIGHT = 0.1  # a stop word's share of a full word's weight

_KEPT = re.compile(r"[^\w%.]|_")
_LONE_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# What is one sound to many who type or dictate here: flat and curled tongue, n and l, -n and -ng.
_EARS = ((re.compile("^([zcs])h"), r"\1"), (re.compile("^n"), "l"), (re.compile("ng$"), "n"))
_PRIVATE = 0xE000  # the first code point that no text of ours holds
_SIGNS: dict[str, str] = {}  # by syllable


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text and what it is compared by."""

    said: str  # in standard Chinese, else as it was put: what the sentence encoder reads
    text: str  # normalised
    words: tuple[str, ...]
    weight: dict[str, float]  # of each distinct word, 0 to 1
    sides: frozenset[tuple[int, int]] = frozenset()  # of the words that rule each other out

    @property
    def pairs(self) -> tuple[str, ...]:
        """Neighbouring characters; a text of one character is its own pair."""
        return _neighbours(self.text) or (self.text,)

    @property
    def syllables(self) -> str:
        """What is heard: one sign for each syllable, other characters as they are."""
        return "".join(map(_heard, self.text))

    @property
    def sounds(self) -> tuple[str, ...]:
        """Neighbouring syllables."""
        return _neighbours(self.syllables)


class Language:
    """Reads questions; made once per process, since the dictionary takes a second to load."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._simplify = opencc.OpenCC("t2s").convert
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        # Its own `initialize` keeps a cache where every user of the machine may write.
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        for word in lexicon.words:
            self._jieba.add_word(word)
        self._log_total = math.log(self._jieba.total)

    def plain(self, text: str) -> str:
        """Return text of any length made comparable, with its fillers still in it.

        NFKC, simplified, lower case, no spaces, signs or emoji (but 2.5 and 5%).
        """
        text = text.encode("utf-8", "ignore").decode()  # lone surrogates
        text = unicodedata.normalize("NFKC", self._simplify(text.replace("\0", ""))).lower()
        return _LONE_DOT.sub("", _KEPT.sub("", text))

    def standard(self, text: str) -> str:
        """Return at most TEXT_LENGTH plain code points with dialect put into standard Chinese."""
        plain = self.plain(text.strip()[:TEXT_LENGTH])[:TEXT_LENGTH]
        return self._lexicon.dialect(plain)[:TEXT_LENGTH]

    def normalise(self, text: str) -> str:
        """Return `standard` without what does not tell questions apart: synonyms, fillers."""
        return self._normal(self.standard(text))

    def read(self, text: str) -> Tokens:
        """Return the tokens of a text as somebody wrote it."""
        said = self.standard(text)
        text = self._normal(said)
        words = tuple(self._jieba.lcut(text))
        weight = {word: self._weight(word) for word in words}
        return Tokens(said, text, words, weight, self._lexicon.contrasts.sides(said))

    def _normal(self, said: str) -> str:
        same = self._lexicon.synonyms(said)[:TEXT_LENGTH]
        return _strip(same, self._lexicon.before, self._lexicon.after)

    def _weight(self, word: str) -> float:
        """Return how much a word tells, 0 to 1: its rarity in jieba's count of general Chinese.

        The count does not depend on the knowledge base, so a weight means the same in every field.
        """
        if word in self._lexicon.stop:
            return STOP_WEIGHT
        frequency = self._jieba.FREQ.get(word) or 1
        return min(1.0, (self._log_total - math.log(frequency)) / (self._log_total - math.log(3)))


def pinyin(text: str) -> str:
    """Return a text's letters as a keyboard types them: toneless, without spaces."""
    return "".join(map(_syllable, text))


def spellings(word: str) -> tuple[str, ...]:
    """Return how a word may be typed, the usual reading of its characters first.

    着火 is zhehuo by the usual ones, and typed zhaohuo.
    """
    readings = every_reading(word, style=Style.NORMAL, heteronym=True)
    others = ("".join(one) for one in islice(product(*readings), _READINGS))
    return tuple(dict.fromkeys((pinyin(word), *others)))


def _strip(text: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """Take fillers, the longest first, off both ends as long as something else remains."""
    while True:
        shorter = text
        if shorter.startswith(before):
            taken = (shorter[len(one) :] for one in before if shorter.startswith(one))
            shorter = next(filter(None, taken), shorter)
        if shorter.endswith(after):
            taken = (shorter[: -len(one)] for one in after if shorter.endswith(one))
            shorter = next(filter(None, taken), shorter)
        if shorter == text:
            return text
        text = shorter


@functools.lru_cache(maxsize=30_000)
def _syllable(character: str) -> str:
    return lazy_pinyin(character)[0] if _HAN.match(character) else character


@functools.lru_cache(maxsize=30_000)
def _heard(character: str) -> str:
    sound = _syllable(character)
    if sound == character:
        return character
    for pattern, to in _EARS:
        sound = pattern.sub(to, sound)
    return _SIGNS.setdefault(sound, chr(_PRIVATE + len(_SIGNS)))


def _neighbours(text: str) -> tuple[str, ...]:
    return tuple(map("".join, pairwise(text)))
