"""Facts: each number of an answer stands in a source, and each source of facts is there."""

from dataclasses import replace

import pytest

from knowledge.entries.entry import HOTLINES, Fact, RegionBlock
from knowledge.entries.facts import not_hotlines, problems_of_facts, unproven
from knowledge.entries.files import hotlines
from knowledge.entries.files.check import write_folder
from tests.conftest import an_entry
from webhook.cli import main
from webhook.voice import LEXICON


@pytest.mark.parametrize(
    ("step", "numbers"),
    [
        ("拨打 96110 或 110。", ["96110", "110"]), ("冲 15～20 分钟。", ["15", "20"]),
        ("体温到 38.5 摄氏度。", ["38.5"]), ("按压与吹气 30:2。", ["30:2"]),
        ("躺三十分钟。", ["三十"]), ("过三个月打第二针。", ["三"]), ("第二十五条。", ["第二十五"]),
        ("喝三分之一杯。", ["三分之一"]), ("两片两片地吃。", ["两"]), ("吃十粒。", ["十"]),
        ("一天吃三次，每次两勺。", ["三", "两"]), ("隔半小时吃半片。", ["半"]),
        ("一周内去打针，一年内申请。", ["一"]), ("七级以上大风。", ["七"]),
        ("罚五百块。", ["五百"]),
        ("按三十下，吹两口。", ["三十", "两"]), ("打一二零。", ["一二零"]),
        ("打 １２０。", ["１２０"]),
        ("二两低度白酒，三十毫安。", ["二", "三十"]), ("两口子一次去，几十块。", []),
        ("第一时间说一声，一天到晚都行。", []), ("万一天黑了，千万小心。", []),
        ("第二天再去。", []), ("两手抱头，三步并两步。", []), ("四季豆煮熟。", []),
    ],
)  # fmt: skip
def test_what_is_a_number_has_to_be_proven(step, numbers):
    """Digits anywhere, and numerals in words where they measure; not a turn of speech."""
    assert unproven(an_entry(steps=(step,))) == numbers


def test_a_number_is_proven_by_the_words_around_it():
    """A fact quotes the answer; the same digits in other words are another claim."""
    entry = an_entry(steps=("冲 15 分钟。", "盖 15 层布。"))

    proven = replace(entry, facts=(Fact("冲 15 分钟", "1"),))

    assert unproven(proven) == ["15"]
    assert unproven(replace(entry, facts=(Fact("15", "1"),))) == []


def test_a_longer_number_is_not_proven_by_a_shorter_one():
    """110 in the table says nothing about 96110."""
    entry = an_entry(steps=("打 96110。",), facts=(Fact("110", HOTLINES),))

    assert unproven(entry) == ["96110"]


def test_what_a_region_says_is_proven_too():
    """A number that only one city reads is a claim all the same."""
    entry = an_entry(steps=("扫地。",), regions=(("510100", RegionBlock(steps=("罚 50 元。",))),))

    assert unproven(entry) == ["50"]
    assert problems_of_facts(replace(entry, facts=(Fact("罚 50 元", "1"),))) == []


def test_a_fact_stands_in_the_answer_and_names_a_source():
    """What is quoted is there, and so is what it is quoted from."""
    entry = an_entry(facts=(Fact("打 119", "1"), Fact("打 110 或 96110", "9"), Fact("", "1")))

    sentences = "\n".join(problems_of_facts(entry))

    assert "依据“打 119”不在结论和步骤里" in sentences
    assert "来源 '9' 不对" in sentences
    assert "有一条依据是空的" in sentences


def test_a_hotline_is_in_the_table():
    """Nobody can call a number a national hotline that is in no table."""
    entry = an_entry(facts=(Fact("打 110 或 96110", HOTLINES),))

    assert not_hotlines(entry, {"110", "96110"}) == []
    assert "96110 不在 hotlines.yaml 里" in not_hotlines(entry, {"110"})[0]


def test_the_check_of_facts_names_what_has_none(tmp_path, capsys):
    """The command's line: file, line, entry, number, and what to do."""
    asked = {"question": "第几号？", "phrasings": ("几号", "哪一号", "号数", "多少号")}
    write_folder(tmp_path, [an_entry("service/unproven", steps=("第 77 号。",), **asked)])

    assert main(["content", "check", str(tmp_path)]) == 0
    assert main(["content", "check", "--facts", str(tmp_path)]) == 1
    line = (
        (tmp_path / "service.yaml").read_text(encoding="utf-8").splitlines().index("  - 第 77 号。")
    )
    said = capsys.readouterr().out
    assert f"service.yaml:{line + 1} service/unproven：答案里的 77 没有依据" in said


def test_the_shipped_hotlines_are_dated_and_sourced():
    """Nine numbers that the answers lean on, each with where it is from and when to look again."""
    table = {one.number: one for one in hotlines.load(LEXICON / "hotlines.yaml")}

    assert {"96110", "110", "119", "120", "122", "12379", "12345", "12356", "12320"} <= set(table)
    assert all(one.sources and one.review_by for one in table.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 110\n", "要从“号码:”开始"), ("a: [\n", "格式读不懂"), ("abc: {}\n", "只能是数字"),
        ("'110': {}\n", "缺 name"), ("'110': {}\n", "缺 review_by"), ("'110': 1\n", "缺 use"),
        ("'110': {sources: [{authority: x}]}\n", "来源缺文件名"),
        ("'110': {topics: [天气]}\n", "没有主题 '天气'"), ("'110': {tel: x}\n", "不认识的项目"),
        ("'110': {}\n'110': {}\n", "号码重复"), ("'110': {review_by: 明年}\n", "不存在"),
        ("\t'110': {}\n", "制表符"), ("'110': {name: !!int x}\n", "去掉 !!"),
    ],
)  # fmt: skip
def test_a_broken_table_of_hotlines_is_refused(tmp_path, text, words):
    """Everything wrong with it in one sentence each, and the service does not start with it."""
    path = tmp_path / "hotlines.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"hotlines\.yaml") as refused:
        hotlines.load(path)
    assert words in str(refused.value)
