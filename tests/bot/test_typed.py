"""Typed pinyin: letters read as the words that the entries know, and other letters left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import pinyin
from bot.typed import Typed

WAYS = [
    "垃圾分类怎么分",
    "过期药怎么扔",
    "过期药能不能直接扔进垃圾桶里",
    "地震来了怎么办",
    "西安地震",
    "先救人",
    "wifi对身体有害吗",
]


@pytest.fixture(scope="module")
def typed(voice):
    return Typed(map(voice.language.read, WAYS))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("lajifenlei", "垃圾分类"),
        ("guoqiyaozenmereng", "过期药怎么扔"),
        ("过期药zenmereng", "过期药怎么扔"),
        ("dizhen来了zenmeban", "地震来了怎么办"),
        ("guoqiyao，dizhen", "过期药，地震"),
        ("", ""),
    ],
)
def test_pinyin_is_put_into_the_words_of_the_entries(typed, text, read):
    """Alone, in a row, or among characters."""
    assert typed.read(text) == read


@pytest.mark.parametrize(
    "text", ["wifi对身体有害吗", "hello", "5g", "app", "lajifenleix", "xlajifenlei", "le", "110"]
)
def test_what_is_no_pinyin_through_and_through_is_left(typed, text):
    """English, an abbreviation, a rest that no word spells: as it was typed."""
    assert typed.read(text) == text


def test_a_long_question_is_read_in_one_row(typed):
    """A whole sentence has more letters than any word: 41 here, typed without a space."""
    question = "过期药能不能直接扔进垃圾桶里"

    assert len(pinyin(question)) > 40
    assert typed.read(pinyin(question)) == question


def test_spaces_and_capitals_are_taken_away_before(typed, voice):
    """As a keyboard offers it: syllable by syllable, with a capital at the beginning."""
    plain = voice.language.plain("La ji fen lei ZEN ME FEN?")

    assert typed.read(plain) == "垃圾分类怎么分"


def test_the_fewest_words_are_meant(voice):
    """Xian is one word before it is two."""
    typed = Typed(map(voice.language.read, ["先", "西", "安", "地震"]))

    assert typed.read("xiandizhen") == "先地震"


def test_of_two_words_that_sound_alike_the_commoner_is_meant(voice):
    """The base decides, and another base otherwise."""
    ways = ["有毒的食物", "有毒的植物", "游渡"]
    others = [*["游渡"] * 3, "有毒"]

    assert Typed(map(voice.language.read, ways)).read("youdu") == "有毒"
    assert Typed(map(voice.language.read, others)).read("youdu") == "游渡"


def test_an_empty_base_reads_nothing():
    """Before anything is published letters are letters."""
    assert Typed([]).read("lajifenlei") == "lajifenlei"


@given(st.text(st.sampled_from("lajifendizhe地震 1。"), max_size=200))
def test_only_letters_change(typed, text):
    """Whatever is typed, what is no letter stays, and what was read is not read again."""
    read = typed.read(text)

    left = iter(read)
    assert all(character in left for character in text if not character.isascii())
    assert typed.read(read) == read
