"""Waste items: found however one asks for the bin, never guessed."""

import pytest

from bot.items import Asking, Items
from bot.text import BrokenLexicon
from webhook.parts import LEXICON


@pytest.fixture
def items(voice):
    named = [
        ("waste/奶茶杯", ("奶茶杯", "奶茶杯子")),
        ("waste/干电池", ("干电池", "5号电池")),
        ("waste/旧书", ("旧书", "书")),
    ]
    return Items(named, Asking.load(LEXICON / "items.yaml"), voice.language.normalise)


@pytest.fixture
def find(items, voice):
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
    "question", ["地震来了怎么办", "怎么扔", "是什么垃圾", "", "电池为什么会爆炸"]
)
def test_other_questions_are_not_about_things(find, question):
    """What does not ask for a bin goes on to the matcher."""
    assert find(question) is None


def test_worn_things_are_the_things(find):
    """用过的, 坏了的, 旧的: the state is no other thing, unless the table says so."""
    assert find("用完的5号电池扔哪里").entry_id == "waste/干电池"
    assert find("旧书怎么丢").entry_id == "waste/旧书"


@pytest.mark.parametrize("text", ["", "asking: 1", "[", "{asking: [1], before: [], worn: []}"])
def test_a_broken_file_is_named(tmp_path, text):
    """Whoever edited it reads which file it is."""
    path = tmp_path / "items.yaml"
    path.write_text(text)

    with pytest.raises(BrokenLexicon, match=r"items\.yaml"):
        Asking.load(path)
