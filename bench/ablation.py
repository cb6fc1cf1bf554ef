"""What each stage is worth: the held-back half of tests/questions with one stage left out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.fields import QUESTIONS, answers, is_held_back, subject_of
from bench.measures import Asked, abstain_auc, milliseconds, recall, sure_auc
from bench.peers import encoded
from bench.questions import read
from bot import matching
from bot.lexicon import Contrasts, Lexicon, Rewriting
from bot.likeness import Subject
from bot.meaning import READ, packed
from bot.nearness import Sense
from bot.text import Language
from webhook.voice import LEXICON, Voice

WAYS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "never skipping meaning": ("skip",),
    "without contrast": ("contrast",),
    "without sounds (pinyin)": ("sounds",),
    "without lexicon": ("lexicon",),
    "without what entries say": ("says",),
    "without meaning": ("meaning",),
    "meaning alone finds candidates": ("words", "sounds"),
}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    asked: list[Asked]
    spent: list[float]  # seconds
    encoded: int  # questions that the encoder read


def meaning_of(subjects: Sequence[Subject], sense: Sense, folder: Path) -> matching.Meaning:
    """Return what matching by meaning takes, with the vectors of the bench's own store."""
    texts = list(dict.fromkeys(text for one in subjects for text in matching.sentences(one).all))
    made = encoded([text[:READ] or "。" for text in texts], folder)
    kept = {text: packed(vector) for text, vector in zip(texts, made, strict=True)}
    return matching.Meaning(sense.encoder.in_turn, kept, sense.closeness)


def without_lexicon() -> Language:
    """Return a language that knows neither dialect nor synonyms nor contrasts."""
    whole = Lexicon.load(LEXICON)
    empty = Rewriting()
    return Language(replace(whole, dialect=empty, synonyms=empty, contrasts=Contrasts(())))


def rows(folder: Path) -> Iterator[Row]:
    voice = Voice.load("")
    for name, without in WAYS.items():
        language = without_lexicon() if "lexicon" in without else voice.language
        subjects = [subject_of(entry, language) for entry in answers()]
        if "says" in without:
            subjects = [replace(one, says=one.ways[:1]) for one in subjects]
        meaning = None
        if voice.sense and "meaning" not in without:
            meaning = meaning_of(subjects, voice.sense, folder)
        yield _row(name, language, subjects, meaning, without)


def _row(
    name: str,
    language: Language,
    subjects: Sequence[Subject],
    meaning: matching.Meaning | None,
    without: Sequence[str],
) -> Row:
    model = Voice.load("", meaning="off").model
    stages = [stage for stage in without if stage in matching.SWITCHES]
    matcher = matching.build(subjects, model, meaning, without=stages)
    known = {subject.id for subject in subjects}
    asked, spent, read_by_encoder = [], [], 0
    for case in filter(is_held_back, read(QUESTIONS)):
        if case.entry_id and case.entry_id not in known:
            continue
        began = time.perf_counter()
        found = matcher.match(language.read(case.question))
        spent.append(time.perf_counter() - began)
        read_by_encoder += bool(found) and "way" in found[0].features
        ranked = [(one.entry_id, one.probability) for one in found]
        asked.append(Asked(frozenset({case.entry_id} - {""}), ranked))
    return Row(name, asked, spent, read_by_encoder)


def table(measured: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| | recall@1 | recall@3 | sure-AUC | abstain-AUC | encoder asked | p50 ms |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in measured:
        figures = (
            f"{recall(row.asked, 1):.3f}",
            f"{recall(row.asked, 3):.3f}",
            f"{sure_auc(row.asked):.3f}",
            f"{abstain_auc(row.asked):.3f}",
            f"{row.encoded / len(row.asked):.0%}",
            f"{milliseconds(row.spent, 0.5):.2f}",
        )
        yield f"| {row.name} | {' | '.join(figures)} |"
