"""Fitting: coefficients from candidates that are labelled, and how well they hold."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.fields import JUDGED, MADE, OUTSIDE, Asked, Field
from bench.measures import auc
from bot.candidates import Candidate
from bot.meaning import SIZE, Vector
from bot.model import RISKS, Coefficients, Fit

FOLDS = 5
DIMENSIONS = 256  # of closeness: 192 lose half a point of recall, 384 gain nothing
FLOOR = 1.0  # times the mean variance, added to every direction; .3 to 3 differ little
# Of all questions, how many may get a wrong answer, by what a wrong one costs; and of those whose
# right answer is found first, how many may get neither it nor an offer. The thresholds follow.
WRONG = {"high": 0.010, "middle": 0.016, "low": 0.018}
MISSED = 0.012
LOST = 3  # questions that words alone may lose before the search for `skip` ends


@dataclass(frozen=True, slots=True)
class Sample:
    """What is decided on: the candidates found for a question, best first."""

    field: str
    asked: Asked
    values: list[float]
    right: bool


# --- closeness --------------------------------------------------------------------------------


def learn_closeness(entries: Sequence[Vector]) -> Vector:
    """Return the matrix for `bot.nearness.Space`, from the vectors of each entry's ways of asking.

    entries: one array (number of ways x SIZE) each. What varies within entries is whitened, then
    the DIMENSIONS in which entries differ most are kept.
    """
    inner = np.concatenate([rows - rows.mean(axis=0) for rows in entries])
    within = inner.T @ inner / len(inner)
    within += FLOOR * np.trace(within) / SIZE * np.eye(SIZE)
    values, vectors = np.linalg.eigh(within)
    white = vectors * values**-0.5
    centres = np.array([rows.mean(axis=0) for rows in entries])
    _, order = np.linalg.eigh(np.cov((centres @ white).T))
    return np.asarray(white @ order[:, ::-1][:, :DIMENSIONS], dtype=np.float32)


# --- fitting ----------------------------------------------------------------------------------


def fit_rank(
    found: Sequence[tuple[Asked, list[Candidate]]], names: Sequence[str]
) -> dict[str, float]:
    """Return coefficients that order candidates: the right one against each other one."""
    rows: list[NDArray[np.float64]] = []
    weights: list[float] = []
    for asked, candidates in found:
        place = next((i for i, c in enumerate(candidates) if c.entry_id in asked.right), None)
        others = [c for c in candidates if c.entry_id not in asked.right]
        if place is None or not others or candidates[0].score == math.inf:
            continue
        own = _row(candidates[place], names)
        rows += [own - _row(other, names) for other in others]
        weights += [10 / len(others)] * len(others)
    signs = np.where(np.arange(len(rows)) % 2, 1, -1)
    fitted = LogisticRegression(fit_intercept=False, max_iter=3000)
    fitted.fit(np.array(rows) * signs[:, None], signs, weights)
    return {name: round(float(w), 3) for name, w in zip(names, fitted.coef_[0], strict=True)}


@dataclass(frozen=True, slots=True)
class Right:
    """Coefficients of the probability, of features as they are (not scaled)."""

    linear: dict[str, float]
    squared: dict[str, float]

    def chance(self, sample: Sample) -> float:
        features = {**dict(zip(self.squared, sample.values, strict=True)), "bias": 1.0}
        return Coefficients({}, self.linear, self.squared, {}, 0.0).chance(features)


def fit_right(samples: Sequence[Sample], names: Sequence[str]) -> Right:
    """Fit the probability on each feature and its square: a bend each is what straight lines miss.

    All products of two features gain no more, and hold less well in fields left out.
    """
    rows = np.array([sample.values for sample in samples])
    rows = np.concatenate([rows, rows**2], axis=1)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3000))
    # A set from outside must not drown in what is made of our own content.
    sizes = Counter(sample.field for sample in samples)
    weights = [
        (sizes[MADE] / sizes[sample.field]) ** 0.5 if sample.field.startswith(OUTSIDE) else 1.0
        for sample in samples
    ]
    right = [sample.right for sample in samples]
    fitted.fit(rows, right, logisticregression__sample_weight=weights)
    scaler, logistic = fitted[0], fitted[1]
    weights = logistic.coef_[0] / scaler.scale_
    bias = float(logistic.intercept_[0] - (weights * scaler.mean_).sum())
    features = [name for name in names if name != "bias"]
    rounded = [round(float(weight), 3) for weight in weights]
    linear = dict(zip(features, rounded, strict=False)) | {"bias": round(bias, 3)}
    return Right(linear, dict(zip(features, rounded[len(features) :], strict=True)))


def samples_of(
    field: Field, found: Sequence[list[Candidate]], names: Sequence[str]
) -> Iterator[Sample]:
    """Yield what the probability decides on; a phrasing word for word is not for it."""
    for asked, candidates in zip(field.questions, found, strict=True):
        if candidates and candidates[0].features["spelling"] < 1.0:
            values = [candidates[0].features[name] for name in names if name != "bias"]
            yield Sample(field.name, asked, values, candidates[0].entry_id in asked.right)


def cross_validated(samples: Sequence[Sample], names: Sequence[str]) -> list[float]:
    """Return each sample's probability by a fit on entries other than its own."""
    held_back = [0.0] * len(samples)
    groups = [sample.asked.group for sample in samples]
    for train, test in GroupKFold(FOLDS).split(groups, groups=groups):
        right = fit_right([samples[i] for i in train], names)
        for place in test:
            held_back[place] = right.chance(samples[place])
    return held_back


