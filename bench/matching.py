"""Measure the matcher and its peers side by side: the same questions, in the same run.

    python -m bench.matching [--faq FILE]... [--questions FILE]... [--scale 1000,10000]
                             [--without STAGE]... [--report]
    python -m bench.matching calibrate ...      what bench/calibrate.py does

It asks the held-back half of tests/questions: of the shipped phrasings, as a set for every matcher,
and of the whole bot, as bench/answers.py does, with each stage left out in turn. A file of --faq,
which may be gzipped, has lines {"type": "kb", "id", "q"} and
{"type": "query", "q", "match": [id], "must_abstain", "domain"?};
the forms of --questions are in bench/questions.py. `--without meaning` leaves the encoder out.
"""

import argparse
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bench import ablation, answers, report
from bench.fields import QUESTIONS, is_held_back
from bench.measures import Asked, Run, Timed
from bench.peers import ENCODER, Ask, Base, Build, peers, plain
from bench.questions import read
from bot import matching
from bot.likeness import Subject
from bot.text import TEXT_LENGTH
from bot.typed import Typed
from knowledge.entries.files.check import read_folder
from webhook.cli.asking import conversation_over
from webhook.parts import CONTENT
from webhook.voice import Voice

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "bench" / "reports"
VECTORS = Path("var") / "bench"
OURS, BY_WORDS = "ours", "ours by words"
MEANING = "meaning"  # the stage that needs the encoder
LEXICON_STAGE = "lexicon"  # dialect and synonyms: no stage of the matcher, but left out like one
STAGES = (*matching.SWITCHES, LEXICON_STAGE)
COMPARED = 100_000  # phrasings: beyond, only ours by words is timed
LARGEST = {
    BY_WORDS: 1_000_000,
    "SQLite FTS5": 10_000,  # it and the two scorers of rapidfuzz take 10 to 150 ms from there on
    "rapidfuzz WRatio": 10_000,
    "rapidfuzz token_set": 10_000,
}


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    right: frozenset[str]  # ids of entries; none: must be refused
    domain: str


@dataclass(frozen=True, slots=True)
class Faq:
    """A base, and the questions asked of it."""

    name: str
    base: Base
    questions: list[Question]


def ours(base: Base, vectors: Path, without: Sequence[str]) -> Ask:
    """Return our matcher; without LEXICON dialect and synonyms are not read."""
    voice = Voice.load("", meaning="off" if MEANING in without else "auto")
    language = voice.language
    if LEXICON_STAGE in without:
        language = ablation.without_lexicon()
    subjects = [Subject(name, [language.read(way) for way in ways]) for name, ways in base]
    meaning = ablation.meaning_of(subjects, voice.sense, vectors) if voice.sense else None
    stages = [stage for stage in without if stage in matching.SWITCHES]
    matcher = matching.build(subjects, voice.model, meaning, without=stages)
    typed = Typed(way for subject in subjects for way in subject.ways)

    def ask(text: str) -> list[tuple[str, float]]:
        read = language.read(typed.read(language.plain(text[:TEXT_LENGTH])))
        return [(found.entry_id, found.probability) for found in matcher.match(read)]

    return ask


def matchers(without: Sequence[str], vectors: Path, **options: int) -> dict[str, Build]:
    """Return what builds ours, which comes first, and each peer."""
    by_words: Build = partial(ours, vectors=vectors, without=[*without, MEANING])
    builds = {BY_WORDS: by_words, **peers(vectors, **options)}
    if MEANING in without:
        del builds[ENCODER]
        return builds
    return {OURS: partial(ours, vectors=vectors, without=without), **builds}


# --- sets -------------------------------------------------------------------------------------


def shipped() -> Base:
    placed, _ = read_folder(CONTENT, plain)
    entries = [one.entry for one in placed if one.entry.kind.is_answer]
    return [(entry.id, entry.asked_as) for entry in entries]


def shipped_faq() -> Faq:
    """Return tests/questions as a set: what waste items answer is left out, as it is no match."""
    base = shipped()
    known = {entry_id for entry_id, _ in base}
    questions = [
        Question(case.question, frozenset({case.entry_id} - {""}), "")
        for case in read(QUESTIONS)
        if is_held_back(case) and (case.must_be_unmet or case.entry_id in known)
    ]
    return Faq("tests/questions", base, questions)


