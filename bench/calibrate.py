"""Fit the matcher's coefficients (bot/model.yaml) on labelled questions, and report how they hold.

    python -m bench.calibrate [--faq FILE]... [--write]

Without --faq it fits on the shipped entries alone: one phrasing of each is held out and asked, and
the phrasings of a third of the entries are asked of the other two thirds, where they must be unmet.
--unmet adds a file of lines {"question": str} that must stay unmet on the shipped entries;
--faq adds a set of lines {"type": "kb", "id", "q"} and {"type": "query", "q", "match": [id]}.
Needs the bench extra (scikit-learn).
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from bot import matching
from bot.matching import RANK, RIGHT, Candidate, Model
from bot.text import Language, Lexicon
from knowledge.entries.files.check import read_folder

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "bot" / "model.yaml"
FOLDS = 5
REPORTED = 0.8  # the probability at which the report counts wrong and answered


@dataclass(frozen=True, slots=True)
class Field:
    """Questions of one kind, with the base they are asked of."""

    name: str
    base: list[tuple[str, list[str]]]  # entry id, its phrasings
    questions: list[tuple[str, frozenset[str]]]  # text, the right ids (none: must be unmet)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the second model decides on: the first candidate of a question."""

    field: str
    group: str
    values: list[float]
    right: bool
    answerable: bool


def shipped(language: Language) -> Iterator[Field]:
    placed, _ = read_folder(ROOT / "knowledge" / "content", language.normalise)
    entries = [p.entry for p in placed if p.entry.kind.is_answer]
    for fold in range(4):
        base, questions = [], []
        for entry in entries:
            ways = list(entry.asked_as)
            held = ways.pop(1 + fold % (len(ways) - 1))
            base.append((entry.id, ways))
            questions.append((held, frozenset({entry.id})))
        yield Field("shipped", base, questions)
    for part in range(3):
        kept = [entry for place, entry in enumerate(entries) if place % 3 != part]
        gone = [entry for place, entry in enumerate(entries) if place % 3 == part]
        yield Field(
            "shipped",
            [(entry.id, list(entry.asked_as)) for entry in kept],
            [(way, frozenset[str]()) for entry in gone for way in entry.asked_as[:4]],
        )


def slips(language: Language) -> Iterator[Field]:
    """Yield the shipped phrasings with one slip of the finger each: dropped, doubled, swapped."""
    placed, _ = read_folder(ROOT / "knowledge" / "content", language.normalise)
    entries = [p.entry for p in placed if p.entry.kind.is_answer]
    dice = random.Random(0)  # noqa: S311  # repeatable, not secret
    questions = []
    for entry in entries:
        for way in entry.asked_as[::2]:
            at = dice.randrange(len(way) - 1)
            cut = (way[:at] + way[at + 1 :], way[:at] + way[at] + way[at:])
            swapped = way[:at] + way[at + 1] + way[at] + way[at + 2 :]
            questions.append((dice.choice((*cut, swapped)), frozenset({entry.id})))
    yield Field("slips", [(entry.id, list(entry.asked_as)) for entry in entries], questions)


def faq(path: Path) -> Iterator[Field]:
    packed = path.read_bytes()
    lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines()
    rows = [json.loads(line) for line in lines]
    base = [(row["id"], [row["q"]]) for row in rows if row["type"] == "kb"]
    queries = [row for row in rows if row["type"] == "query"]
    for name in sorted({row.get("domain", path.stem) for row in queries}):
        mine = [row for row in queries if row.get("domain", path.stem) == name]
        yield Field(name, base, [(row["q"], frozenset(row["match"] or ())) for row in mine])


def unmet(path: Path, language: Language) -> Iterator[Field]:
    """Yield the questions of a file that the shipped entries must not answer."""
    placed, _ = read_folder(ROOT / "knowledge" / "content", language.normalise)
    base = [(p.entry.id, list(p.entry.asked_as)) for p in placed if p.entry.kind.is_answer]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    yield Field("unmet", base, [(row["question"], frozenset[str]()) for row in rows])


def fit(
    rows: list[list[float]], labels: list[bool], weights: list[float] | None = None
) -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=2000).fit(rows, labels, weights)


def candidates_of(field: Field, model: Model, language: Language) -> list[list[Candidate]]:
    phrasings = matching.phrasings_of(field.base, language)
    matcher = matching.build(phrasings, model)
    return [matcher.match(language.read(text)) for text, _ in field.questions]


