"""Matching: from a question to the entries it may mean, each with an honest probability."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from bot.candidates import Base, Candidate, more_of, ranked, weighed
from bot.index import PAIRS, SOUNDS, WORDS, Index
from bot.likeness import Query, Subject, mistaken
from bot.meaning import Vector
from bot.model import Coefficients, Fit, Model
from bot.nearness import Nearness, Sentences, Space
from bot.text import Tokens

CANDIDATES = 24  # by words; 30 find no more of the right entries, and cost a fifth more
LISTED = 10  # entries a match returns at most
_BY_WAYS, _BY_SAYS = 20, 10  # subjects that meaning adds
_RIVALS = 5
_CLAIMED = 0.6  # of the weight of a way of asking

SWITCHES = ("words", "sounds", "meaning", "skip", "contrast")

Stage = Callable[[Query, list[Candidate]], list[Candidate]]


class Matcher:
    """A row of stages over one immutable set of subjects."""

    def __init__(self, stages: Mapping[str, Stage], fit: Fit) -> None:
        self.stages = stages
        self.fit = fit

    def match(self, tokens: Tokens, *, deep: bool = True) -> list[Candidate]:
        """Return at most LISTED candidates, one per entry, the likeliest first.

        Not `deep`: the encoder is not asked.
        """
        query = Query(tokens)
        candidates: list[Candidate] = []
        for name, stage in self.stages.items():
            if deep or name != "meaning":
                candidates = stage(query, candidates)
        return candidates[:LISTED]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What matching by meaning takes: the encoder, the kept vectors, the learnt stretching."""

    encode: Callable[[str], Vector | None]
    vectors: Mapping[str, bytes]  # packed, by text
    closeness: Vector


def build(
    subjects: Sequence[Subject],
    model: Model,
    meaning: Meaning | None = None,
    *,
    without: Iterable[str] = (),
) -> Matcher:
    """Put the stages together. Raises ValueError for a switch that does not exist."""
    off = set(without)
    if unknown := off.difference(SWITCHES):
        raise ValueError(f"没有这一步：{'、'.join(sorted(unknown))}；有：{'、'.join(SWITCHES)}")
    fit = model.answers if any(subject.says for subject in subjects) else model.phrasings
    base = Base.of(subjects)
    index = Index(base.ways)
    contrast = "contrast" not in off
    stages: dict[str, Stage] = {
        "words": recall_words(index, base),
        "sounds": recall_sounds(index, base),
        "judge": judge(base, fit.words, contrast=contrast),
    }
    if meaning:
        skip = math.inf if "skip" in off else fit.skip
        stages["meaning"] = by_meaning(base, meaning, fit.meaning, skip=skip, contrast=contrast)
    wanted = {name: stage for name, stage in stages.items() if name not in off}
    return Matcher(wanted, fit)


def recall_words(index: Index, base: Base) -> Stage:
    """Add the ways of asking that share words or character pairs with the question."""

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        fields = {WORDS: query.tokens.words, PAIRS: query.pairs}
        return candidates + list(map(base.found, index.sharing(fields, CANDIDATES)))

    return stage


def recall_sounds(index: Index, base: Base) -> Stage:
    """Add the ways of asking that sound alike: homophone slips share no character."""

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        found = index.sharing({SOUNDS: query.tokens.sounds}, CANDIDATES // 3)
        return candidates + list(map(base.found, found))

    return stage


def judge(base: Base, coefficients: Coefficients, *, contrast: bool) -> Stage:
    """Keep each subject's best way of asking, order them, give the first ones a probability."""

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        ways: dict[int, set[int]] = {}
        for one in candidates:
            ways.setdefault(one.subject, set()).add(one.position)
        found = ranked(base.best(query, ways.values(), coefficients.rank), coefficients)

        def against(candidate: Candidate) -> float:
            spelling = candidate.features["spelling"]
            return mistaken(query, base.subjects[candidate.subject], spelling)

        more = [
            {**more_of(query, candidate, base), "contrast": against(candidate)}
            for candidate in found[:LISTED]
        ]
        return weighed(found, more, coefficients, contrast=contrast)

    return stage


def by_meaning(
    base: Base, meaning: Meaning, coefficients: Coefficients, *, skip: float, contrast: bool
) -> Stage:
    """Add subjects that share no word with the question, and judge all by meaning as well.

    Where words are sure already, or the encoder is busy or fails, what words found stands.
    """
    space = Space([sentences(s) for s in base.subjects], meaning.vectors, meaning.closeness)
    firsts = np.searchsorted(np.array(base.owners), np.arange(len(base.subjects)))

    def added(query: Query, candidates: list[Candidate], near: Nearness) -> list[Candidate]:
        known = {candidate.subject for candidate in candidates}
        new = [subject for subject in _nearest(near) if subject not in known]
        ways = ((int(firsts[subject]) + space.nearest_way(near, subject),) for subject in new)
        everything = chain(candidates, base.best(query, ways, coefficients.rank))
        return [
            replace(one, features={**one.features, **_closeness(near, one.subject)})
            for one in everything
        ]

    def stage(query: Query, candidates: list[Candidate]) -> list[Candidate]:
        exact = any(one.score == math.inf for one in candidates[:1])
        sure = exact or any(_is_sure(one, skip) for one in candidates[:1])
        vector = None if sure or not base.subjects else meaning.encode(query.tokens.said)
        if vector is None:
            return candidates
        near = space.near(vector)
        found = ranked(added(query, candidates, near), coefficients)
        rivals = [one.features["way"] for one in found[1 : _RIVALS + 1]]
        behind = sum(rivals) / max(len(rivals), 1)
        more = [
            {
                **more_of(query, candidate, base),
                "way_alone": space.unstretched(near, candidate.subject),
                "ahead": candidate.features["way"] - behind,
                "contrast": _against(near, candidate.subject),
            }
            for candidate in found[:LISTED]
        ]
        return weighed(found, more, coefficients, contrast=contrast)

    return stage


def _is_sure(first: Candidate, skip: float) -> bool:
    """Tell whether words alone may give the answer: what the way claims is asked as well."""
    return first.probability >= skip and first.features["claimed"] >= _CLAIMED


def _nearest(near: Nearness) -> list[int]:
    """Return the subjects nearest by their ways of asking, and by what they say."""
    found: dict[int, None] = {}
    for cosines, most in ((near.way + near.centre / 2, _BY_WAYS), (near.says, _BY_SAYS)):
        last = min(most, len(cosines)) - 1
        found |= dict.fromkeys(np.argpartition(-cosines, last)[: last + 1].tolist())
    return list(found)


def _closeness(near: Nearness, subject: int) -> dict[str, float]:
    return {
        "way": float(near.way[subject]),
        "centre": float(near.centre[subject]),
        "says": float(near.says[subject]),
    }


def _against(near: Nearness, subject: int) -> float:
    """Return by how much the question is nearer to what the subject is not."""
    return max(0.0, float(near.not_this[subject] - near.way[subject]))


def sentences(subject: Subject) -> Sentences:
    return Sentences(
        ways=[way.said for way in subject.ways],
        says=[sentence.said for sentence in subject.says],
        not_this=[text.said for text in subject.not_this],
    )