def read_faq(path: Path) -> Faq:
    packed = path.read_bytes()
    lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    base = [(row["id"], [row["q"]]) for row in rows if row["type"] == "kb"]
    questions = [
        Question(
            row["q"],
            frozenset() if row["must_abstain"] else frozenset(row["match"]),
            row.get("domain", ""),
        )
        for row in rows
        if row["type"] == "query"
    ]
    return Faq(path.name, base, questions)


# --- measuring --------------------------------------------------------------------------------


def run(name: str, build: Build, faq: Faq) -> Run:
    began = time.perf_counter()
    ask = build(faq.base)
    build_s = time.perf_counter() - began
    asked, spent = [], []
    for question in _progress(faq.questions, name):
        began = time.perf_counter()
        found = ask(question.text)
        spent.append(time.perf_counter() - began)
        asked.append(Asked(question.right, found, question.domain))
    return Run(name, asked, build_s, spent)


def replies(path: Path, without: Sequence[str]) -> Iterator[str]:
    """Yield how the whole bot answers a file; of tests/questions the half held back."""
    stages = [stage for stage in without if stage in matching.SWITCHES]
    conversation = conversation_over(None, stages)
    cases = [case for case in read(path) if path != QUESTIONS or is_held_back(case)]
    judged = [answers.judge(conversation, case) for case in _progress(cases, path.name)]
    yield from ("", f"## Replies to {path.name}", "", "```", *answers.table(judged), "```")
    if path == QUESTIONS:
        yield answers.agreement(judged)


def timed(sizes: Sequence[int], names: Sequence[str], options: argparse.Namespace) -> list[Timed]:
    """Time every matcher on every size, each in a process of its own."""
    wanted = [(n, name) for n in sizes for name in names if n <= LARGEST.get(name, COMPARED)]
    given = [part for stage in options.without for part in ("--without", stage)]
    found = []
    for size, name in _progress(wanted, "scale"):
        this = ["--size", str(size), "--of", name, "--cache", str(options.cache), *given]
        command = [sys.executable, "-m", "bench.scale", *this]
        line = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout
        found.append(Timed(**json.loads(line)))
    return found


def _progress(rows: Sequence[Any], what: str) -> Iterable[Any]:
    return tqdm(rows, desc=what, disable=not sys.stderr.isatty(), leave=False)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faq", type=Path, action="append", default=[])
    parser.add_argument("--questions", type=Path, action="append", default=[])
    parser.add_argument("--scale", default="", help="phrasings, such as 1000,10000,100000")
    parser.add_argument("--without", action="append", default=[], choices=STAGES)
    parser.add_argument("--report", action="store_true", help="write it to bench/reports")
    parser.add_argument("--cache", type=Path, default=VECTORS, help="folder of encoded vectors")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["calibrate"]:
        command = [sys.executable, "-m", "bench.calibrate", *arguments[1:]]
        sys.exit(subprocess.run(command, check=False, cwd=ROOT).returncode)
    options = _options(arguments)
    builds = matchers(options.without, options.cache)
    written = report.Report()
    for faq in (shipped_faq(), *map(read_faq, options.faq)):
        runs = [run(name, build, faq) for name, build in builds.items()]
        written.add_set(faq.name, sum(len(ways) for _, ways in faq.base), runs)
    for path in (QUESTIONS, QUESTIONS / "items.jsonl", *options.questions):
        written.add(replies(path, options.without))
    written.add(("", "## What each stage is worth", ""))
    measured = list(_progress(list(ablation.rows(options.cache)), "ablation"))
    written.add(ablation.table(measured))
    if options.scale:
        sizes = [int(size) for size in options.scale.split(",")]
        written.add_scale(timed(sizes, list(builds), options))
    if options.report:
        print(f"written: {written.write(REPORTS, report.stamp(ROOT)).name}")


if __name__ == "__main__":
    main(sys.argv[1:])
