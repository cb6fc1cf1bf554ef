"""Content check: everything wrong with a folder of content, in one run."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

from knowledge.entries.entry import TOPICS, Entry, EntryKind
from knowledge.entries.facts import not_hotlines
from knowledge.entries.files import items, topics
from knowledge.entries.files.reading import Placed, Problem
from knowledge.entries.files.topics import CARDS

ITEMS = "waste-items.csv"
NAMES = (*(f"{name}.yaml" for name in (*TOPICS, CARDS)), ITEMS)


def read_folder(
    folder: Path,
    normalise: Callable[[str], str],
    *,
    hotlines: Collection[str] = (),
    others: Collection[Entry] = (),
) -> tuple[list[Placed], list[Problem]]:
    """Return the sound entries below `folder` (or of the one file it names) and all problems.

    `hotlines` are the numbers that facts may lean on, `others` the entries that stand elsewhere:
    they may be related to, and their phrasings are theirs.
    """
    placed: list[Placed] = []
    files, found = _files(folder)
    for path in files:
        if path.name == ITEMS:
            entries, wrong = items.read(path)
        else:
            entries, wrong = topics.read(path)
        placed += entries
        found += wrong
    found += _claimed_twice(placed, others, normalise)
    found += _leading_nowhere(placed, hotlines, others)
    placed = [one for one in placed if one.sound]
    if not placed and not found:
        found.append(Problem(folder.name, 1, "", "一条内容也没有：检查路径和文件"))
    return placed, found


def write_folder(folder: Path, entries: Iterable[Entry]) -> list[Path]:
    """Write entries as the files that `read_folder` reads; return the files."""
    by_file: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        by_file.setdefault(_file_of(entry), []).append(entry)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, some in by_file.items():
        text = items.write(some) if name == ITEMS else topics.write(some)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _file_of(entry: Entry) -> str:
    if entry.kind is EntryKind.ITEM:
        return ITEMS
    return f"{CARDS}.yaml" if entry.kind is EntryKind.CARD else f"{entry.topic}.yaml"


def _files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return the files to read, and a problem for everything there that would not be read."""
    paths = [folder]
    if folder.is_dir():
        try:
            paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
        except OSError as error:
            sentence = f"文件夹读不了（{error.strerror}）：检查权限"
            return [], [Problem(folder.name, 1, "", sentence)]
    sentence = f"这个名字不读，会读的有：{'、'.join(NAMES)}"
    found = [Problem(p.name, 1, "", sentence) for p in sorted(paths) if p.name not in NAMES]
    known = (path for path in paths if path.name in NAMES)
    return sorted(known, key=lambda path: NAMES.index(path.name)), found


def _leading_nowhere(
    placed: list[Placed], hotlines: Collection[str], others: Collection[Entry]
) -> list[Problem]:
    ids = {one.entry.id for one in placed}.union(entry.id for entry in others)
    found = []
    for one in placed:
        found += [
            one.problem(f"相关条目 {other} 不存在：检查编号，或者删掉", other)
            for other in one.entry.related
            if other not in ids
        ]
        found += [
            one.problem(sentence, fact.says)
            for fact in one.entry.facts
            for sentence in not_hotlines(replace(one.entry, facts=(fact,)), hotlines)
        ]
    return found


def _claimed_twice(
    placed: list[Placed], others: Collection[Entry], normalise: Callable[[str], str]
) -> list[Problem]:
    ids: dict[str, Placed] = {}
    found = []
    for one in placed:
        first = ids.setdefault(one.entry.id, one)
        if first.file != one.file:  # twice in one file is named where the file is read
            sentence = f"编号重复，{first.file} 第 {first.line} 行已经用过：换一个"
            found.append(one.problem(sentence))
    owners = {
        _asked(entry, phrasing, normalise): entry.id
        for entry in others
        if entry.id not in ids
        for phrasing in entry.asked_as
    }
    for one in placed:
        own: set[str] = set()  # as written: what the lexicon makes equal does no harm in an entry
        for phrasing in one.entry.asked_as:
            owner = owners.setdefault(_asked(one.entry, phrasing, normalise), one.entry.id)
            if phrasing in own or owner != one.entry.id:
                sentence = f"问法“{phrasing}”已经属于 {owner}：删掉或换个说法"
                found.append(one.problem(sentence, phrasing))
            own.add(phrasing)
    return found


def _asked(entry: Entry, phrasing: str, normalise: Callable[[str], str]) -> tuple[bool, str]:
    """Return what tells a phrasing from others; a thing may be called what a question is."""
    return entry.kind is EntryKind.ITEM, normalise(phrasing)
