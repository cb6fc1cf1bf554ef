"""The text of a question: made comparable, whatever was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lexicon import BrokenLexicon, Lexicon
from bot.text import TEXT_LENGTH


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("地震来了怎么办？", "地震来了怎么办"),
        ("請問一下，地震來了怎麼辦？", "地震来了怎么办"),
        ("ＰＭ２．５是什么😀😀", "pm2.5是什么"),
        ("  你好，想问一下 过期药怎么扔 谢谢！", "过期药怎么扔"),
        ("过期药怎么扔呢啊", "过期药怎么扔"),
        ("浓度5%的酒精", "浓度5%的酒精"),
        ("A.B。c", "abc"),
        ("１２．５㎏是好多斤", "12.5kg是多少斤"),
        ("37.5℃发烧。", "37.5c发烧"),
        ("第①步、½杯", "第1步12杯"),
        ("请问", "请问"),
        ("？！……", ""),
        ("\u202e地震\u200b来了\ufeff", "地震来了"),
    ],
)
def test_what_does_not_tell_questions_apart_is_taken_away(voice, typed, normalised):
    """Width, script, case, signs, emoji and politeness make no other question."""
    assert voice.language.normalise(typed) == normalised


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_text_is_read(voice, text):
    """No text of any script, with halves of characters and NUL, makes reading fail."""
    tokens = voice.language.read(text)

    assert len(tokens.text) <= TEXT_LENGTH
    assert len(tokens.syllables) == len(tokens.text)
    assert all(0 < weight <= 1 for weight in tokens.weight.values())
    assert voice.language.normalise(tokens.text) == voice.language.normalise(tokens.text)


def test_said_keeps_what_the_encoder_reads(voice):
    """Standard Chinese with its politeness and its own words; compared is less."""
    tokens = voice.language.read("请问一下，电瓶车遭偷了咋个整？")

    assert tokens.said == "请问一下电瓶车被偷了怎么办"
    assert tokens.text == voice.language.normalise("电动自行车被偷了怎么办")


def test_a_question_of_fillers_is_kept(voice):
    """What is taken off both ends is never everything."""
    assert voice.language.normalise("请问请问你好谢谢") != ""
    assert voice.language.read("嗯").words == ("嗯",)


def test_a_long_text_costs_no_more_than_a_short_one(voice):
    """Jieba takes seconds for 40 000 equal characters: what is matched is capped before it."""
    tokens = voice.language.read("的" * 100_000)

    assert len(tokens.text) == TEXT_LENGTH


def test_words_of_our_field_stay_whole(voice):
    """Jieba alone would cut these; the lexicon keeps them."""
    assert "公检法" in voice.language.read("冒充的公检法").words
    assert "电动自行车" in voice.language.read("电动自行车起火").words


def test_homophones_sound_alike(voice):
    """A slip of the input method changes the characters and not the sounds."""
    assert voice.language.read("反炸中心").syllables == voice.language.read("反诈中心").syllables


def test_stop_words_weigh_little(voice):
    """怎么办 stands in half of all questions, 泥石流 in few."""
    weight = voice.language.read("泥石流怎么办").weight

    assert weight["泥石流"] > 5 * weight["怎么办"]


@pytest.mark.parametrize("text", ["words: 1", "words: [1]", "other: []", "[", "- a"])
def test_a_broken_lexicon_is_named(tmp_path, text):
    """Whoever edited the file reads which one it is."""
    (tmp_path / "stopwords.yaml").write_text("{stop: [], before: [], after: []}")
    (tmp_path / "words.yaml").write_text(text)

    with pytest.raises(BrokenLexicon, match=r"words\.yaml"):
        Lexicon.load(tmp_path)
