"""Candidates: what a question may mean, ranked, and each given an honest probability."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.likeness import Query, Subject, Vocabulary, claimed_pairs, compare
from bot.model import Coefficients
from bot.text import Tokens

LEAD = 5.0  # a lead of so many points of score is a full one
EXACT = 0.995  # a phrasing word for word: only a phrasing claimed by two entries can be wrong


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way of asking that may mean the question; after ranking, the best one of its subject."""

    position: int  # of the way of asking
    subject: int
    entry_id: str
    features: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0  # orders candidates; means nothing by itself
    probability: float = 0.0  # that the entry is what was asked, 0 to 1


@dataclass(frozen=True, slots=True)
class Base:
    """The subjects of one snapshot, and their ways of asking in one row."""

    subjects: Sequence[Subject]
    ways: Sequence[Tokens]
    owners: Sequence[int]  # of each way, the position of its subject
    vocabulary: Vocabulary

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> "Base":
        ways = [way for subject in subjects for way in subject.ways]
        owners = [at for at, subject in enumerate(subjects) for _ in subject.ways]
        return cls(subjects, ways, owners, Vocabulary(subjects))

    def found(self, position: int) -> Candidate:
        """Return the way of asking there, not compared with anything yet."""
        owner = self.owners[position]
        return Candidate(position, owner, self.subjects[owner].id)

    def best(
        self, query: Query, ways: Iterable[Iterable[int]], rank: Mapping[str, float]
    ) -> Iterator[Candidate]:
        """Yield of several ways of asking for each subject the likest, compared by words."""
        weighed = self.vocabulary.weigh(query)
        for positions in ways:
            features: dict[str, float] = {}
            most, likest = -math.inf, -1
            for position in positions:
                likeness = compare(query, self.ways[position], self.vocabulary.rarity)
                score = sum([rank[name] * value for name, value in likeness.items()])
                if score > most:
                    features, most, likest = likeness, score, position
            owner = self.owners[likest]
            features |= self.vocabulary.knows(query, weighed, owner)
            yield Candidate(likest, owner, self.subjects[owner].id, features)


def ranked(candidates: Iterable[Candidate], coefficients: Coefficients) -> list[Candidate]:
    """Return candidates of different subjects, best first; a way word for word before all."""
    scored = []
    for one in candidates:
        exact = one.features["spelling"] == 1.0
        score = math.inf if exact else coefficients.score(one.features)
        scored.append(Candidate(one.position, one.subject, one.entry_id, one.features, score))
    return sorted(scored, key=lambda one: (-one.score, one.entry_id))


_NO_CONTRAST = {"contrast": 0.0, "unknown": 0.0, "extra": 0.0, "clash": 0.0}


def more_of(query: Query, candidate: Candidate, base: Base) -> dict[str, float]:
    """Return what only the probability asks for."""
    return {
        "claimed_pairs": claimed_pairs(query, base.ways[candidate.position]),
        "length": min(1.0, len(query.text) / 20),
        "words": min(1.0, len(query.tokens.weight) / 12),
        "lacks": base.vocabulary.lacks(query, candidate.subject),
        "kind": base.vocabulary.same_kind(query, candidate.subject),
    }


def weighed(
    candidates: list[Candidate],
    more: Sequence[Mapping[str, float]],
    coefficients: Coefficients,
    *,
    contrast: bool,
) -> list[Candidate]:
    """Give the first ones the probability that they, and not another entry, were asked for."""
    scores = [candidate.score for candidate in candidates]
    above = 1.0  # a lower place never claims more than the one above it
    for place, (one, its) in enumerate(zip(candidates, more, strict=False)):
        features = {**one.features, **its, **_leads(scores, place), "bias": 1.0}
        if not contrast:
            features |= _NO_CONTRAST
        exact = one.score == math.inf
        above = min(above, EXACT if exact else coefficients.chance(features))
        candidates[place] = Candidate(
            one.position, one.subject, one.entry_id, features, one.score, above
        )
    return candidates


def _leads(scores: Sequence[float], place: int) -> dict[str, float]:
    """Return how far a candidate is before its strongest rival, -1 to 1, and its share of all.

    The share is the softmax of the scores, which are log-odds between two candidates.
    """
    if scores[0] == math.inf:
        return {"lead": 1.0 - 2 * (place > 0), "share": float(scores[place] == math.inf)}
    own = scores[place]
    rival = scores[0] if place else (scores[1] if len(scores) > 1 else -math.inf)
    share = 1 / sum(math.exp(score - own) for score in scores)
    return {"lead": max(-1.0, min(1.0, (own - rival) / LEAD)), "share": share}
