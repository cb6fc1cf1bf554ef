"""Waste items: found however one asks for the bin, never guessed."""

import json
from pathlib import Path

import pytest

from bot.items import Asking, Items
from bot.lexicon import BrokenLexicon
from knowledge.entries.entry import EntryKind
from knowledge.entries.files.check import read_folder
from webhook.parts import CONTENT
from webhook.voice import LEXICON

QUESTIONS = Path(__file__).parent.parent / "questions" / "items.jsonl"


@pytest.fixture(scope="module")
def asking():
    return Asking.load(LEXICON / "items.yaml")


@pytest.fixture
def find(asking, voice):
    named = [
        ("waste/奶茶杯", ("奶茶杯", "奶茶杯子")),
        ("waste/干电池", ("干电池", "5号电池")),
        ("waste/旧书", ("旧书", "书")),
        ("waste/纸袋", ("纸袋",)),
        ("waste/节能灯", ("节能灯",)),
        ("waste/过期口服液", ("口服液过期了",)),
    ]
    items = Items(named, asking, voice.language.normalise)
    return lambda text: items.find(voice.language.normalise(text))


@pytest.fixture(scope="module")
def find_shipped(asking, voice):
    """Look questions up in the table as it is shipped."""
    placed, _ = read_folder(CONTENT, voice.language.normalise)
    entries = [one.entry for one in placed if one.entry.kind is EntryKind.ITEM]
    named = [(entry.id, entry.asked_as) for entry in entries]
    items = Items(named, asking, voice.language.normalise)
    return lambda text: items.find(voice.language.normalise(text))


@pytest.mark.parametrize(
    "question",
    [
        "奶茶杯",
        "奶茶杯是什么垃圾？",
        "请问喝完的奶茶杯扔哪个桶",
        "奶茶杯子咋个丢",
        "屋头喝完的奶茶杯丢哪点",
        "奶茶杯属于啥子垃圾嘛",
        "奶茶杯能回收吗",
        "奶茶杯杯儿算不算有害垃圾",
        "奶茶杯到底应该丢在哪个垃圾桶里头嘛",
        "昨天在超市买的那个奶茶杯坏掉了，往哪扔",
        "哪个桶可以扔奶茶杯",
        "屋头有个坏了的奶茶杯咋处理",
        "奶茶杯用久了扔哪，有人收不",
    ],
)
def test_a_thing_is_found_however_it_is_asked_for(find, question):
    """A bare name, a sentence, dialect: the row of the table answers."""
    assert find(question).entry_id == "waste/奶茶杯"


def test_a_thing_that_is_not_there_is_not_guessed(find):
    """The closest names are offered at most; a thing like none of them gets nothing."""
    near = find("奶茶杯盖是什么垃圾")
    far = find("宇宙飞船是什么垃圾")

    assert (near.entry_id, near.closest) == (None, ("waste/奶茶杯",))
    assert (far.entry_id, far.closest) == (None, ())


@pytest.mark.parametrize(
    ("question", "closest"),
    [
        ("奶茶杯套坏了扔哪", ("waste/奶茶杯",)),
        ("沾了油的纸袋能回收吗", ("waste/纸袋",)),
        ("节能登是什么垃圾", ("waste/节能灯",)),
        ("旧书和纸袋扔哪个桶", ("waste/旧书", "waste/纸袋")),
    ],
)
def test_what_may_be_another_thing_is_offered(find, question, closest):
    """A longer name, what makes other waste of it, a slip, two at once: the resident says which."""
    found = find(question)

    assert (found.entry_id, found.closest) == (None, closest)


@pytest.mark.parametrize(
    "question",
    [
        "地震来了怎么办",
        "怎么扔",
        "是什么垃圾",
        "",
        "电池为什么会爆炸",
        "旧书怎么修",
        "奶茶杯坏了",
        "奶茶杯怎么处理",
        "厨余垃圾怎么扔",
        "坏了的" * 60 + "扔哪里",
    ],
)
def test_other_questions_are_not_about_things(find, question):
    """What does not ask for a bin goes on to the matcher."""
    assert find(question) is None


def test_worn_things_are_the_things(find):
    """用过的, 坏了的, 旧的: the state is no other thing, unless the table says so."""
    assert find("用完的5号电池扔哪里").entry_id == "waste/干电池"
    assert find("旧书怎么丢").entry_id == "waste/旧书"
    assert find("口服液过期了怎么处理").entry_id == "waste/过期口服液"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("words:", "wrods:"),
        ("asking:", "asking: ["),
        ("- 垃圾分类", "- 1"),
        ("- 垃圾分类", '- "{没写过}"'),
        ("general: [垃圾,", "general: [],"),
    ],
)
def test_a_broken_file_is_named(tmp_path, old, new):
    """Whoever edited it reads which file it is."""
    path = tmp_path / "items.yaml"
    text = (LEXICON / "items.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BrokenLexicon, match=r"items\.yaml"):
        Asking.load(path)


def test_questions_set_aside_find_their_thing(find_shipped):
    """At least 95 of 100 are answered, all of these rightly, and nothing is guessed."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [(row["entry_id"], find_shipped(row["question"])) for row in rows if "held" in row]
    answered = [(right, found.entry_id) for right, found in asked if found and found.entry_id]

    assert [pair for pair in answered if pair[0] != pair[1]] == []
    assert len(answered) >= 0.95 * sum(right is not None for right, _found in asked)
