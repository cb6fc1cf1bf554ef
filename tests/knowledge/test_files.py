"""Files of content: read with line numbers, checked in one run, written back the same."""

from pathlib import Path

import pytest

from knowledge.entries.entry import Entry, EntryKind, Fact, RegionBlock, Source, Verdict
from knowledge.entries.files import items, topics
from knowledge.entries.files.check import read_folder, write_folder
from knowledge.entries.rules import problems
from tests.conftest import an_entry
from webhook.cli import main
from webhook.parts import CONTENT

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


def dangle(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


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
        (("2027-05-20", "!!timestamp abc"), 9, "读不懂"),
        (("2027-05-20", "!!bool zz"), 9, "读不懂"), (("2027-05-20", "!!int zz"), 9, "读不懂"),
        (("公安局来电话怎么办？", '"\\u202e公安局"'), 2, "控制字符"),
        (("马上挂断。", '"\\u200b马上挂断。"'), 4, "控制字符"),
        (("《防骗手册》", '"\\u2066"'), 6, "控制字符"), (("《防骗手册》", '"\\0"'), 6, "控制字符"),
        (("authority: 公安部", "authority: " + "长" * 301), 6, "超过 300"),
        (("  risk: high", "  kind: item\n  risk: high"), 8, "waste-items.csv"),
        (("2025-06-18}", "2025-06-18, date: 2025-06-19}"), 7, "date 写了两次"),
        (("2025-06-18}", "2025-06-18, url: x}"), 6, "sources 里不认识的项目 'url'"),
        (("马上挂断。", "马上\x07挂断。"), 4, "看不见的控制字符"),
        (("conclusion: 马上挂断。", "conclusion：马上挂断。"), 4, "冒号要用英文的"),
        (("conclusion: 马上", "conclusion:马上"), 4, "英文冒号后面要空一格"),
        (("    - {auth", "    -{auth"), 7, "“-”后面要空一格"),
        (("conclusion: 马上", "conclusion: 注意: 马上"), 4, "冒号太多"),
        (("  risk: high", "  kind: card\n  risk: high"), 8, "写在 cards.yaml 里"),
        (("  risk: high", '  regions: {"999999": {steps: [一]}}\n  risk: high'), 8, "行政区划"),
        (("  risk: high", "  kind: myth\n  risk: high"), 1, "辟谣要写 verdict"),
        (("  risk: high", "  verdict: false\n  risk: high"), 8, "只有辟谣"),
        (("  risk: high", "  verdict: 假\n  risk: high"), 8, "verdict 只能写：true"),
        (("  risk: high", "  not_this: [警察喊我转账]\n  risk: high"), 8, "留一处"),
        (("  risk: high", "  related: [fraud/fake-police]\n  risk: high"), 8, "它自己"),
        (("  risk: high", "  facts: [{says: 打 110, source: 1}]\n  risk: high"), 8, "不在结论"),
        (("  risk: high", "  facts: [{says: 挂断电话, source: 2}]\n  risk: high"), 8, "1 到 1"),
        (("  risk: high", "  facts: [{says: 挂断电话}]\n  risk: high"), 8, "来源"),
        (("  risk: high", "  facts: [挂断电话]\n  risk: high"), 8, "每条以“- says:”开头"),
        (("  risk: high", "  facts: [{says: 挂断, from: 1}]\n  risk: high"), 8, "facts 里不认识"),
        (("[挂断电话。]", "[" + ", ".join(["长" * 290] * 2) + "]"), 5, "微信一条发不下"),
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


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("{conclusoin: 错字。}", "conclusoin"), ("{conclusion: ''}", "下面是空的"),
        ("{conclusion: " + "长" * 61 + "}", "61"), ("{steps: [1, 2, 3, 4, 5, 6, 7]}", "最多"),
        ("{steps: [" + "长" * 301 + "]}", "超过 300"), ("{steps: 一步}", "一行一条"),
        ('{conclusion: "\\u202e成都。"}', "控制字符"), ('{steps: ["\\a成都。"]}', "控制字符"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_region_is_named(tmp_path, block, words):
    """What reads differently in one place is read aloud there, and checked as strictly."""
    text = f'{GOOD}  regions:\n    "510100": {block}\n'
    _, found = topics.read(write(tmp_path, "fraud.yaml", text))

    assert words in found[0].sentence
    assert found[0].line == 10


def test_half_a_character_is_named():
    """A lone surrogate cannot be stored or sent."""
    broken = an_entry(conclusion="\ud800", sources=(Source("公安部", "\ud800", "2025"),))

    assert [field for field, _ in problems(broken)] == ["conclusion", "sources"]


def test_values_stay_the_text_they_are(tmp_path):
    """A time is no number and "yes" no truth value, whatever the format makes of them."""
    text = GOOD.replace("检察院来电话", "yes").replace("公检法说我洗钱", "12:30")

    placed, _ = topics.read(write(tmp_path, "fraud.yaml", text))

    assert placed[0].entry.phrasings[1:3] == ("yes", "12:30")


@pytest.mark.parametrize("name", ["fruad.yaml", "fraud.yml", "old"])
def test_a_name_that_is_not_read_is_said(tmp_path, name):
    """Content that would silently be left out is named, with the names that are read."""
    write(tmp_path, "fraud.yaml", GOOD)
    write(tmp_path, ".hidden", "")
    write(tmp_path, name, GOOD)

    placed, found = read_folder(tmp_path, plain)

    assert len(placed) == 1
    assert [problem.file for problem in found] == [name]
    assert "fraud.yaml" in found[0].sentence


def test_no_content_at_all_is_a_problem(tmp_path):
    """An empty folder, an empty file or a device is a wrong path, not clean content."""
    assert len(read_folder(tmp_path, plain)[1]) == 1
    assert len(read_folder(write(tmp_path, "fraud.yaml", ""), plain)[1]) == 1
    assert len(read_folder(Path("/dev/null"), plain)[1]) == 1


@pytest.mark.parametrize("name", ["fraud.yaml", "waste-items.csv"])
@pytest.mark.parametrize("make", [Path.mkdir, dangle, loop])
def test_what_is_no_file_is_named(tmp_path, name, make):
    """A folder, a link to nowhere or to itself with the name of a file is said, not raised."""
    make(tmp_path / name)

    _, found = read_folder(tmp_path, plain)

    assert [problem.file for problem in found] == [name]
    assert "不是可以读的文件" in found[0].sentence


def test_a_file_without_permission_is_named(tmp_path, monkeypatch):
    """The check goes on with the other files."""

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    write(tmp_path, "fraud.yaml", GOOD)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "权限" in read_folder(tmp_path, plain)[1][0].sentence
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert "权限" in read_folder(tmp_path, plain)[1][0].sentence


def test_a_review_that_is_due_is_a_reminder(tmp_path, capsys):
    """The calendar alone never turns a check red."""
    path = write(
        tmp_path, "fraud.yaml", GOOD.replace("2027-05-20", "2020-05-20").replace("安全账户", "户头")
    )

    assert main(["content", "check", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "提醒：fraud.yaml:1 fraud/fake-police" in printed
    assert "问题 0 个" in printed


def test_the_shipped_folder_is_known_however_it_is_spelt(tmp_path, monkeypatch, capsys):
    """Danger rules are checked with the shipped content by a link or a relative path too."""
    (tmp_path / "link").symlink_to(CONTENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.urgent.problems", lambda _path: ["坏规则"])
    assert main(["content", "check", "link"]) == 1
    assert "坏规则" in capsys.readouterr().out


BAD = """\
fraud/one:
  question: 公安局来电话怎么办？
  phrasings: [警察喊我转账, 检察院来电话, 公检法说我洗钱, 安全账户是真的吗]
\tconclusion: 马上挂断。
  steps: [挂断电话。]
  facts:
    - {says: 打 110, source: 1}
  sources:
    - {authority: "", document: 《防骗手册》, date: 2025-02-30}
  risk: high
  review_by: 2027-02-30
fraud/two:
  question: 还有一条
  phrasings: [第一, 第二, 第三, 检察院来电话]
  conclusion: 马上挂断。
  steps: [挂断电话。]
  sources:
    - {authority: 公安部, document: 《防骗手册》, date: 2025-06-18}
  risk: high
  review_by: 2027-05-20
"""


def test_all_problems_are_said_in_one_run(tmp_path):
    """Nobody has to mend one thing to be told the next, not even in one entry of one file."""
    again = BAD[BAD.index("fraud/two:") :]
    write(tmp_path, "fraud.yaml", (BAD + again).encode("gbk"))
    write(tmp_path, "waste.yaml", "waste/x: 1\n" + GOOD.replace("fraud/", "waste/"))

    _, found = read_folder(tmp_path, plain)

    named = {(one.file, one.line, one.entry) for one in found}
    sentences = "\n".join(map(str, found))
    for line, entry, words in (
        (2, "", "GBK"),
        (4, "fraud/one", "制表符"),
        (6, "fraud/one", "依据“打 110”不在结论和步骤里"),
        (8, "fraud/one", "来源缺发布单位"),
        (8, "fraud/one", "来源日期 '2025-02-30' 不存在"),
        (11, "fraud/one", "日期 '2027-02-30' 不存在"),
        (21, "fraud/two", "编号重复"),
    ):
        assert ("fraud.yaml", line, entry) in named, sentences
        assert any(one.line == line and words in one.sentence for one in found), sentences
    assert "waste/fake-police：问法“警察喊我转账”已经属于 fraud/one" in sentences
    assert "fraud/two：问法“检察院来电话”已经属于 fraud/one" in sentences
    assert "waste.yaml:1 waste/x：下面要缩进" in sentences


def test_a_slip_in_one_entry_hides_no_other(tmp_path):
    """What cannot be read as YAML is named with its entry, and the rest is checked and kept."""
    slip = GOOD.replace("马上挂断。", '"马上挂断。').replace("fake-police", "slip")
    bad = GOOD.replace("2027-05-20", "2027-02-30").replace("fake-police", "bad")

    placed, found = topics.read(write(tmp_path, "fraud.yaml", slip + bad + GOOD))

    assert [(one.entry.id, one.sound) for one in placed] == [
        ("fraud/bad", False),
        ("fraud/fake-police", True),
    ]
    assert [one.entry for one in found] == ["fraud/slip", "fraud/bad"]
    assert "引号" in found[0].sentence


def test_a_misspelt_field_hides_nothing_else(tmp_path):
    """An unknown name in one source, no authority and no such day in the next: three problems."""
    more = SOURCES.rstrip().replace("date:", "url: x, date:") + (
        "\n    - {document: 《别的》, date: 2025-02-30}\n"
    )
    _, found = topics.read(write(tmp_path, "fraud.yaml", GOOD.replace(SOURCES, more)))

    sentences = "\n".join(map(str, found))
    assert "不认识的项目 'url'" in sentences
    assert "来源缺发布单位" in sentences
    assert "'2025-02-30' 不存在" in sentences


def test_the_second_of_two_with_one_id_is_checked_too(tmp_path):
    """A copy that was changed has mistakes of its own."""
    copy = GOOD.replace("2027-05-20", "2027-02-30").replace("authority: 公安部", "authority: ")

    _, found = topics.read(write(tmp_path, "fraud.yaml", GOOD + copy))

    assert sorted(problem.line for problem in found) == [10, 15, 18]


def test_two_encodings_in_one_file_are_read_as_far_as_they_go(tmp_path):
    """A paste from another program: the encoding is named, and so is everything else."""
    text = (
        GOOD.replace("2027-05-20", "2027-02-30").encode() + "# 备注".encode("gbk") + b"\n\xff\xff"
    )

    _, found = topics.read(write(tmp_path, "fraud.yaml", text))

    assert {problem.line for problem in found} >= {10, 9}


def test_a_broken_row_still_owns_its_names(tmp_path):
    """A row of a wrong class does not hide that its alias is another's."""
    rows = "塑料瓶,电池,错类,干净,冲净,,国标\n电池,,其他垃圾,不含汞,,,国标\n"
    write(tmp_path, "waste-items.csv", HEADER + rows)

    placed, found = read_folder(tmp_path, plain)

    assert [one.entry.question for one in placed] == ["电池"]
    assert any("“电池”已经属于 waste/塑料瓶" in problem.sentence for problem in found)


def test_what_residents_are_answered_with_is_not_taken_over(tmp_path, capsys):
    """A phrasing of the shipped content is nobody else's, and a date to come is no source."""
    taken = "接到自称公安局、检察院、法院的电话要我转账，怎么办？"
    text = GOOD.replace("fake-police", "mine").replace("警察喊我转账", taken)
    write(tmp_path, "fraud.yaml", text.replace("2025-06-18", "2199-06-18"))

    assert main(["content", "check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert f"fraud.yaml:3 fraud/mine：问法“{taken}”已经属于 fraud/fake-police" in said
    assert "来源日期 2199-06-18 还没有到" in said


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/gone", "sqlite:////etc/hostname"])
def test_a_file_is_checked_without_a_database(tmp_path, capsys, monkeypatch, url):
    """A volunteer's computer has none, and the office's may be away: the shipped content counts."""
    monkeypatch.setenv("ASKSCIENCE_DATABASE_URL", url)
    taken = GOOD.replace("fake-police", "mine").replace("警察喊我转账", "安全账户是真的假的")
    write(tmp_path, "fraud.yaml", taken)

    assert main(["content", "check", str(tmp_path)]) == 1
    assert "安全账户" in capsys.readouterr().out


def test_few_phrasings_are_a_reminder(tmp_path, capsys):
    """Four will do to begin with; six is what residents need."""
    write(tmp_path, "fraud.yaml", GOOD.replace("fake-police", "mine").replace("安全账户", "户头"))

    assert main(["content", "check", str(tmp_path)]) == 0
    assert "提醒：fraud.yaml:1 fraud/mine：问法只有 4 条" in capsys.readouterr().out


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
        kind=EntryKind.MYTH,
        verdict=Verdict.FALSE,
        not_this=("警察喊我搬家",),
        facts=(Fact("成都的步骤", "1"),),
        related=("fraud/card",),
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
        (f"电池,干电池|{'长' * 61},其他垃圾,不含汞,,,国标", "超过 60"),
        ("电池,干\x07电池,其他垃圾,不含汞,,,国标", "控制字符"),
        ("电池,,其他垃圾,不含汞,\x00,,国标", "控制字符"),
        ("电池,,其他垃圾,不含汞,,,国\u200b标", "控制字符"),
        ("电池,,其他垃圾,不含汞,," + "长" * 301 + ",国标", "超过 300"),
        ("电池,,其他垃圾," + "长" * 131_073 + ",,,国标", "从这一行起读不懂"),
    ],
)
def test_a_broken_row_is_named(tmp_path, row, words):
    """The table's mistakes are said with their line."""
    text = ",".join(items.COLUMNS) + "\n" + row + "\n"

    _, found = items.read(write(tmp_path, "waste-items.csv", text))

    assert found[0].line == 2
    assert words in found[0].sentence


def test_what_the_first_release_published_still_reads_the_same():
    """A younger field that is empty is left out: an update makes no draft of every waste item."""
    body = (
        '{"conclusion": "挂断。", "item": null, "phrasings": ["甲"], "question": "问？", '
        '"regions": [["510100", {"conclusion": "成都。", "steps": []}]], '
        '"review_by": "2027-05-20", "risk": "high", "sources": '
        '[{"authority": "公安部", "date": "2025", "document": "手册", "link": ""}], '
        '"steps": ["挂。"]}'
    )

    assert Entry.from_body("fraud/x", "answer", body).to_body() == body


def test_a_region_falls_back_to_its_province():
    """County, then city, then province, then everywhere."""
    entry = an_entry(regions=(("510000", RegionBlock("四川。")), ("510100", RegionBlock("成都。"))))

    assert entry.in_region("510121").conclusion == "成都。"
    assert entry.in_region("511002").conclusion == "四川。"
    assert entry.in_region("110101").conclusion == entry.conclusion
    assert entry.in_region(None).steps == entry.steps
