"""content: check, load and export what volunteers wrote; suggest what residents say for it."""

import argparse
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from bot import urgent
from bot.lexicon import Lexicon
from bot.library import NEWS
from bot.state import RedisState
from bot.text import Language
from knowledge.database import Database, DatabaseUnreachable, DatabaseUnusable
from knowledge.entries.choices import AT_LEAST, Choices
from knowledge.entries.entry import Entry, EntryKind
from knowledge.entries.facts import unproven
from knowledge.entries.files import hotlines
from knowledge.entries.files.check import read_folder, write_folder
from knowledge.entries.files.reading import Placed, Problem
from knowledge.entries.report import holdings, sources
from knowledge.entries.rules import PHRASINGS_WANTED, ahead, overdue
from knowledge.entries.store import IMPORTED, SHIPPED, EntryStore
from knowledge.entries.vectors import VectorStore
from webhook.cli.parsing import Commands, command, subcommands
from webhook.cli.reading import preview, vectors
from webhook.parts import CONTENT, bring_shipped_vectors, now
from webhook.settings import BadSettings, load
from webhook.voice import LEXICON


def add(commands: Commands) -> None:
    parser = command(commands, "content", "检查、装入、导出内容", "askscience content check")
    actions = subcommands(parser)
    check = command(
        actions, "check", "检查内容文件", "askscience content check my-content/", _check
    )
    bring = command(actions, "load", "装入内容", "askscience content load my-content/", _load)
    named = command(
        actions, "sources", "列出每一个来源", "askscience content sources my-content/", _sources
    )
    for one in (check, bring, named):
        one.add_argument(
            "path", nargs="?", type=Path, default=CONTENT, help="文件夹或文件；默认随软件提供的"
        )
    check.add_argument(
        "--facts", action="store_true", help="再查答案里的每个数字，在不在这一条的 facts 里"
    )
    export = command(
        actions, "export", "导出已发布的内容", "askscience content export out/", _export
    )
    export.add_argument("folder", type=Path, help="写到这个文件夹（YAML 和物品表）")
    example = "askscience content preview 娃儿遭电打了咋个办"
    look = command(actions, "preview", "看一句话是怎么读的、找到什么", example, preview)
    look.add_argument("sentence", help="一句话")
    look.add_argument(
        "--synonym",
        action="append",
        default=[],
        metavar="词=标准词",
        help="试一行同义词，不写进文件",
    )
    suggest = command(
        actions, "suggest", "列出居民常用、条目还没有的问法", "askscience content suggest", _suggest
    )
    suggest.add_argument("--database", metavar="URL", help="看这个数据库；默认是设置里的")
    example = "askscience content vectors"
    command(actions, "vectors", "给随软件的内容重算句向量（改了内容之后）", example, vectors)


def _read(path: Path) -> tuple[list[Placed], list[Problem]]:
    try:
        if not path.exists():
            raise BadSettings(f"没有这个文件或文件夹：{path}")
        placed, found = _read_folder(path)
    except OSError as error:
        raise BadSettings(f"读不了 {path}：{error.strerror}") from error
    if _is_shipped(path):
        found += _of_danger(placed)
    today = now().date()
    found += [
        one.problem(sentence)
        for one in placed
        for sentence in (overdue(one.entry, today), ahead(one.entry, today))
        if sentence
    ]
    return placed, found


def _read_folder(path: Path) -> tuple[list[Placed], list[Problem]]:
    normalise = Language(Lexicon.load(LEXICON)).normalise
    table, found = hotlines.read(LEXICON / "hotlines.yaml")
    numbers = {hotline.number for hotline in table}
    others = [] if _is_shipped(path) else _standing(normalise)
    placed, wrong = read_folder(path, normalise, hotlines=numbers, others=others)
    return placed, found + wrong


def _standing(normalise: Callable[[str], str]) -> list[Entry]:
    """Return what residents are answered with already: what is published here, or the shipped.

    A file can be checked where there is no database, or none that answers.
    """
    with contextlib.suppress(DatabaseUnreachable, DatabaseUnusable):
        database = Database(load().database_url)
        if database.exists() and not database.problems():
            return [revision.entry for revision in EntryStore(database, now).snapshot().revisions]
    return [one.entry for one in read_folder(CONTENT, normalise)[0]]


def _is_shipped(path: Path) -> bool:
    """Tell whether it is the folder that comes with the software, however it is spelt."""
    return path.samefile(CONTENT)


