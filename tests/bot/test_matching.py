"""Matching: the right entry first, an honest probability, nothing where nothing fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import matching
from bot.matching import EXACT, BrokenModel, Model
from webhook.parts import BOT

BASE = [
    ("disaster/earthquake", ["地震来了怎么办", "房子摇起来了往哪躲", "地震时能坐电梯吗"]),
    ("first-aid/dog-bite", ["被狗咬了怎么办", "遭狗咬了要打针吗", "狗抓出血了怎么处理"]),
    ("first-aid/snake-bite", ["被蛇咬了怎么办", "蛇咬伤怎么急救"]),
    ("waste/medicine", ["过期药怎么扔", "吃剩的药丢哪里", "药品属于什么垃圾"]),
    ("fraud/anti-fraud-centre", ["国家反诈中心是什么", "反诈中心app有什么用"]),
]


@pytest.fixture(scope="module")
def matcher(voice):
    return matching.build(matching.phrasings_of(BASE, voice.language), voice.model)


@pytest.fixture
def match(voice, matcher):
    return lambda text: matcher.match(voice.language.read(text))


def test_a_phrasing_word_for_word_is_certain(match):
    """Signs and politeness do not matter; what a volunteer wrote down is found."""
    best = match("请问，地震来了怎么办？")[0]

    assert (best.entry_id, best.probability) == ("disaster/earthquake", EXACT)


@pytest.mark.parametrize(
    ("question", "entry_id"),
    [
        ("地震来了咋办", "disaster/earthquake"),
        ("狗咬了怎么办啊", "first-aid/dog-bite"),
        ("被蛇咬怎么办", "first-aid/snake-bite"),
        ("过期的药怎么扔", "waste/medicine"),
        ("反炸中心是什么", "fraud/anti-fraud-centre"),
    ],
)
def test_near_questions_find_their_entry_first(match, question, entry_id):
    """One word more or less, a colloquial one, a homophone: the right entry leads."""
    found = match(question)

    assert found[0].entry_id == entry_id
    assert found[0].probability > 0.35


@pytest.mark.parametrize("question", ["火锅底料怎么炒", "高考报名", "xyz", "嗯", "？", "", "🎉"])
def test_what_is_not_there_is_not_claimed(match, question):
    """Nothing in the base means these: no probability that would be answered."""
    found = match(question)

    assert not found or found[0].probability < 0.35


def test_each_entry_is_listed_once_and_in_order(match):
    """Ten entries at most, the likeliest first, never a lower place with more."""
    found = match("被咬了怎么办")

    assert len({candidate.entry_id for candidate in found}) == len(found) <= 10
    chances = [candidate.probability for candidate in found]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_can_be_matched(voice, matcher, text):
    """Whatever is typed, matching ends with candidates and not with an exception."""
    for candidate in matcher.match(voice.language.read(text)):
        assert 0 <= candidate.probability <= 1


def test_stages_can_be_switched_off(voice):
    """Without sounds a homophone slip loses the entry that it finds with them."""
    phrasings = matching.phrasings_of([("a", ["反诈"]), ("b", ["灭火"])], voice.language)
    query = voice.language.read("凡乍")

    assert matching.build(phrasings, voice.model).match(query)[0].entry_id == "a"
    assert matching.build(phrasings, voice.model, without=["sounds"]).match(query) == []


def test_an_unknown_switch_lists_the_known_ones(voice):
    """A misspelt stage is not silently ignored."""
    with pytest.raises(ValueError, match="words、sounds、meaning"):
        matching.build([], voice.model, without=["wrods"])


def test_an_empty_base_matches_nothing(voice):
    """A new installation without content answers nothing, and does not fail."""
    assert matching.build([], voice.model).match(voice.language.read("地震")) == []


@pytest.mark.parametrize("change", ["spelling: .nan", "spelling: x", "unknown: 1", "[", ""])
def test_a_broken_model_is_refused(tmp_path, change):
    """Coefficients that are no numbers, or not the ones we know, are named at load."""
    path = tmp_path / "model.yaml"
    path.write_text((BOT / "model.yaml").read_text().replace("spelling", change + "\n  spell", 1))

    with pytest.raises(BrokenModel, match=r"model\.yaml"):
        Model.load(path)
