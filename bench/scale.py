"""Time one matcher on a base of one size, alone in this process; prints one line of JSON.

    python -m bench.scale --size N [--of NAME] [--without STAGE]... [--cache FOLDER]

The base is the shipped phrasings, and beyond them new ones of two halves of theirs. Its questions
are from tests/questions. bench/matching.py --scale runs it for every matcher and size.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bench.fields import QUESTIONS
from bench.matching import VECTORS, matchers, shipped
from bench.measures import Timed, milliseconds
from bench.peers import Ask, Base, cut, keep, kept
from bench.questions import read
from bot.lexicon import Lexicon
from bot.meaning import READ, SIZE
from bot.text import Language
from knowledge.entries.vectors import key_of
from webhook.voice import LEXICON

ASKED = 500  # questions
PATIENCE = 3.0  # seconds for asking; fewer questions are asked of what is slower
PHRASINGS = 10  # of a made-up entry
PROCESSES = 2


def base_of(real: Base, size: int) -> list[tuple[str, list[str]]]:
    """Return a base of `size` distinct phrasings: a larger one holds all of a smaller one.

    Raises ValueError where the real ones cannot be recombined into so many.
    """
    entry_of = {way: entry_id for entry_id, ways in real for way in ways}
    firsts = list(dict.fromkeys(way[: len(way) // 2] for way in entry_of))
    seconds = list(dict.fromkeys(way[len(way) // 2 :] for way in entry_of))
    if size > len(firsts) * len(seconds) // 2:
        raise ValueError(f"{len(entry_of)} real phrasings are too few for {size}")
    ways = dict.fromkeys(list(entry_of)[:size])
    dice = random.Random(0)  # noqa: S311  # repeatable, not secret
    while len(ways) < size:
        ways[dice.choice(firsts) + dice.choice(seconds)] = None
    base: dict[str, list[str]] = {}
    for place, way in enumerate(ways):
        base.setdefault(entry_of.get(way, f"made/{place // PHRASINGS}"), []).append(way)
    return list(base.items())


def measure(name: str, size: int, without: Sequence[str], cache: Path) -> Timed:
    base = base_of(shipped(), size)
    cache = _with_stand_ins(base, cache)
    questions = [case.question for case in read(QUESTIONS)]
    questions = random.Random(0).sample(questions, ASKED)  # noqa: S311
    began = time.perf_counter()
    ask = matchers(without, cache, listed=1)[name](base)
    build_s = time.perf_counter() - began
    cores = _cores()
    _stay_on(cores[:1])
    spent = _ask_all(ask, questions)
    return Timed(
        name=name,
        size=size,
        asked=len(spent),
        build_s=round(build_s, 3),
        rss_mb=round(_most_memory(), 1),
        p50_ms=round(milliseconds(spent, 0.5), 4),
        p99_ms=round(milliseconds(spent, 0.99), 4),
        per_s=round(len(spent) / sum(spent), 1),
        per_s_two=round(_per_second_at_once(ask, questions, cores), 1),
    )


def _with_stand_ins(base: Base, cache: Path) -> Path:
    """Return a folder with a vector for every phrasing: a random one where none was made yet.

    Encoding 100 000 recombined phrasings takes a quarter of an hour, and what is timed does not
    depend on the numbers in their vectors.
    """
    texts = [way for _, ways in base for way in ways]
    language = Language(Lexicon.load(LEXICON))
    wanted = {key_of(cut(text)) for text in texts}
    wanted |= {key_of(cut(language.standard(text)[:READ])) for text in texts}
    known = kept(cache)
    dice = np.random.default_rng(0)
    new = sorted(wanted - known.keys())
    rows = dice.standard_normal((len(new), SIZE)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    folder = cache / "stand-ins"
    keep(
        folder,
        {key: known[key] for key in wanted & known.keys()} | dict(zip(new, rows, strict=True)),
    )
    return folder


def _ask_all(ask: Ask, questions: Sequence[str]) -> list[float]:
    """Return the seconds of each question asked until patience ends."""
    ask(questions[0])  # what is loaded at first use is loaded now
    spent: list[float] = []
    until = time.perf_counter() + PATIENCE
    for question in questions:
        began = time.perf_counter()
        if began > until:
            break
        ask(question)
        spent.append(time.perf_counter() - began)
    return spent


def _per_second_at_once(ask: Ask, questions: Sequence[str], cores: Sequence[int]) -> float:
    """Return how many questions processes that share the base answer, forked as the server does."""
    fork = multiprocessing.get_context("fork")
    start, rates = fork.Barrier(PROCESSES, timeout=60), fork.SimpleQueue()

    def work(place: int) -> None:
        _stay_on(cores[place % len(cores) :][:1])
        start.wait()
        spent = _ask_all(ask, questions)
        rates.put(len(spent) / sum(spent))

    processes = [fork.Process(target=work, args=(place,)) for place in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process that asked died")
    return float(sum(rates.get() for _ in processes))


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _stay_on(cores: Sequence[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)


def _most_memory() -> float:
    """Return the most this process held, in MB.

    Linux counts in its ru_maxrss what the process held that started this one, so it is read from
    the status there.
    """
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--size", type=int, required=True, help="phrasings")
    parser.add_argument("--of", help="ours, or a peer; without it ours")
    parser.add_argument("--without", action="append", default=[], metavar="STAGE")
    parser.add_argument("--cache", type=Path, default=VECTORS)
    options = parser.parse_args()
    name = options.of or next(iter(matchers(options.without, options.cache)))
    print(json.dumps(asdict(measure(name, options.size, options.without, options.cache))))


if __name__ == "__main__":
    main()
