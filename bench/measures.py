"""Measures: pure functions on what a matcher found for each question of a set."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

COVERAGE = 0.8  # the share of questions that get an answer where wrong ones are counted
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's right entries (none: must be refused) and what was found, best first."""

    right: frozenset[str]
    ranked: list[tuple[str, float]]
    domain: str = ""

    @property
    def place(self) -> float:
        """The place of the first right entry, 1 first; infinite where there is none."""
        places = (at for at, (entry_id, _) in enumerate(self.ranked, 1) if entry_id in self.right)
        return next(places, math.inf)

    @property
    def score(self) -> float:
        return self.ranked[0][1] if self.ranked else -math.inf


@dataclass(frozen=True, slots=True)
class Run:
    """One matcher on one set: what it found, and the seconds it took."""

    name: str
    asked: list[Asked]
    build_s: float
    spent: list[float]  # seconds, by question


@dataclass(frozen=True, slots=True)
class Timed:
    """One matcher on a base of one size, alone in a process of its own."""

    name: str
    size: int  # phrasings
    asked: int  # questions, fewer than all where all would have taken too long
    build_s: float
    rss_mb: float  # the most the process ever held
    p50_ms: float
    p99_ms: float
    per_s: float  # questions, on one core
    per_s_two: float  # by two processes at once, a core each


@dataclass(frozen=True, slots=True)
class Margin:
    difference: float
    low: float
    high: float  # both ends of the 95 % interval


def recall(asked: Sequence[Asked], places: int) -> float:
    """Return the share of answerable questions with a right entry among the first places."""
    return _mean([one.place <= places for one in asked if one.right])


def mrr10(asked: Sequence[Asked]) -> float:
    return _mean([1 / one.place if one.place <= 10 else 0.0 for one in asked if one.right])  # noqa: PLR2004


def sure_auc(asked: Sequence[Asked]) -> float:
    """Return how often a right first entry's score is above a wrong one's or a refusable one's."""
    right = [one.score for one in asked if one.place == 1]
    return auc(right, [one.score for one in asked if one.place != 1])


def abstain_auc(asked: Sequence[Asked]) -> float:
    """Return how often an answerable question's score is above one's that must be refused."""
    answerable = [one.score for one in asked if one.right]
    return auc(answerable, [one.score for one in asked if not one.right])


def wrong_at_coverage(asked: Sequence[Asked], coverage: float = COVERAGE) -> float:
    """Answer the questions with the highest scores; return the share of these answers not right."""
    answered = sorted(asked, key=lambda one: -one.score)[: round(coverage * len(asked))]
    return _mean([bool(one.ranked) and one.place != 1 for one in answered])


def auc(above: ArrayLike, below: ArrayLike) -> float:
    """Return how often one of `above` is over one of `below`; equal ones count a half."""
    over, ordered = np.asarray(above, float), np.sort(np.asarray(below, float))
    if not over.size or not ordered.size:
        return math.nan
    under = np.searchsorted(ordered, over, "left") + np.searchsorted(ordered, over, "right")
    return float(under.sum() / (2 * over.size * ordered.size))


Measure = Callable[[Sequence[Asked]], float]

RECALL, SURE, WRONG = "recall@1", "sure-AUC", f"wrong at {COVERAGE:.0%}"
MEASURES: dict[str, Measure] = {
    RECALL: lambda asked: recall(asked, 1),
    "recall@5": lambda asked: recall(asked, 5),
    "MRR@10": mrr10,
    SURE: sure_auc,
    "abstain-AUC": abstain_auc,
    WRONG: wrong_at_coverage,
}


def margin(measure: Measure, ours: Sequence[Asked], theirs: Sequence[Asked]) -> Margin:
    """Return how far ours is above theirs; both answered the same questions in the same order."""
    dice = np.random.default_rng(0)
    resampled = []
    for _ in range(RESAMPLES):
        drawn = dice.integers(len(ours), size=len(ours)).tolist()
        resampled.append(measure([ours[i] for i in drawn]) - measure([theirs[i] for i in drawn]))
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Margin(measure(ours) - measure(theirs), float(low), float(high))


def trade(asked: Sequence[Asked]) -> list[tuple[float, float]]:
    """Return (missed, wrong) for every score that answering could begin at, the strictest first.

    missed: the share of answerable questions that do not get their right answer;
    wrong: the share of all questions that get an answer that is not right.
    """
    best_first = sorted((one for one in asked if one.ranked), key=lambda one: -one.score)
    answerable = sum(bool(one.right) for one in asked)
    points, right, wrong = [(1.0, 0.0)], 0, 0
    for at, one in enumerate(best_first, 1):
        right += one.place == 1
        wrong += one.place != 1
        if at == len(best_first) or best_first[at].score < one.score:
            points.append((1 - right / max(answerable, 1), wrong / len(asked)))
    return points


def milliseconds(spent: Sequence[float], share: float) -> float:
    """Return the milliseconds that this share of the questions stayed under."""
    return 1000 * float(np.quantile(spent, share))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
