"""Fields: questions of one kind with the base they are asked of, to fit and to judge on.

tests/questions is split once, by entry, into a half to fit on and a half held back.
"""

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.questions import Case, read
from bot.likeness import Subject
from bot.text import Language
from knowledge.entries.entry import Entry
from knowledge.entries.files.check import read_folder
from webhook.parts import CONTENT

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
QUESTIONS_FIELD, OFF_TOPIC = "questions", "off topic"
OUTSIDE, MADE = "faq", "1 way"  # the beginning of such a field's name; a field to compare with
JUDGED = (QUESTIONS_FIELD, "1 way", "3 way")  # the fields that thresholds are read from
_PARTS = 3  # of the entries, one is taken away in turn


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    right: frozenset[str]  # ids of what answers it; none: must be unmet
    field: str  # topic, domain or kind, for the report

    @property
    def group(self) -> str:
        """Return what must never stand on both sides of a fit."""
        return min(self.right, default=self.text)


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    base: Sequence[Subject]
    questions: Sequence[Asked]

    @property
    def has_answers(self) -> bool:
        """Whether more is known of what can be asked for than phrasings."""
        return any(subject.says for subject in self.base)


def is_held_back(case: Case) -> bool:
    """Tell whether a case of tests/questions is in the half that nothing is fitted on."""
    return not hashlib.sha256((case.entry_id or case.question).encode()).digest()[0] % 2


def answers() -> list[Entry]:
    placed, _ = read_folder(CONTENT, str)
    return [one.entry for one in placed if one.entry.kind.is_answer]


def subject_of(entry: Entry, language: Language) -> Subject:
    """Return an entry as it stands on the shelf."""
    return Subject(
        entry.id,
        ways=[language.read(text) for text in entry.asked_as],
        says=[language.read(text) for text in (entry.conclusion, *entry.steps)],
        not_this=[language.read(text) for text in entry.not_this],
    )


def of_the_content(base: Sequence[Subject]) -> Iterator[Field]:
    """Yield the fit half of tests/questions, answerable or not, and what is made of phrasings."""
    cases = [case for case in read(QUESTIONS) if not is_held_back(case)]
    known = {subject.id for subject in base}
    asked = [_asked(case) for case in cases if case.entry_id in known]
    unmet = [_asked(case) for case in cases if case.must_be_unmet]
    yield Field(QUESTIONS_FIELD, base, asked + unmet)
    fitted = {case.entry_id for case in cases}
    yield Field("slips", base, [_slip(one) for one in base if one.id in fitted])
    for part in range(_PARTS):
        kept = [one for place, one in enumerate(base) if place % _PARTS != part]
        gone = [one for place, one in enumerate(base) if place % _PARTS == part]
        texts = [one.ways[part].said for one in gone if one.id in fitted]
        yield Field("gone", kept, [Asked(text, frozenset(), "gone") for text in texts])
    yield from _small(base, asked)
    yield from _phrasings_alone(base, asked + unmet)


def _small(base: Sequence[Subject], asked: Sequence[Asked]) -> Iterator[Field]:
    """Yield bases of a few entries, as an office that begins has them: most is not in them."""
    dice = random.Random(0)  # noqa: S311  # repeatable, not secret
    for size in (1, 2, 4, 8, 16, 32):
        few = dice.sample([one for one in base if any(one.id in a.right for a in asked)], size)
        ids = {one.id for one in few}
        there = [replace(one, field="small") for one in asked if one.right & ids]
        others = [one for one in asked if not one.right & ids]
        gone = [Asked(one.text, frozenset(), "small") for one in dice.sample(others, 40)]
        yield Field("small", few, there + gone)


def _phrasings_alone(base: Sequence[Subject], asked: Sequence[Asked]) -> Iterator[Field]:
    """Yield bases that know an entry by one way of asking or by three, all of them or each other.

    Of those questions, what is asked of an entry that is not there must be unmet.
    """
    for ways, every in ((1, 1), (3, 1), (1, 2)):
        few = [Subject(one.id, one.ways[:ways]) for one in base[::every]]
        ids = {one.id for one in few}
        name = f"{ways} way" if every == 1 else f"{ways} way of half"
        yield Field(name, few, [Asked(one.text, one.right & ids, name) for one in asked])


def of_faq(path: Path, language: Language) -> Iterator[Field]:
    """Yield one field a domain of a set of lines {"type": "kb" or "query", ...}."""
    packed = path.read_bytes()
    lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    base = [Subject(row["id"], [language.read(row["q"])]) for row in rows if row["type"] == "kb"]
    queries = [row for row in rows if row["type"] == "query"]
    for domain in sorted({row.get("domain", path.stem) for row in queries}):
        mine = [row for row in queries if row.get("domain", path.stem) == domain]
        name = f"{OUTSIDE} {domain}"
        asked = [Asked(row["q"], frozenset(row["match"] or ()), name) for row in mine]
        yield Field(name, base, asked)


def off_topic(path: Path, base: Sequence[Subject]) -> Field:
    """Return questions {"question"} that the shipped content must not answer."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    asked = [Asked(row["question"], frozenset(), OFF_TOPIC) for row in rows]
    return Field(OFF_TOPIC, base, asked)


def _asked(case: Case) -> Asked:
    return Asked(case.question, frozenset({case.entry_id} - {""}), case.topic)


def _slip(subject: Subject) -> Asked:
    """Return a phrasing with one slip of the finger: a character dropped, doubled or swapped."""
    dice = random.Random(subject.id)  # noqa: S311  # repeatable, not secret
    text = dice.choice([way.said for way in subject.ways if len(way.said) > 1])
    at = dice.randrange(len(text) - 1)
    dropped, doubled = text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return Asked(dice.choice((dropped, doubled, swapped)), frozenset({subject.id}), "slips")
