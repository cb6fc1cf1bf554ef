"""The waste-item table: waste-items.csv, one thing a row."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from knowledge.entries.entry import Entry, WasteItem, waste_entry
from knowledge.entries.files.reading import Placed, Problem, text_of
from knowledge.entries.rules import wrong_with_line

COLUMNS = ("item", "aliases", "category", "reason", "preparation", "local_note", "source")
CATEGORIES = (
    "可回收物", "有害垃圾", "厨余垃圾", "其他垃圾", "大件垃圾", "装修垃圾", "组合物品", "专门渠道",
)  # fmt: skip
NAME_LENGTH = 60  # code points: a thing's name stands in its id and on a button


def read(path: Path) -> tuple[list[Placed], list[Problem]]:
    """Return the rows as entries and everything wrong with the table; a broken row is left out."""
    text, found = text_of(path)
    if found and not text:
        return [], found
    rows = _rows(path, text, found)
    _, header = next(rows, (1, []))
    if tuple(header) != COLUMNS:
        return [], found or [Problem(path.name, 1, "", f"第一行要是：{','.join(COLUMNS)}")]
    placed: list[Placed] = []
    for line, row in rows:
        wrong = _wrong(row)
        name = " ".join(row[0].split())[:20] if row else ""
        found += [Problem(path.name, line, name, one) for one in wrong]
        if len(row) == len(COLUMNS):
            placed.append(Placed(_to_entry(row), path.name, line, sound=not wrong))
    return placed, found


def _rows(path: Path, text: str, found: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells); a row that cannot be told apart ends the table with a problem."""
    table = csv.reader(io.StringIO(text))
    try:
        for row in table:
            yield table.line_num, row
    except csv.Error as error:
        sentence = f"从这一行起读不懂（{error}）：检查引号和换行，一格不要太长"
        found.append(Problem(path.name, table.line_num, "", sentence))


def _wrong(row: list[str]) -> list[str]:
    if len(row) != len(COLUMNS):
        return [f"这一行有 {len(row)} 列，要 {len(COLUMNS)} 列：有逗号的内容加上双引号"]
    values = dict(zip(COLUMNS, row, strict=True))
    wrong = [f"缺 {key}" for key in ("item", "reason", "source") if not values[key].strip()]
    if values["category"] not in CATEGORIES:
        wrong.append(f"类别 {values['category']!r} 不认识，只能写：{'、'.join(CATEGORIES)}")
    if "/" in values["item"]:
        wrong.append("物品名里不能有 /")
    names = [name for name in (values["item"], *values["aliases"].split("|")) if name.strip()]
    notes = [cell for cell in row[3:] if cell.strip()]
    wrong += [f"名称：{one}" for name in names for one in wrong_with_line(name, NAME_LENGTH)]
    return wrong + [one for note in notes for one in wrong_with_line(note)]


def _to_entry(row: list[str]) -> Entry:
    name, aliases, category, reason, preparation, note, source = (cell.strip() for cell in row)
    return waste_entry(
        name,
        tuple(alias.strip() for alias in aliases.split("|") if alias.strip()),
        WasteItem(category, reason, preparation, note, source),
    )


def write(entries: list[Entry]) -> str:
    """Return waste items as the text of the table; `read` gives the same entries back."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for entry in entries:
        item = entry.item
        if item is None:
            raise ValueError(f"{entry.id} is no waste item")
        notes = (item.category, item.reason, item.preparation, item.local_note, item.source)
        table.writerow((entry.question, "|".join(entry.phrasings), *notes))
    return out.getvalue()