def fit_rank(fields: list[Field], language: Language) -> dict[str, float]:
    """Return coefficients that order candidates: every listed one against the right one."""
    even = Model(dict.fromkeys(RANK, 1.0), dict.fromkeys(RIGHT, 0.0))
    rows, labels = [], []
    for field in fields:
        for (_, right), found in zip(
            field.questions, candidates_of(field, even, language), strict=True
        ):
            if any(candidate.entry_id in right for candidate in found):
                rows += [[c.features[name] for name in RANK] for c in found]
                labels += [c.entry_id in right for c in found]
    fitted = fit(rows, labels)
    return {name: round(float(w), 3) for name, w in zip(RANK, fitted.coef_[0], strict=True)}


def samples_of(field: Field, model: Model, language: Language) -> list[Sample]:
    samples = []
    everything = candidates_of(field, model, language)
    for (text, right), found in zip(field.questions, everything, strict=True):
        if not found or found[0].features["spelling"] == 1.0:
            continue
        values = matching.decision_values(found)
        group = min(right, default=text)
        hit = found[0].entry_id in right
        samples.append(Sample(field.name, group, values, hit, bool(right)))
    return samples


def report(samples: list[Sample], probabilities: list[float]) -> Iterator[str]:
    yield "field            n   right-first  sure-AUC  ECE    wrong at .80  answered at .80"
    for name in (*sorted({sample.field for sample in samples}), "all"):
        chosen = [
            (s, p) for s, p in zip(samples, probabilities, strict=True) if name in {s.field, "all"}
        ]
        labels = [s.right for s, _ in chosen]
        asked = [s.right for s, _ in chosen if s.answerable]
        sure = [s.right for s, p in chosen if p >= REPORTED]
        auc = roc_auc_score(labels, [p for _, p in chosen]) if len(set(labels)) > 1 else 0.0
        yield (
            f"{name:<14}{len(chosen):>5}  {sum(asked) / max(len(asked), 1):.3f}        {auc:.3f}"
            f"     {calibration_error(chosen):.3f}  {1 - sum(sure) / max(len(sure), 1):.3f}"
            f"         {sum(sure) / max(len(asked), 1):.3f}"
        )


def calibration_error(chosen: list[tuple[Sample, float]]) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    bins: dict[int, list[tuple[bool, float]]] = {}
    for sample, probability in chosen:
        bins.setdefault(min(int(probability * 10), 9), []).append((sample.right, probability))
    gaps = [abs(sum(r for r, _ in b) - sum(p for _, p in b)) for b in bins.values()]
    return sum(gaps) / max(len(chosen), 1)


def cross_validated(samples: list[Sample]) -> list[float]:
    rows = [sample.values for sample in samples]
    labels = [sample.right for sample in samples]
    groups = [sample.group for sample in samples]
    held_back = [0.0] * len(samples)
    for train, test in GroupKFold(FOLDS).split(rows, labels, groups):
        fitted = fit([rows[i] for i in train], [labels[i] for i in train])
        for place, probability in zip(
            test, fitted.predict_proba([rows[i] for i in test])[:, 1], strict=True
        ):
            held_back[place] = float(probability)
    return held_back


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--faq", type=Path, action="append", default=[])
    parser.add_argument("--unmet", type=Path, action="append", default=[])
    parser.add_argument("--write", action="store_true", help="write bot/model.yaml")
    options = parser.parse_args()
    random.seed(0)
    language = Language(Lexicon.load(ROOT / "knowledge" / "lexicon"))
    fields = [
        *shipped(language),
        *slips(language),
        *(field for path in options.faq for field in faq(path)),
    ]
    fields += [field for path in options.unmet for field in unmet(path, language)]
    rank = fit_rank(fields, language)
    model = Model(rank, dict.fromkeys(RIGHT, 0.0))
    samples = [sample for field in fields for sample in samples_of(field, model, language)]
    lines = list(report(samples, cross_validated(samples)))
    fitted = fit([s.values[:-1] for s in samples], [s.right for s in samples])
    right = {n: round(float(w), 3) for n, w in zip(RIGHT, fitted.coef_[0], strict=False)}
    right["bias"] = round(float(fitted.intercept_[0]), 3)
    print("\n".join(lines))
    values = yaml.safe_dump({"rank": rank, "right": right}, sort_keys=False)
    if options.write:
        head = [
            "Coefficients of the matcher, fitted by `python -m bench.calibrate`: review a change.",
            "rank orders the candidates, right gives the probability of the first one.",
            "Held-back figures of the fit (groups of one entry never on both sides):",
            *lines,
        ]
        text = "".join(f"# {line}\n" for line in head) + values
        MODEL.write_text(text, encoding="utf-8")
    else:
        print(values)


if __name__ == "__main__":
    main()
