"""Report: how much a folder of content holds, and which documents it leans on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from knowledge.entries.entry import TOPICS, Entry, EntryKind, Source
from knowledge.entries.files.hotlines import Hotline

_NAME, _CELL = 24, 10  # columns of letters
HOLDING = ("答案", "其中辟谣", "问法", "来源", "依据", "危险卡片")
HEAD = """\
# 内容的来源

答案、危险卡片和电话表依据的每一个发布单位和文件，按发布单位排列。
由 `askscience content sources` 写成，改了来源就重新写一遍。
日期按能确认的写，有的只到年或月。转载的官方文字，写的是原来的发布单位和文件名；链接只留官方和正规媒体的网页。
"""


def holdings(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield a table: a line a topic, and one for all, with how much of each thing there is."""
    yield _line("主题", HOLDING)
    for slug, topic in (*TOPICS.items(), ("", "全部")):
        mine = [
            entry
            for entry in entries
            if entry.kind is not EntryKind.ITEM and slug in {"", entry.topic}
        ]
        answers = [entry for entry in mine if entry.kind.is_answer]
        cells = (
            len(answers),
            sum(entry.kind is EntryKind.MYTH for entry in answers),
            sum(len(entry.asked_as) for entry in answers),
            len({source for entry in mine for source in entry.sources}),
            sum(len(entry.facts) for entry in mine),
            len(mine) - len(answers),
        )
        yield _line(topic, map(str, cells))


def _line(name: str, cells: Iterable[str]) -> str:
    """Return a line of the table; a Chinese character is as wide as two letters."""
    return (
        name
        + " " * (_NAME - _width(name))
        + "".join(" " * (_CELL - _width(cell)) + cell for cell in cells)
    )


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def sources(entries: Sequence[Entry], hotlines: Iterable[Hotline]) -> str:
    """Return a page in Markdown that names every authority and document, and where it is used."""
    used: dict[Source, list[str]] = defaultdict(list)
    table: Counter[str] = Counter()
    for entry in entries:
        for source in entry.sources:
            if entry.kind is EntryKind.ITEM:
                table[source.document] += 1
            else:
                used[source].append(entry.id)
    for hotline in hotlines:
        for source in hotline.sources:
            used[source].append(f"电话 {hotline.number}")
    authorities = len({source.authority for source in used})
    lines = [HEAD, f"一共 {authorities} 个发布单位，{len(used)} 个文件。", ""]
    authority = ""
    for source in sorted(used, key=lambda one: (one.authority, one.document, one.date)):
        if source.authority != authority:
            lines += ["", f"## {source.authority}", ""]
            authority = source.authority
        lines.append(f"- {_document(source)}：{'、'.join(sorted(used[source]))}")
    lines += ["", "# 物品表的来源", ""]
    lines += [f"- {document}：{count} 种" for document, count in sorted(table.items())]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _document(source: Source) -> str:
    named = f"[{source.document}]({source.link})" if source.link else source.document
    return f"{named}（{source.date}）"
