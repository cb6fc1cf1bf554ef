"""The model: coefficients and thresholds of the matcher, read from the reviewed file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.lexicon import BrokenFile, Loader

BY_WORDS = ("spelling", "sound", "claimed", "extra", "known", "known_pairs", "unknown", "clash")
BY_MEANING = (*BY_WORDS, "way", "centre", "says")
_FIRST = ("claimed_pairs", "length", "words", "kind", "contrast", "lacks")
_LEADS = ("lead", "share", "bias")
# What orders candidates but would raise the probability of a question with strange words in it:
# they are fewer where questions are short, and a fit takes that for a cause.
_ORDER_ONLY = {"extra", "unknown"}
RIGHT_BY_WORDS = (*(n for n in BY_WORDS if n not in _ORDER_ONLY), *_FIRST, *_LEADS)
RIGHT_BY_MEANING = (
    *(n for n in BY_MEANING if n not in _ORDER_ONLY),
    *_FIRST,
    "way_alone",
    "ahead",
    *_LEADS,
)
_GREATEST = 1000.0
RISKS = ("high", "middle", "low")


class BrokenModel(BrokenFile):
    """The coefficient file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """One fit: `rank` orders candidates, `right` tells how likely the first is what was asked."""

    rank: Mapping[str, float]
    right: Mapping[str, float]  # `bias` is the constant
    squared: Mapping[str, float]  # of the same features' squares, all but `bias`
    sure: Mapping[str, float]  # by risk of the answer: at or above, it is given
    maybe: float  # at or above, up to three are offered

    def score(self, features: Mapping[str, float]) -> float:
        """Return what orders candidates: differences of it are log-odds between two of them."""
        total = 0.0
        for name, weight in self.rank.items():
            total += weight * features[name]
        return total

    def chance(self, features: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1, that the candidate is what was asked."""
        z = 0.0
        for name, weight in self.right.items():
            value = features[name]
            z += value * (weight + value * self.squared.get(name, 0.0))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients for one kind of base."""

    words: Coefficients  # without the encoder
    meaning: Coefficients
    skip: float  # a probability by words at which the encoder is not asked any more

    def of(self, features: Mapping[str, float]) -> Coefficients:
        """Return the coefficients that a candidate was judged by."""
        return self.meaning if "way" in features else self.words


@dataclass(frozen=True, slots=True)
class Model:
    answers: Fit  # of entries whose answers are known besides their phrasings
    phrasings: Fit  # of phrasings alone: any set of questions

    @classmethod
    def load(cls, path: Path) -> "Model":
        """Read the reviewed coefficient file. Raises BrokenModel."""
        try:
            values = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506  # a safe one
            return cls(_fit(values["answers"]), _fit(values["phrasings"]))
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise BrokenModel(f"{path.name} 不能用：{error!r}") from error


def _fit(values: Mapping[str, Any]) -> Fit:
    return Fit(
        words=_coefficients(values["words"], BY_WORDS, RIGHT_BY_WORDS),
        meaning=_coefficients(values["meaning"], BY_MEANING, RIGHT_BY_MEANING),
        skip=_numbers({"skip": values["skip"]}, ("skip",))["skip"],
    )


def _coefficients(
    values: Mapping[str, Any], rank: Sequence[str], right: Sequence[str]
) -> Coefficients:
    return Coefficients(
        rank=_numbers(values["rank"], rank),
        right=_numbers(values["right"], right),
        squared=_numbers(values["squared"], [name for name in right if name != "bias"]),
        sure=_numbers(values["sure"], RISKS),
        maybe=_numbers({"maybe": values["maybe"]}, ("maybe",))["maybe"],
    )


def _numbers(values: Mapping[str, object], names: Sequence[str]) -> dict[str, float]:
    if set(values) != set(names):
        raise ValueError(f"needs exactly {', '.join(names)}")
    numbers = {name: float(str(values[name])) for name in names}
    if not all(abs(number) <= _GREATEST for number in numbers.values()):
        raise ValueError("a coefficient is no number, or too great to be one")
    return numbers