# --- report -----------------------------------------------------------------------------------


def calibration_error(samples: Sequence[Sample], chances: Sequence[float]) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    bins: dict[int, list[float]] = {}
    for sample, probability in zip(samples, chances, strict=True):
        bins.setdefault(min(int(probability * 10), 9), []).append(sample.right - probability)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / max(len(samples), 1)


def report(
    samples: Sequence[Sample], chances: Sequence[float], left_out: Sequence[float]
) -> Iterator[str]:
    yield "field              n  first is right  sure-AUC     ECE   left out: sure-AUC     ECE"
    for name in (*sorted({sample.asked.field for sample in samples}), "all"):
        places = [i for i, one in enumerate(samples) if name in {one.asked.field, "all"}]
        mine = [samples[i] for i in places]
        answerable = [sample.right for sample in mine if sample.asked.right]
        line = f"{name:<14}{len(mine):>6}  {sum(answerable) / max(len(answerable), 1):>14.3f}"
        for row, width in ((chances, 8), (left_out, 19)):
            some = [row[i] for i in places]
            above, below = (
                [p for s, p in zip(mine, some, strict=True) if s.right is right]
                for right in (True, False)
            )
            line += f"  {auc(above, below):>{width}.3f}  {calibration_error(mine, some):>6.3f}"
        yield line


def on_others(samples: Sequence[Sample], names: Sequence[str]) -> list[float]:
    """Return each sample's probability by a fit on the other fields."""
    found = [0.0] * len(samples)
    for name in {sample.asked.field for sample in samples}:
        others = [sample for sample in samples if sample.asked.field != name]
        right = fit_right(others, names)
        for place, sample in enumerate(samples):
            if sample.asked.field == name:
                found[place] = right.chance(sample)
    return found


def thresholds(
    samples: Sequence[Sample], chances: Sequence[float]
) -> tuple[dict[str, float], float, list[str]]:
    """Return what is sure, by risk, what is offered, and the curve that both are read from.

    sure: the least probability at which no more than WRONG of all questions get a wrong answer,
    those that must be unmet included; maybe: the greatest at which no more than MISSED of the
    questions with an answer found first get neither answer nor offer.
    """
    mine = [
        (sample, chance)
        for sample, chance in zip(samples, chances, strict=True)
        if sample.field in JUDGED
    ]
    wrong = sorted((p for s, p in mine if not s.right), reverse=True)
    right = sorted(p for s, p in mine if s.right)
    sure = {risk: round(wrong[int(WRONG[risk] * len(mine))] + 0.005, 2) for risk in RISKS}
    maybe = round(right[int(MISSED * len(right))] - 0.005, 2)
    return sure, maybe, list(_curve(mine))


def _curve(mine: Sequence[tuple[Sample, float]]) -> Iterator[str]:
    yield "probability  right  below: right ones  wrong  of those without an answer"
    answerable = sum(bool(sample.asked.right) for sample, _ in mine)
    for step in range(1, 20):
        least = step / 20
        above = [sample for sample, chance in mine if chance >= least]
        right = sum(sample.right for sample in above)
        missed = sum(sample.right for sample, chance in mine if chance < least)
        wrong = sum(bool(sample.asked.right) and not sample.right for sample in above)
        none = sum(not sample.asked.right for sample in above)
        yield (
            f"{least:>11.2f}  {right / answerable:>5.3f}  {missed / answerable:>17.3f}"
            f"  {wrong / answerable:>5.3f}  {none / (len(mine) - answerable):>26.3f}"
        )


def skipping(
    words: Mapping[tuple[str, str], Sample], meaning: Mapping[tuple[str, str], Sample], fit: Fit
) -> tuple[float, float]:
    """Return the least probability by words from which on asking the encoder gains nothing.

    From there up words give the answer whatever its risk, and are right as often alone as with
    meaning. Also returned: the share of the questions that still need the encoder.
    """
    right = Right(dict(fit.words.right), dict(fit.words.squared))
    both = [(one, meaning[key]) for key, one in words.items() if key in meaning]
    rows = sorted(
        ((right.chance(one), one.right, deep.right) for one, deep in both),
        reverse=True,
    )
    lost, least = 0, 1.0
    for probability, alone, together in rows:
        lost += together - alone
        if lost <= 0:
            least = probability
        elif lost > LOST:
            break
    skip = round(max(least + 0.005, *fit.words.sure.values()), 2)
    return skip, sum(probability < skip for probability, _, _ in rows) / len(rows)


def _row(candidate: Candidate, names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([candidate.features[name] for name in names])
