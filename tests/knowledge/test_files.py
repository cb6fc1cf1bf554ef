"""Files of content: read with line numbers, checked in one run, written back the same."""

from pathlib import Path

import pytest

from knowledge.entries.entry import EntryKind, RegionBlock
from knowledge.entries.files import items, topics
from knowledge.entries.files.check import read_folder, write_folder
from tests.conftest import an_entry

HEADER = ",".join(items.COLUMNS) + "\n"
SOURCES = """\
  sources:
    - {authority: 公安部, document: 《防骗手册》, date: 2025-06-18}
"""
GOOD = """\
fraud/fake-police:
  question: 公安局来电话怎么办？
  phrasings: [警察喊我转账, 检察院来电话, 公检法说我洗钱, 安全账户是真的吗]
  conclusion: 马上挂断。
  steps: [挂断电话。]
  sources:
    - {authority: 公安部, document: 《防骗手册》, date: 2025-06-18}
  risk: high
  review_by: 2027-05-20
"""


def plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_good_file_is_read(tmp_path):
    """What a volunteer wrote comes back as an entry, with the line it begins on."""
    placed, found = topics.read(write(tmp_path, "fraud.yaml", GOOD))

    assert found == []
    assert placed[0].line == 1
    assert placed[0].entry.conclusion == "马上挂断。"
    assert placed[0].entry.sources[0].date == "2025-06-18"


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("  risk: high", "\trisk: high"), 8, "制表符"),
        (("2027-05-20", "2027-02-30"), 9, "不存在"),
        (("2025-06-18", "2025-13-01"), 6, "不存在"),
        (("authority: 公安部", "authority: "), 6, "发布单位"),
        (("  risk: high\n", ""), 1, "risk"),
        (("risk: high", "risk: 高"), 8, "risk 只能写"),
        (("conclusion: 马上挂断。", "conclusion: " + "长" * 61), 4, "61"),
        (("steps: [挂断电话。]", "steps: 挂断电话。"), 5, "一行一条"),
        ((", 安全账户是真的吗", ""), 3, "至少 4 条"),
        (("  question:", "  title: 标题\n  question:"), 2, "不认识的项目"),
        (("fraud/fake-police:", "waste/fake-police:"), 1, "编号要以文件名开头"),
        (("fraud/fake-police:", "fraud/假警察:"), 1, "编号要写成"),
        ((SOURCES, ""), 1, "缺来源"),
        (("[挂断电话。]", "[一, 二, 三, 四, 五, 六, 七]"), 5, "最多 6 条"),
        (("date: 2025-06-18", "date: 2025-06-18, link: javascript:alert(1)"), 6, "http"),
        (("phrasings: [", "phrasings: {"), 3, "格式读不懂"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path, change, line, words):
    """File, line, and what to do: a volunteer can mend it without a programmer."""
    _, found = topics.read(write(tmp_path, "fraud.yaml", GOOD.replace(*change)))

    assert found, change
    assert any(words in problem.sentence for problem in found), found
    problem = next(problem for problem in found if words in problem.sentence)
    assert problem.file == "fraud.yaml"
    assert problem.line == line


def test_all_problems_are_said_in_one_run(tmp_path):
    """Nobody has to mend one thing to be told the next."""
    broken = GOOD.replace("马上挂断。", "长" * 61).replace("2027-05-20", "明年")
    write(tmp_path, "fraud.yaml", broken + GOOD.replace("fake-police", "other"))

    _, found = read_folder(tmp_path, plain)

    assert len(found) >= 1
    write(tmp_path, "waste.yaml", "waste/x: 1\n")
    _, more = read_folder(tmp_path, plain)
    assert {problem.file for problem in more} == {"fraud.yaml", "waste.yaml"}


def test_gbk_bytes_are_named(tmp_path):
    """The commonest mistake of all: a file that Notepad saved in its own encoding."""
    _, found = topics.read(write(tmp_path, "fraud.yaml", GOOD.encode("gbk")))

    assert "GBK" in found[0].sentence
    assert found[0].line == 2


def test_an_id_used_twice_is_named(tmp_path):
    """The parser of the format would silently keep the last."""
    _, found = topics.read(write(tmp_path, "fraud.yaml", GOOD + GOOD))

    assert [problem.line for problem in found] == [10]
    assert "第 1 行" in found[0].sentence


def test_a_phrasing_of_two_entries_is_named(tmp_path):
    """Two answers to one way of asking would make one of them wrong."""
    write(tmp_path, "fraud.yaml", GOOD + GOOD.replace("fake-police", "other"))

    _, found = read_folder(tmp_path, plain)

    assert len(found) == 5
    assert "已经属于 fraud/fake-police" in found[0].sentence


@pytest.mark.parametrize(
    "text", ["", "- 1\n- 2\n", "fraud/x\n", "[" * 100_000, "a: &a [*a]\n", "\0"]
)
def test_no_file_makes_the_check_fail(tmp_path, text):
    """Whatever the file holds, the check ends with sentences, not with an exception."""
    placed, _found = topics.read(write(tmp_path, "fraud.yaml", text))

    assert placed == []


def test_entries_are_written_as_they_are_read(tmp_path):
    """Export and load give the same entries: YAML is the form in which content travels."""
    entry = an_entry(
        question="“引号”：冒号 # 井号？",
        regions=(("510100", RegionBlock("成都的结论。", ("成都的步骤。",))),),
    )
    card = an_entry("fraud/card", kind=EntryKind.CARD, phrasings=())
    row = "电池,干电池|5号电池,其他垃圾,不含汞,装好,看本地,国标\n"
    item = items.read(write(tmp_path, "waste-items.csv", HEADER + row))[0][0].entry

    write_folder(tmp_path / "out", [entry, card, item])
    placed, found = read_folder(tmp_path / "out", plain)

    assert found == []
    assert sorted((one.entry for one in placed), key=lambda e: e.id) == sorted(
        [entry, card, item], key=lambda e: e.id
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("电池,,干垃圾,不含汞,,,国标", "类别"),
        ("电池,,其他垃圾,不含汞,国标", "列"),
        (",,其他垃圾,不含汞,,,国标", "item"),
        ("电池,,其他垃圾,不含汞,,,", "source"),
        ("a/b,,其他垃圾,不含汞,,,国标", "/"),
    ],
)
def test_a_broken_row_is_named(tmp_path, row, words):
    """The table's mistakes are said with their line."""
    text = ",".join(items.COLUMNS) + "\n" + row + "\n"

    _, found = items.read(write(tmp_path, "waste-items.csv", text))

    assert found[0].line == 2
    assert words in found[0].sentence


def test_a_region_falls_back_to_its_province():
    """County, then city, then province, then everywhere."""
    entry = an_entry(regions=(("510000", RegionBlock("四川。")), ("510100", RegionBlock("成都。"))))

    assert entry.in_region("510121").conclusion == "成都。"
    assert entry.in_region("511002").conclusion == "四川。"
    assert entry.in_region("110101").conclusion == entry.conclusion
    assert entry.in_region(None).steps == entry.steps
