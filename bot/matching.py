"""Matching: from a question to the entries it may mean, each with an honest probability."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from rapidfuzz.distance import Indel

from bot.index import PAIRS, SOUNDS, WORDS, Index
from bot.text import Language, Tokens

CANDIDATES = 30  # of 8 000 phrasings, 74 % of right entries are among 30 by words, 76 % among 100
LISTED = 10  # entries a match returns at most
COMMONPLACE = 0.15  # the least a word counts, however many entries know it
LEAD = 5.0  # a lead of so many points of score is a full one
EXACT = 0.995  # a phrasing word for word: only a phrasing claimed by two entries can be wrong


class BrokenModel(ValueError):
    """The coefficient file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of asking for an entry."""

    entry_id: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrasing that may mean the question."""

    position: int  # of the phrasing
    entry_id: str
    features: Mapping[str, float]  # each 0 to 1; see `compare`
    score: float = 0.0  # orders candidates; means nothing by itself
    probability: float = 0.0  # that the entry is what was asked, 0 to 1


Query = Tokens
Stage = Callable[[Query, list[Candidate]], list[Candidate]]


@dataclass(frozen=True, slots=True)
class Model:
    """Coefficients by feature, fitted by bench/calibrate.py; `bias` is the constant."""

    rank: Mapping[str, float]
    right: Mapping[str, float]

    @classmethod
    def load(cls, path: Path) -> "Model":
        """Read the reviewed coefficient file. Raises BrokenModel."""
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(_numbers(values["rank"], RANK), _numbers(values["right"], RIGHT))
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise BrokenModel(f"{path.name} 不能用：{error!r}") from error


RANK = ("spelling", "sound", "claimed", "claimed_pairs", "known", "known_pairs")

RIGHT = (*RANK, "heaviest_unknown", "heaviest_extra", "length", "lead", "bias")


class Matcher:
    """A tuple of stages over one immutable set of phrasings."""

    def __init__(self, stages: Mapping[str, Stage]) -> None:
        self.stages = stages

    def match(self, query: Query) -> list[Candidate]:
        """Return at most LISTED candidates, one per entry, the likeliest first."""
        candidates: list[Candidate] = []
        for stage in self.stages.values():
            candidates = stage(query, candidates)
        return candidates[:LISTED]


# The place of the sentence encoder is between the two recalls and the ranking; it is not built yet,
# so switching it off is allowed and changes nothing.
SWITCHES = ("words", "sounds", "meaning")


def build(phrasings: Sequence[Phrasing], model: Model, *, without: Iterable[str] = ()) -> Matcher:
    """Put the stages together. Raises ValueError for a switch that does not exist."""
    off = set(without)
    if unknown := off.difference(SWITCHES):
        raise ValueError(f"没有这一步：{'、'.join(sorted(unknown))}；有：{'、'.join(SWITCHES)}")
    index = Index([phrasing.tokens for phrasing in phrasings])
    stages: dict[str, Stage] = {
        "words": recall_words(index, phrasings),
        "sounds": recall_sounds(index, phrasings),
        "rank": rank(phrasings, model),
        "probability": weigh(model),
    }
    return Matcher({name: stage for name, stage in stages.items() if name not in off})


def recall_words(index: Index, phrasings: Sequence[Phrasing]) -> Stage:
    """Add the phrasings that share words or character pairs with the question."""

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        found = index.sharing({WORDS: query.words, PAIRS: query.pairs}, CANDIDATES)
        return _add(candidates, found, phrasings)

    return stage


