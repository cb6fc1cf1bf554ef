"""The waste-item table: waste-items.csv, one thing a row."""

import csv
import io
from pathlib import Path

from knowledge.entries.entry import Entry, WasteItem, waste_entry
from knowledge.entries.files.topics import Placed, Problem

COLUMNS = ("item", "aliases", "category", "reason", "preparation", "local_note", "source")
CATEGORIES = (
    "可回收物", "有害垃圾", "厨余垃圾", "其他垃圾", "大件垃圾", "装修垃圾", "组合物品", "专门渠道",
)  # fmt: skip


def read(path: Path) -> tuple[list[Placed], list[Problem]]:
    """Return the rows as entries and everything wrong with the table; a broken row is left out."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        sentence = "表格不是 UTF-8（多半是 GBK）：另存为“CSV UTF-8”"
        return [], [Problem(path.name, 1, "", sentence)]
    rows = csv.reader(io.StringIO(text))
    header = tuple(next(rows, ()))
    if header != COLUMNS:
        return [], [Problem(path.name, 1, "", f"第一行要是：{','.join(COLUMNS)}")]
    placed: list[Placed] = []
    found: list[Problem] = []
    for row in rows:
        wrong = _wrong(row)
        found += [Problem(path.name, rows.line_num, row[0] if row else "", s) for s in wrong]
        if not wrong:
            placed.append(Placed(_to_entry(row), path.name, rows.line_num))
    return placed, found


def _wrong(row: list[str]) -> list[str]:
    if len(row) != len(COLUMNS):
        return [f"这一行有 {len(row)} 列，要 {len(COLUMNS)} 列：有逗号的内容加上双引号"]
    values = dict(zip(COLUMNS, row, strict=True))
    wrong = [f"缺 {key}" for key in ("item", "reason", "source") if not values[key].strip()]
    if values["category"] not in CATEGORIES:
        wrong.append(f"类别 {values['category']!r} 不认识，只能写：{'、'.join(CATEGORIES)}")
    if "/" in values["item"]:
        wrong.append("物品名里不能有 /")
    return wrong


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
