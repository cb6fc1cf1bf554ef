"""The text of a question: made comparable, and cut into words, character pairs and sounds."""

import functools
import logging
import math
import os
import re
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path

import opencc
import yaml

# The phrase table would cost 40 MB and changes 6 % of syllables, without any change in recall.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
with warnings.catch_warnings():
    # jieba 0.42.1 asks for pkg_resources, which warns; it goes on as well without it.
    warnings.simplefilter("ignore")
    import jieba
from pypinyin import lazy_pinyin

TEXT_LENGTH = 200  # code points: jieba and spelling distance are quadratic beyond (5 s at 40 000)
STOP_WEIGHT = 0.1  # a stop word's share of a full word's weight

_KEPT = re.compile(r"[^\w%.]|_")
_LONE_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


class BrokenLexicon(ValueError):
    """A lexicon file cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What volunteers know about words, from knowledge/lexicon."""

    words: tuple[str, ...] = ()  # one word each, for segmentation
    stop: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()  # fillers at the beginning of a question
    after: tuple[str, ...] = ()  # and at its end

    @classmethod
    def load(cls, folder: Path) -> "Lexicon":
        """Read words.yaml and stopwords.yaml. Raises BrokenLexicon."""
        stop = _lists(folder / "stopwords.yaml", ("stop", "before", "after"))
        words = _lists(folder / "words.yaml", ("words",))
        longest_first = [
            tuple(sorted(stop[key], key=len, reverse=True)) for key in ("before", "after")
        ]
        return cls(tuple(words["words"]), frozenset(stop["stop"]), *longest_first)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A normalised text and what it is compared by."""

    text: str
    words: tuple[str, ...]
    pairs: tuple[str, ...]  # neighbouring characters
    syllables: tuple[str, ...]  # toneless, one per character
    weight: dict[str, float]  # of each distinct word, 0 to 1

    @property
    def sounds(self) -> tuple[str, ...]:
        """Neighbouring syllables."""
        return tuple(a + b for a, b in zip(self.syllables, self.syllables[1:], strict=False))


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

    def normalise(self, text: str) -> str:
        """Return at most TEXT_LENGTH code points without what does not tell questions apart.

        NFKC, simplified, lower case, no spaces, signs or emoji (but 2.5 and 5%), no fillers.
        """
        plain = self.plain(text[:TEXT_LENGTH])[:TEXT_LENGTH]
        return _strip(plain, self._lexicon.before, self._lexicon.after)

    def plain(self, text: str) -> str:
        """Return text of any length made comparable, with its fillers still in it."""
        text = text.encode("utf-8", "ignore").decode()  # lone surrogates
        text = unicodedata.normalize("NFKC", self._simplify(text.replace("\0", ""))).lower()
        return _LONE_DOT.sub("", _KEPT.sub("", text))

    def read(self, text: str) -> Tokens:
        """Return the tokens of a text as somebody wrote it."""
        text = self.normalise(text)
        words = tuple(self._jieba.lcut(text))
        pairs = tuple(text[at : at + 2] for at in range(max(len(text) - 1, 0))) or (text,)
        syllables = tuple(_syllable(character) for character in text)
        return Tokens(text, words, pairs, syllables, {word: self._weight(word) for word in words})

    def _weight(self, word: str) -> float:
        """Return how much a word tells, 0 to 1: its rarity in jieba's count of general Chinese.

        The count does not depend on the knowledge base, so a weight means the same in every field.
        """
        if word in self._lexicon.stop:
            return STOP_WEIGHT
        frequency = self._jieba.FREQ.get(word) or 1
        return min(1.0, (self._log_total - math.log(frequency)) / (self._log_total - math.log(3)))


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


def _lists(path: Path, keys: tuple[str, ...]) -> dict[str, list[str]]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenLexicon(f"{path.name} 读不懂：{error}") from error
    if not isinstance(values, dict) or set(values) != set(keys):
        raise BrokenLexicon(f"{path.name} 要有且只有这几段：{'、'.join(keys)}")
    for key in keys:
        if not isinstance(values[key], list) or not all(isinstance(v, str) for v in values[key]):
            raise BrokenLexicon(f"{path.name} 的 {key} 要一行一个词，每行以“- ”开头，数字加引号")
    return values
