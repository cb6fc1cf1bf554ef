"""Likeness: how alike a question and an entry are by their words, pairs and sounds."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Indel

from bot.lexicon import rule_out
from bot.text import Tokens

Sides = frozenset[tuple[int, int]]  # of the words that rule each other out, see Contrasts

_SEVERAL, _MOST = 4, 0.6  # ways of asking of which so many share a word: it is what they ask

COMMONPLACE = 0.15  # the least a word counts, however many entries know it

# What a question wants to know; a text may want several.
_KINDS = {
    "how": re.compile("怎么|如何|咋|怎样|办法|步骤|方法|流程"),
    "why": re.compile("为什么|为啥|原因|怎么回事|怎么会"),
    "what": re.compile("是什么|什么是|啥是|是啥|哪些|什么意思|介绍"),
    "whether": re.compile("吗|能|可以|要不要|会不会|是不是|有没有|行不行|不$|没$|真的|假的|靠谱"),
    "where": re.compile("哪|找谁|谁"),
    "how much": re.compile("多|几"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be asked for: an entry."""

    id: str
    ways: Sequence[Tokens]  # of asking, at least one
    says: Sequence[Tokens] = ()  # the sentences of its answer
    not_this: Sequence[Tokens] = ()  # questions that sound like it and belong elsewhere


class Query:
    """A question with what comparing it needs again and again."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.text = tokens.text
        self.pairs = tokens.pairs
        self.syllables = tokens.syllables

    @cached_property
    def kinds(self) -> frozenset[str]:
        return kinds(self.text)

    @cached_property
    def pair_set(self) -> frozenset[str]:
        return frozenset(self.pairs)


class Vocabulary:
    """The words and pairs each subject knows, over all its ways of asking and its answer."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._words = [_together(subject, "words") for subject in subjects]
        self._pairs = [_together(subject, "pairs") for subject in subjects]
        self._sides = [_sides(subject.ways) for subject in subjects]
        self._says = [_sides(subject.says) for subject in subjects]
        self._core = [_core(subject.ways) for subject in subjects]
        self._kinds = [
            frozenset[str]().union(*(kinds(way.text) for way in subject.ways))
            for subject in subjects
        ]
        entries = Counter(word for words in self._words for word in set(words))
        most = math.log(len(subjects) + 1)
        # 1 for a word that one entry knows, COMMONPLACE for one that all of them know.
        self.rarity = {
            word: max(COMMONPLACE, 1 - math.log(number) / most) for word, number in entries.items()
        }

    def lacks(self, query: Query, subject: int) -> float:
        """Return how much of what a subject is all about the question does not have, 0 to 1.

        That is the weightiest word that most of its ways of asking have and the question has not.
        """
        text = query.text + query.tokens.said
        missing = [weight for word, weight in self._core[subject].items() if word not in text]
        return max(missing, default=0.0)

    def weigh(self, query: Query) -> dict[str, float]:
        """Return the weight of the question's words here, where some are rarer than others."""
        rarity = self.rarity.get
        return {word: weight * rarity(word, 1.0) for word, weight in query.tokens.weight.items()}

    def knows(self, query: Query, weighed: Mapping[str, float], subject: int) -> dict[str, float]:
        """Return how much of a question, `weighed` here, a subject knows; each 0 to 1."""
        words, pairs = self._words[subject], self._pairs[subject]
        total = missing = heaviest = 0.0
        for word, weight in weighed.items():
            total += weight
            if word not in words:
                missing += weight
                heaviest = max(heaviest, weight)
        return {
            "known": 1.0 - missing / (total or 1.0),
            "known_pairs": sum(map(pairs.__contains__, query.pairs)) / len(query.pairs),
            "unknown": heaviest,
            "clash": float(self._clash(query.tokens.sides, subject)),
        }

    def _clash(self, asked: Sides, subject: int) -> bool:
        """Tell whether a subject is asked for with other sides alone, and says nothing of these."""
        known = self._sides[subject]
        return rule_out(asked - self._says[subject], known) if asked else False

    def same_kind(self, query: Query, subject: int) -> float:
        """Return 1 if the subject is asked for in this kind of question, or the kind is open."""
        return float(not query.kinds or not query.kinds.isdisjoint(self._kinds[subject]))


def compare(query: Query, way: Tokens, rarity: Mapping[str, float]) -> dict[str, float]:
    """Return how alike a question and a way of asking are, each feature 0 to 1.

    claimed: the share of the way's weight that the question covers;
    extra: the weightiest word of the way that the question does not have.
    """
    asked, text, rare = query.tokens.weight, query.text, rarity.get
    extra = common = total = 0.0
    for word, weight in way.weight.items():
        weighed = weight * rare(word, 1.0)
        total += weighed
        if word in asked or (len(word) > 1 and word in text):
            common += weighed
        elif weighed > extra:
            extra = weighed
    return {
        "spelling": Indel.normalized_similarity(text, way.text),
        "sound": Indel.normalized_similarity(query.syllables, way.syllables),
        "claimed": common / (total or 1.0),
        "extra": extra,
    }


def claimed_pairs(query: Query, way: Tokens) -> float:
    """Return the share of a way's character pairs that the question has, 0 to 1."""
    pairs = set(way.pairs)
    return len(pairs & query.pair_set) / len(pairs)


def mistaken(query: Query, subject: Subject, spelling: float) -> float:
    """Return by how much the question is spelt more like what the subject is not."""
    likest = max(
        (Indel.normalized_similarity(query.text, text.text) for text in subject.not_this),
        default=0.0,
    )
    return max(0.0, likest - spelling)


def kinds(text: str) -> frozenset[str]:
    """Return what a question wants to know."""
    return frozenset(kind for kind, pattern in _KINDS.items() if pattern.search(text))


def _core(ways: Sequence[Tokens]) -> dict[str, float]:
    """Return the words that most ways have, each with its weight times their share."""
    if len(ways) < _SEVERAL:
        return {}
    texts = [way.text for way in ways]
    weights = {word: weight for way in ways for word, weight in way.weight.items()}
    shares = {word: sum(word in text for text in texts) / len(texts) for word in weights}
    return {word: weights[word] * share for word, share in shares.items() if share >= _MOST}


def _sides(texts: Sequence[Tokens]) -> Sides:
    return frozenset[tuple[int, int]]().union(*(text.sides for text in texts))


def _together(subject: Subject, what: str) -> Collection[str]:
    texts = (*subject.ways, *subject.says)
    if len(texts) == 1:
        only: tuple[str, ...] = getattr(texts[0], what)
        return only
    return frozenset(one for text in texts for one in getattr(text, what))