def recall_sounds(index: Index, phrasings: Sequence[Phrasing]) -> Stage:
    """Add the phrasings that sound alike: homophone slips share no character."""

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        return _add(candidates, index.sharing({SOUNDS: query.sounds}, CANDIDATES // 3), phrasings)

    return stage


def _add(
    candidates: list[Candidate], found: Iterable[int], phrasings: Sequence[Phrasing]
) -> list[Candidate]:
    known = {candidate.position for candidate in candidates}
    return candidates + [
        Candidate(position, phrasings[position].entry_id, {})
        for position in found
        if position not in known
    ]


def rank(phrasings: Sequence[Phrasing], model: Model) -> Stage:
    """Compare each candidate with the question; keep each entry's best, best first."""
    vocabularies = _vocabularies(phrasings)
    rarity = _rarity(vocabularies)

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        known = {
            entry_id: _knows(vocabularies[entry_id], query, rarity)
            for entry_id in {candidate.entry_id for candidate in candidates}
        }
        for candidate in candidates:
            features = compare(query, phrasings[candidate.position].tokens, rarity)
            features |= known[candidate.entry_id]
            score = sum(weight * features[name] for name, weight in model.rank.items())
            if features["spelling"] == 1.0:
                score = math.inf
            first = best.get(candidate.entry_id)
            if first is None or score > first.score:
                best[candidate.entry_id] = replace(candidate, features=features, score=score)
        return sorted(best.values(), key=lambda one: (-one.score, str(one.entry_id)))

    return stage


def weigh(model: Model) -> Stage:
    """Give each candidate the probability that it, and not another entry, was asked for."""

    def stage(_query: Query, candidates: list[Candidate]) -> list[Candidate]:
        weighed: list[Candidate] = []
        above = 1.0  # a lower place never claims more than the one above it
        for place, candidate in enumerate(candidates[:LISTED]):
            above = min(above, _right(model, candidate, _lead(candidates, place)))
            weighed.append(replace(candidate, probability=above))
        return weighed

    return stage


def decision_values(candidates: Sequence[Candidate]) -> list[float]:
    """Return what the probability of the first candidate is made of, in the order of RIGHT."""
    values = {**candidates[0].features, "lead": _lead(candidates, 0), "bias": 1.0}
    return [values[name] for name in RIGHT]


def _lead(candidates: Sequence[Candidate], place: int) -> float:
    """Return how far a candidate's score is before its strongest rival's, -1 to 1."""
    if len(candidates) == 1:
        return 1.0
    own, rival = candidates[place].score, candidates[0 if place else 1].score
    return 0.0 if own == rival else max(-1.0, min(1.0, (own - rival) / LEAD))


def _right(model: Model, candidate: Candidate, lead: float) -> float:
    if candidate.score == math.inf:
        return EXACT
    values = {**candidate.features, "lead": lead, "bias": 1.0}
    z = sum(weight * values[name] for name, weight in model.right.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def _vocabularies(phrasings: Sequence[Phrasing]) -> dict[str, tuple[set[str], set[str]]]:
    """Return the words and the pairs of all of an entry's phrasings together, by entry."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for phrasing in phrasings:
        words, pairs = found.setdefault(phrasing.entry_id, (set(), set()))
        words.update(phrasing.tokens.words)
        pairs.update(phrasing.tokens.pairs)
    return found


def _rarity(vocabularies: Mapping[str, tuple[set[str], set[str]]]) -> dict[str, float]:
    """Return how few entries know each word: 1 for one entry, COMMONPLACE for all of them."""
    entries = Counter(word for words, _ in vocabularies.values() for word in words)
    most = math.log(len(vocabularies) + 1)
    return {word: max(COMMONPLACE, 1 - math.log(number) / most) for word, number in entries.items()}


def _knows(
    vocabulary: tuple[set[str], set[str]], query: Query, rarity: Mapping[str, float]
) -> dict[str, float]:
    """Return how much of the question an entry knows, over all its phrasings."""
    words, pairs = vocabulary
    weights = {word: weight * rarity.get(word, 1.0) for word, weight in query.weight.items()}
    unknown = [weight for word, weight in weights.items() if word not in words]
    return {
        "known": 1.0 - sum(unknown) / (sum(weights.values()) or 1.0),
        "known_pairs": sum(pair in pairs for pair in query.pairs) / len(query.pairs),
        "heaviest_unknown": max(unknown, default=0.0),
    }


def compare(query: Tokens, phrasing: Tokens, rarity: Mapping[str, float]) -> dict[str, float]:
    """Return how alike two texts are, each feature 0 to 1.

    claimed: the share of the phrasing's weight that the question covers, by words and by pairs;
    heaviest_extra: the weightiest word of the phrasing that the question does not have.
    """
    shared = set(query.words)
    extra = common = 0.0
    for word, weight in phrasing.weight.items():
        weighed = weight * rarity.get(word, 1.0)
        if word in shared or _written_in(word, query.text):
            common += weighed
        else:
            extra = max(extra, weighed)
    total = sum(weight * rarity.get(word, 1.0) for word, weight in phrasing.weight.items())
    other_pairs = set(phrasing.pairs)
    return {
        "spelling": Indel.normalized_similarity(query.text, phrasing.text),
        "sound": Indel.normalized_similarity(query.syllables, phrasing.syllables),
        "claimed": common / (total or 1.0),
        "claimed_pairs": len(other_pairs.intersection(query.pairs)) / len(other_pairs),
        "heaviest_extra": extra,
        "length": min(1.0, len(query.text) / 20),
    }


def _written_in(word: str, text: str) -> bool:
    """Tell whether a word stands in the other text, though cut otherwise there."""
    return len(word) > 1 and word in text


def phrasings_of(
    entries: Iterable[tuple[str, Iterable[str]]], language: Language
) -> list[Phrasing]:
    """Return the phrasings of (entry id, ways of asking), normalised and cut."""
    return [
        Phrasing(entry_id, language.read(asked)) for entry_id, ways in entries for asked in ways
    ]


def _numbers(values: Mapping[str, object], names: Sequence[str]) -> dict[str, float]:
    if set(values) != set(names):
        raise ValueError(f"needs exactly {', '.join(names)}")
    numbers = {name: float(str(values[name])) for name in names}
    if not all(map(math.isfinite, numbers.values())):
        raise ValueError("a coefficient is not a finite number")
    return numbers