def _reminders(placed: list[Placed]) -> list[Problem]:
    """Return what to think of; no problems, or a check would fail by the calendar."""
    today = now().date()
    due = [
        one.problem(f"复核日期 {day} 已过，请对照来源复核")
        for one in placed
        if (day := one.entry.review_by) and day < today
    ]
    return due + [
        one.problem(f"问法只有 {count} 条，最好写到 {PHRASINGS_WANTED} 条，用词要真的不一样")
        for one in placed
        if one.entry.kind.is_answer and (count := len(one.entry.phrasings)) < PHRASINGS_WANTED
    ]


def _of_danger(placed: list[Placed]) -> list[Problem]:
    """Return what is wrong with the danger rules: sentences that fail, cards that are missing."""
    rules = LEXICON / "urgent.yaml"
    found = [Problem(rules.name, 1, "", sentence) for sentence in urgent.problems(rules)]
    if found:
        return found
    cards = {one.entry.id for one in placed if one.entry.kind is EntryKind.CARD}
    return [
        Problem(rules.name, 1, rule.id, f"卡片 {rule.card} 不在 cards.yaml 里")
        for rule in urgent.load(rules).rules
        if rule.card not in cards
    ]


def _unproven(placed: list[Placed]) -> list[Problem]:
    sentence = "答案里的 {} 没有依据：在 facts 里写上原话和来源，或者从答案里删掉"
    return [
        one.problem(sentence.format(number), next((t for t in answer if number in t), ""))
        for one in placed
        if one.entry.kind is not EntryKind.ITEM
        for answer in [(one.entry.conclusion, *one.entry.steps)]
        for number in unproven(one.entry)
    ]


def _check(options: argparse.Namespace) -> int:
    placed, found = _read(options.path)
    if options.facts:
        found += _unproven(placed)
    for problem in found:
        print(problem)
    for reminder in _reminders(placed):
        print(f"提醒：{reminder}")
    entries = [one.entry for one in placed]
    items = sum(entry.kind is EntryKind.ITEM for entry in entries)
    print(*holdings(entries), f"物品 {items} 种；问题 {len(found)} 个", sep="\n")
    return 1 if found else 0


def _sources(options: argparse.Namespace) -> int:
    placed, found = _read(options.path)
    table = hotlines.load(LEXICON / "hotlines.yaml") if _is_shipped(options.path) else []
    print(sources([one.entry for one in placed], table), end="")
    print(*found, sep="\n", end="", file=sys.stderr)
    return 1 if found else 0


def _load(options: argparse.Namespace) -> int:
    placed, found = _read(options.path)
    if found:
        print(*found, f"有 {len(found)} 个问题，什么也没有装入", sep="\n", file=sys.stderr)
        return 1
    settings = load()
    database = Database(settings.database_url)
    database.upgrade()
    store = EntryStore(database, now)
    origin = SHIPPED if _is_shipped(options.path) else IMPORTED
    if origin == SHIPPED:
        bring_shipped_vectors(VectorStore(database, now))
    loaded = store.load([one.entry for one in placed], origin=origin)
    if settings.redis_url:
        RedisState(settings.redis_url).put(NEWS, str(store.snapshot_number()), seconds=86_400)
    print(
        f"发布 {len(loaded.published)} 条，改动成为待审草稿 {len(loaded.drafted)} 份，"
        f"没有变化 {loaded.unchanged} 条"
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    snapshot = EntryStore(_usable(load().database_url), now).snapshot()
    written = write_folder(options.folder, [r.entry for r in snapshot.revisions])
    print(f"第 {snapshot.number} 号快照，{len(snapshot.revisions)} 条，写进 {len(written)} 个文件")
    return 0


def _suggest(options: argparse.Namespace) -> int:
    choices = Choices(_usable(options.database or load().database_url))
    found = choices.suggestions(Language(Lexicon.load(LEXICON)).normalise)
    if not found:
        print(f"还没有建议：有 {AT_LEAST} 位居民问得差不多、选了同一条，才会列出来")
        return 0
    for one in found:
        heading = f"{one.entry_id}：{one.residents} 位居民这样问，选了这一条"
        print(heading, *one.phrasings, sep="\n  ")
    print(
        "这里只列出来，什么也没有改。合适的，在控制台加进这一条的问法，"
        "或者写进 主题.yaml 的 phrasings（物品写进 waste-items.csv 的 aliases）。"
    )
    return 0


def _usable(url: str) -> Database:
    """Return the database at this address; raises BadSettings with what stands in the way."""
    database = Database(url)
    if wrong := database.problems():
        raise BadSettings("；".join(wrong))
    return database
