"""ask and match: questions on the command line, recorded nowhere."""

import argparse
import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot import matching
from bot.candidates import Candidate
from bot.conversation import Conversation
from bot.likeness import Subject
from bot.meaning import packed
from bot.message import Message, Outcome, Reply
from bot.model import Fit
from bot.state import MemoryState
from bot.text import TEXT_LENGTH, Language
from bot.typed import Typed
from knowledge.database import Database
from knowledge.entries.store import EntryStore
from knowledge.entries.vectors import VectorStore
from webhook.cli.parsing import Commands, command
from webhook.parts import load_shipped, now
from webhook.settings import BadSettings, load
from webhook.voice import Voice, converse


def add(commands: Commands) -> None:
    ask = command(commands, "ask", "问一句，看居民会读到什么", "askscience ask 过期药怎么扔", _ask)
    ask.add_argument("question", nargs="?", help="问题；用 --jsonl 时从标准输入读")
    ask.add_argument("--jsonl", action="store_true", help='每行一个 {"id", "question", "region"?}')
    ask.add_argument("--database", metavar="URL", help="用这个数据库里已发布的内容")
    _switches(ask)
    example = "askscience match --kb KB.jsonl --queries Q.jsonl"
    match = command(commands, "match", "只用匹配器，在任何一套问答上试", example, _match)
    match.add_argument("--kb", type=Path, required=True, help='每行 {"id", "phrasings": [...]}')
    match.add_argument("--queries", type=Path, required=True, help='每行 {"id", "text"}')
    _switches(match)


def _switches(parser: argparse.ArgumentParser) -> None:
    known = "、".join(matching.SWITCHES)
    parser.add_argument(
        "--without", action="append", default=[], metavar="STAGE", help=f"关掉一步：{known}"
    )


def _check_switches(names: list[str]) -> None:
    if unknown := set(names) - set(matching.SWITCHES):
        known = "、".join(matching.SWITCHES)
        raise BadSettings(f"没有这一步：{'、'.join(sorted(unknown))}；有：{known}")


# --- ask --------------------------------------------------------------------------------------


def _ask(options: argparse.Namespace) -> int:
    if bool(options.question) == options.jsonl:
        print("写上问题，或者用 --jsonl 从标准输入读；两样选一样", file=sys.stderr)
        return 2
    _check_switches(options.without)
    conversation = conversation_over(options.database, options.without)
    if not options.jsonl:
        print(reply_to(conversation, options.question, None).text)
        return 0
    wrong = 0
    for line in filter(bytes.strip, sys.stdin.buffer):
        answer = _answer_line(conversation, line)
        wrong += "error" in answer
        sys.stdout.write(_line(answer) + "\n")
    return 1 if wrong else 0


def conversation_over(
    database_url: str | None, without: list[str], *, language: Language | None = None
) -> Conversation:
    """Return a conversation over a database's content, or the shipped content without one."""
    settings = load()
    voice = Voice.load(settings.public_url, meaning=settings.meaning)
    if language:
        voice = replace(voice, language=language)
    database = Database(database_url or settings.database_url)
    published, vectors = EntryStore(database, now), VectorStore(database, now)
    if not database_url and not database.exists():
        database = Database("sqlite://")
        database.upgrade()
        published, vectors = EntryStore(database, now), VectorStore(database, now)
        load_shipped(published, vectors, voice.language)
    elif wrong := database.problems():
        raise BadSettings("；".join(wrong))
    conversation = converse(voice, published, MemoryState(), vectors=vectors, without=without)
    conversation.library.refresh()
    return conversation


def reply_to(conversation: Conversation, question: str, region: str | None) -> Reply:
    # Nobody in particular, so that no choice of one question is taken for an answer by the next.
    message = Message("ask", "ask", str(time.monotonic_ns()), question, region=region)
    return conversation.reply(message, receipt="")


