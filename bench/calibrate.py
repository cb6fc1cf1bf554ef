"""Fit the matcher's coefficients on labelled questions, and report how they hold.

    python -m bench.matching calibrate [--faq FILE]... [--off-topic FILE]... [--write]

It fits on half of tests/questions (by entry; bench/fields.py) and on the sets that are named:
--faq lines {"type": "kb", "id", "q"} and {"type": "query", "q", "match": [id], "domain"?},
--off-topic lines {"question"} that the shipped content must not answer. The report says how the
fit holds where no entry stands on both sides (cross-validation), and on each field left out.
--write puts it with the coefficients into bot/model.yaml, and bot/closeness.npy beside it.
Needs the bench extra (scikit-learn).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from tqdm import tqdm

from bench.fields import (
    QUESTIONS_FIELD,
    Field,
    answers,
    of_faq,
    of_the_content,
    off_topic,
    subject_of,
)
from bench.fitting import (
    Sample,
    cross_validated,
    fit_rank,
    fit_right,
    learn_closeness,
    on_others,
    report,
    samples_of,
    skipping,
    thresholds,
)
from bench.peers import encoded
from bot import matching
from bot.candidates import Candidate
from bot.lexicon import Lexicon
from bot.likeness import Subject
from bot.matching import Meaning, sentences
from bot.meaning import READ, Vector, packed
from bot.model import (
    BY_MEANING,
    BY_WORDS,
    RIGHT_BY_MEANING,
    RIGHT_BY_WORDS,
    RISKS,
    Coefficients,
    Fit,
    Model,
)
from bot.text import Language
from webhook.voice import BOT, LEXICON

# --- candidates -------------------------------------------------------------------------------


class Reader:
    """Finds candidates with everything encoded once."""

    def __init__(self, language: Language, folder: Path) -> None:
        self.language = language
        self._folder = folder
        self._vectors: dict[str, Vector] = {}

    def encode(self, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        cut = [text[:READ] or "。" for text in new]
        if new:
            self._vectors |= zip(new, encoded(cut, self._folder), strict=True)

    def vector(self, text: str) -> Vector:
        return self._vectors[text]

    def meaning(self, base: Sequence[Subject], closeness: Vector) -> Meaning:
        self.encode([text for subject in base for text in sentences(subject).all])
        kept = {text: packed(vector) for text, vector in self._vectors.items()}
        return Meaning(self.vector, kept, closeness)

    def candidates(
        self, field: Field, model: Model, closeness: Vector | None
    ) -> list[list[Candidate]]:
        """Return what is found for each question; without `closeness` by words alone."""
        read = [self.language.read(asked.text) for asked in field.questions]
        meaning = None
        if closeness is not None:
            self.encode([tokens.said for tokens in read])
            meaning = self.meaning(field.base, closeness)
        matcher = matching.build(field.base, model, meaning, without=["skip"])
        progress = tqdm(read, desc=field.name, disable=not sys.stderr.isatty(), leave=False)
        return [matcher.match(tokens) for tokens in progress]


# --- all together -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """The fields, and how candidates are found in them."""

    fields: Sequence[Field]
    reader: Reader
    closeness: Vector

    def fit(self) -> tuple[Fit, list[str]]:
        """Fit words alone, then with meaning; return the fit and its report."""
        fit = Fit(_even(BY_WORDS, RIGHT_BY_WORDS), _even(BY_MEANING, RIGHT_BY_MEANING), 1.0)
        words, by_words, lines = self._fitted(fit, deep=False)
        fit = replace(fit, words=words)
        meaning, by_meaning, more = self._fitted(fit, deep=True)
        fit = replace(fit, meaning=meaning)
        skip, needed = skipping(_by_question(by_words), _by_question(by_meaning), fit)
        lines = ["by words alone:", *lines, "", "with meaning:", *more]
        lines += ["", f"skip {skip}: {needed:.0%} of these questions need the encoder"]
        return replace(fit, skip=skip), lines

    def _fitted(self, fit: Fit, *, deep: bool) -> tuple[Coefficients, list[Sample], list[str]]:
        rank_names, names = (BY_MEANING, RIGHT_BY_MEANING) if deep else (BY_WORDS, RIGHT_BY_WORDS)
        found = self._found(fit, deep=deep)
        for _ in range(2):  # the second time among the candidates that the first puts in front
            pairs = [(a, c) for f, some in found for a, c in zip(f.questions, some, strict=True)]
            rank = fit_rank(pairs, rank_names)
            name = "meaning" if deep else "words"
            fit = replace(fit, **{name: replace(getattr(fit, name), rank=rank)})
            found = self._found(fit, deep=deep)
        samples = [one for field, some in found for one in samples_of(field, some, names)]
        chances = cross_validated(samples, names)
        sure, maybe, curve = thresholds(samples, chances)
        lines = [*report(samples, chances, on_others(samples, names)), "", *curve]
        right = fit_right(samples, names)
        return Coefficients(rank, right.linear, right.squared, sure, maybe), samples, lines

    def _found(self, fit: Fit, *, deep: bool) -> list[tuple[Field, list[list[Candidate]]]]:
        closeness = self.closeness if deep else None
        model = Model(fit, fit)
        return [(field, self.reader.candidates(field, model, closeness)) for field in self.fields]


def _by_question(samples: Sequence[Sample]) -> dict[tuple[str, str], Sample]:
    return {(sample.field, sample.asked.text): sample for sample in samples}


def _even(rank: Sequence[str], right: Sequence[str]) -> Coefficients:
    sure = dict.fromkeys(RISKS, 1.0)
    squared = {name: 0.0 for name in right if name != "bias"}
    return Coefficients(
        dict.fromkeys(rank, 1.0), dict.fromkeys(right, 0.0), squared, sure, maybe=1.0
    )


def written(model: Model, head: Sequence[str]) -> str:
    """Return the reviewed file."""
    lines = "".join(f"# {line}".rstrip() + "\n" for line in head)
    return lines + yaml.safe_dump(asdict(model), sort_keys=False)


def _fields(options: argparse.Namespace, language: Language) -> Iterator[Field]:
    base = [subject_of(entry, language) for entry in answers()]
    yield from of_the_content(base)
    for path in options.faq:
        yield from of_faq(path, language)
    for path in options.off_topic:
        yield off_topic(path, base)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--faq", type=Path, action="append", default=[])
    parser.add_argument("--off-topic", type=Path, action="append", default=[])
    parser.add_argument("--write", action="store_true", help="write model.yaml and closeness.npy")
    parser.add_argument("--cache", type=Path, default=Path("var") / "bench")
    options = parser.parse_args()
    reader = Reader(Language(Lexicon.load(LEXICON)), options.cache)
    fields = list(_fields(options, reader.language))
    given = [*options.faq, *options.off_topic]
    closeness = closeness_of(fields, reader)
    with_answers = [field for field in fields if field.has_answers]
    alone = [field for field in fields if not field.has_answers]
    answers_fit, lines = Bench(with_answers, reader, closeness).fit()
    phrasings_fit, more = Bench(alone, reader, closeness).fit()
    head = [
        "Coefficients of the matcher, fitted by `python -m bench.matching calibrate` on half of",
        f"tests/questions and {', '.join(path.name for path in given) or 'nothing else'}.",
        *_EXPLAINED,
        "",
        "ANSWERS: entries whose answers are known besides their phrasings",
        *lines,
        "",
        "PHRASINGS: nothing but phrasings is known",
        *more,
    ]
    text = written(Model(answers_fit, phrasings_fit), head)
    print(text)
    if options.write:
        (BOT / "model.yaml").write_text(text, encoding="utf-8")
        np.save(BOT / "closeness.npy", closeness.astype(np.float16))


_EXPLAINED = (
    "rank orders candidates; right and squared give the probability of the first one; at sure (by",
    "risk of the answer) it is given, at maybe offered; skip is the probability by words at which",
    "the encoder is not asked. Review every change.",
    "How it holds: sure-AUC and expected calibration error (ECE) in cross-validation with no entry",
    "on both sides, and, left out, by a fit on the other fields alone.",
)


def closeness_of(fields: Sequence[Field], reader: Reader) -> Vector:
    """Learn closeness from the fit half: how an entry is asked for, by volunteers and others."""
    asked = next(field for field in fields if field.name == QUESTIONS_FIELD)
    more: dict[str, list[str]] = {}
    for one in filter(lambda one: one.right, asked.questions):
        more.setdefault(min(one.right), []).append(reader.language.read(one.text).said)
    ways = [
        [way.said for way in subject.ways] + more[subject.id]
        for subject in asked.base
        if subject.id in more
    ]
    reader.encode([text for texts in ways for text in texts])
    return learn_closeness([np.stack([reader.vector(t) for t in texts]) for texts in ways])


if __name__ == "__main__":
    main()
