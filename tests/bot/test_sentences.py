"""Sentences: a message taken apart into the questions that may be in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sentences import PARTS, WHOLE, parts_of
from bot.text import TEXT_LENGTH

SIGNS = "。！？!?；;\n，,、 "


@pytest.mark.parametrize(
    "message",
    [
        "地震来了怎么办",
        "地震来了怎么办？",
        "我家孩子刚才在小区里被一只狗咬了，出了一点血，要不要打针",
        "牛奶喝了2.5升怎么办",
        "嗯",
    ],
)
def test_one_question_is_one_part(message):
    """A sentence with commas in it is not taken apart while it is short."""
    assert parts_of(message) == (message,)


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("过期药怎么扔？地震来了往哪躲？", ("过期药怎么扔？", "地震来了往哪躲？")),
        ("过期药怎么扔\n地震来了往哪躲", ("过期药怎么扔\n", "地震来了往哪躲")),
        ("我被狗咬了。咋办？", ("我被狗咬了。咋办？",)),
        ("你好！！！过期药怎么扔？", ("你好！过期药怎么扔？",)),
        ("过期药怎么扔？？？……。。。", ("过期药怎么扔？",)),
        ("急！急！过期药怎么扔？谢谢！", ("急！急！过期药怎么扔？谢谢！",)),
    ],
)
def test_what_is_too_short_stays_with_its_neighbour(message, parts):
    """咋办 asks nothing without the sentence before it, a greeting nothing at all."""
    assert parts_of(message) == parts


def test_a_ramble_without_an_end_is_parted_at_its_pauses():
    """Who dictates leaves out the full stops: neighbouring clauses stay together up to WHOLE."""
    clause = "昨天我去赶场买了三斤洋芋"
    message = "，".join([clause] * 7) + "，回来路上被狗咬了要不要打针"

    parts = parts_of(message)

    assert "".join(parts) == message
    assert all(len(part) <= WHOLE for part in parts)
    assert parts[-1].endswith("回来路上被狗咬了要不要打针")
    assert len(parts) == 3


def test_those_that_ask_stay_in_their_order():
    """Of more than five sentences the ones that ask are looked up, then the first ones."""
    told = [f"第{number}天我一直在家里待着。" for number in "一二三四五六"]
    asked = ["过期药怎么扔？", "被狗咬了要不要打针？"]

    parts = parts_of("".join([*told[:5], asked[0], told[5], asked[1]]))

    assert parts == (*told[:3], *asked)


def test_the_cap_is_on_each_part():
    """A sentence behind 190 others' code points is read whole; one of 450 is cut in three."""
    long = "我" * 190 + "。"

    assert parts_of(long + "过期药怎么扔？") == (long, "过期药怎么扔？")
    assert list(map(len, parts_of("的" * 450))) == [TEXT_LENGTH, TEXT_LENGTH, 50]
    assert list(map(len, parts_of("的" * 100_000))) == [TEXT_LENGTH] * PARTS


@pytest.mark.parametrize("message", ["", "   ", "？！……", "😀" * 300, "。" * 100_000])
def test_what_says_nothing_is_one_part(message):
    """There is always something to look up, and it is capped."""
    (part,) = parts_of(message)

    assert len(part) <= TEXT_LENGTH


@given(st.text(st.one_of(st.sampled_from(SIGNS + "怎么"), st.characters(codec=None)), max_size=500))
def test_any_message_is_parted(message):
    """One to five parts, none too long, nothing in them that was not written, in its order."""
    parts = parts_of(message)

    assert 1 <= len(parts) <= PARTS
    assert all(len(part) <= TEXT_LENGTH for part in parts)
    written = iter(message)
    assert all(character in written for character in "".join(parts))