def _answer_line(conversation: Conversation, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return {"error": "这一行不是 UTF-8 的 JSON"}
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        known = {"id": asked["id"]} if isinstance(asked, dict) and "id" in asked else {}
        return {**known, "error": "缺 question，或者它不是文字"}
    region = asked.get("region")
    known_region = isinstance(region, str) and re.fullmatch(r"[0-9]{6}", region)
    reply = reply_to(conversation, asked["question"], region if known_region else None)
    return {
        "id": asked.get("id"),
        "outcome": reply.outcome,
        "entry_id": reply.entry_id,
        "topic": reply.topic,
        "probability": round(reply.probability, 4),
        "options": [{"entry_id": o.entry_id, "question": o.question} for o in reply.options],
        "reply": reply.text,
    }


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _line(answer: dict[str, Any]) -> str:
    """Return one line of JSON; an id may hold half a character, which no terminal takes."""
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace").decode()


# --- match ------------------------------------------------------------------------------------


def _match(options: argparse.Namespace) -> int:
    _check_switches(options.without)
    settings = load()
    voice = Voice.load("", meaning=settings.meaning)
    began = time.perf_counter()
    entries = [(row["id"], row["phrasings"]) for row in _rows(options.kb, "phrasings", list)]
    subjects = [
        Subject(name, [voice.language.read(way) for way in ways])
        for name, ways in _progress(entries, "读问法")
        if ways
    ]
    meaning = None if "meaning" in options.without else _meaning_of(subjects, voice)
    matcher = matching.build(subjects, voice.model, meaning, without=options.without)
    typed = Typed(way for subject in subjects for way in subject.ways)
    build_seconds = time.perf_counter() - began
    spent = []
    for row in _progress(list(_rows(options.queries, "text", str)), "匹配"):
        began = time.perf_counter()
        asked = typed.read(voice.language.plain(row["text"][:TEXT_LENGTH]))
        found = matcher.match(voice.language.read(asked))
        spent.append(time.perf_counter() - began)
        print(_line(_ranked(row["id"], found, matcher.fit)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"build_s={build_seconds:.3f} p50_ms={_share(spent, 0.5):.3f} "
        f"p99_ms={_share(spent, 0.99):.3f} rss_mb={memory:.0f}",
        file=sys.stderr,
    )
    return 0


def _meaning_of(subjects: list[Subject], voice: Voice) -> matching.Meaning | None:
    """Return what matching by meaning takes, every vector made anew; none without an encoder."""
    if voice.sense is None:
        return None
    texts = dict.fromkeys(text for one in subjects for text in matching.sentences(one).all)
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # the encoder leaves Python's lock
        made = threads.map(voice.sense.encoder.encode, texts)
        vectors = dict(zip(texts, map(packed, _progress(made, "编码", len(texts))), strict=True))
    return matching.Meaning(voice.sense.encoder.in_turn, vectors, voice.sense.closeness)


def _ranked(query_id: object, found: list[Candidate], fit: Fit) -> dict[str, Any]:
    first = found[0].probability if found else 0.0
    by = fit.of(found[0].features if found else {})
    outcome = Outcome.ANSWERED if first >= by.sure["middle"] else Outcome.OFFERED
    return {
        "id": query_id,
        "ranked": [{"id": c.entry_id, "probability": round(c.probability, 4)} for c in found],
        "outcome": outcome if first >= by.maybe else Outcome.UNMET,
    }


def _rows(path: Path, key: str, kind: type) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; raises BadSettings with the line that cannot be used."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadSettings(f"{path} 打不开：{error.strerror}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
            good = isinstance(row["id"], (str, int)) and isinstance(row[key], kind)
            good &= kind is str or all(isinstance(one, str) for one in row[key])
        except (ValueError, KeyError, TypeError, RecursionError):
            good = False
        if not good:
            raise BadSettings(f"{path} 第 {number} 行用不了：要有 id 和 {key}")
        yield row


def _progress(rows: Iterable[Any], what: str, total: int | None = None) -> Iterable[Any]:
    silent = not sys.stderr.isatty()
    return tqdm(rows, desc=what, total=total, disable=silent, leave=False)


def _share(spent: list[float], share: float) -> float:
    """Return the milliseconds that this share of the queries stays under."""
    if not spent:
        return 0.0
    return 1000 * sorted(spent)[min(len(spent) - 1, int(share * len(spent)))]
