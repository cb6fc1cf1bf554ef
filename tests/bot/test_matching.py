"""Matching: the right entry first, an honest probability, nothing where nothing fits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import matching
from bot.candidates import EXACT
from bot.likeness import Subject
from bot.matching import Meaning, sentences
from bot.meaning import packed
from bot.model import BrokenModel, Model
from webhook.voice import BOT

BASE = [
    ("disaster/earthquake", ["地震来了怎么办", "房子摇起来了往哪躲", "地震时能坐电梯吗"]),
    ("first-aid/dog-bite", ["被狗咬了怎么办", "遭狗咬了要打针吗", "狗抓出血了怎么处理"]),
    ("first-aid/snake-bite", ["被蛇咬了怎么办", "蛇咬伤怎么急救"]),
    ("waste/medicine", ["过期药怎么扔", "吃剩的药丢哪里", "药品属于什么垃圾"]),
    ("fraud/anti-fraud-centre", ["国家反诈中心是什么", "反诈中心app有什么用"]),
]


@pytest.fixture(scope="module")
def subjects(voice):
    return [Subject(name, [voice.language.read(way) for way in ways]) for name, ways in BASE]


@pytest.fixture(scope="module")
def by_words(voice, subjects):
    return matching.build(subjects, voice.model)


@pytest.fixture(scope="module")
def meaning(voice, subjects):
    texts = [text for subject in subjects for text in sentences(subject).all]
    vectors = {text: packed(voice.sense.encoder.encode(text)) for text in texts}
    return Meaning(voice.sense.encoder.in_turn, vectors, voice.sense.closeness)


@pytest.fixture(scope="module")
def by_both(voice, subjects, meaning):
    return matching.build(subjects, voice.model, meaning)


@pytest.fixture(params=["by_words", "by_both"])
def match(request, voice):
    matcher = request.getfixturevalue(request.param)
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
        ("国家反诈中心是什是什么", "fraud/anti-fraud-centre"),
        ("房子揺起来了往哪跺", "disaster/earthquake"),
        ("遭蛇咬了啷个办", "first-aid/snake-bite"),
    ],
)
def test_near_questions_find_their_entry_first(match, voice, question, entry_id):
    """A colloquial word, a homophone, a doubled character, dialect: the right entry leads."""
    found = match(question)

    assert found[0].entry_id == entry_id
    assert found[0].probability > voice.model.phrasings.words.maybe


def test_meaning_finds_what_shares_no_word(voice, by_words, by_both):
    """Words find nothing of it; the encoder knows that a mutt is a dog."""
    query = voice.language.read("犬只撕咬致伤")

    assert by_both.match(query)[0].entry_id == "first-aid/dog-bite"
    assert not set(query.pairs) & {pair for _, ways in BASE for way in ways for pair in way}
    assert not by_words.match(query) or by_words.match(query)[0].probability < 0.1


@pytest.mark.parametrize("question", ["火锅底料怎么炒", "高考报名", "xyz", "嗯", "？", "", "🎉"])
def test_what_is_not_there_is_not_claimed(match, voice, question):
    """Nothing in the base means these: no probability that would be answered."""
    found = match(question)

    assert not found or found[0].probability < min(voice.model.phrasings.meaning.sure.values())


def test_each_entry_is_listed_once_and_in_order(match):
    """Ten entries at most, the likeliest first, never a lower place with more."""
    found = match("被咬了怎么办")

    assert len({candidate.entry_id for candidate in found}) == len(found) <= 10
    chances = [candidate.probability for candidate in found]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_can_be_matched(voice, by_both, text):
    """Whatever is typed, matching ends with candidates and not with an exception."""
    for candidate in by_both.match(voice.language.read(text)):
        assert 0 <= candidate.probability <= 1


def test_the_encoder_is_not_asked_where_words_are_sure(voice, subjects, meaning):
    """A phrasing, or nearly one, costs no encoder; `skip` off, only a phrasing does not."""
    asked = []
    watched = Meaning(asked.append, meaning.vectors, meaning.closeness)
    usual = matching.build(subjects, voice.model, watched)
    always = matching.build(subjects, voice.model, watched, without=["skip"])
    phrasing, near = voice.language.read("地震来了怎么办"), voice.language.read("地震来了该怎么办")

    usual.match(phrasing)
    usual.match(near)
    always.match(phrasing)
    assert asked == []

    always.match(near)
    assert asked == [near.said]


def test_a_busy_encoder_leaves_what_words_found(voice, subjects, meaning, by_words):
    """The answer of the words stands, with a probability of its own coefficients."""
    busy = Meaning(lambda _text: None, meaning.vectors, meaning.closeness)
    query = voice.language.read("蛇咬到脚杆")

    assert matching.build(subjects, voice.model, busy).match(query) == by_words.match(query)


def test_what_has_no_vector_yet_is_found_by_words(voice, subjects, meaning):
    """A phrasing that was just written is answered before the encoder has read it."""
    known = {text: data for text, data in meaning.vectors.items() if "蛇" not in text}
    partly = Meaning(meaning.encode, known, meaning.closeness)
    matcher = matching.build(subjects, voice.model, partly)

    assert matcher.match(voice.language.read("被蛇咬了怎么办"))[0].probability == EXACT
    assert (
        matcher.match(voice.language.read("蛇咬伤了怎么急救"))[0].entry_id == "first-aid/snake-bite"
    )


def test_stages_can_be_switched_off(voice):
    """Without sounds a homophone slip loses the entry that it finds with them."""
    subjects = [Subject(name, [voice.language.read(name)]) for name in ("反诈", "灭火")]
    query = voice.language.read("凡乍")

    assert matching.build(subjects, voice.model).match(query)[0].entry_id == "反诈"
    assert matching.build(subjects, voice.model, without=["sounds"]).match(query) == []


def test_near_homophones_of_our_region_sound_alike(voice):
    """N and l, -n and -ng, flat and curled tongue: one sound to who dictates in Sichuan."""
    heard = [voice.language.read(text).syllables for text in ("农村民兵", "笼村明宾")]

    assert heard[0] == heard[1]


def test_what_it_is_not_lowers_the_probability(voice):
    """A contrast phrasing is a question that sounds like the entry and belongs elsewhere."""
    ways = [voice.language.read("被狗咬了怎么办"), voice.language.read("狗咬伤怎么处理")]
    contrast = [voice.language.read("被狗追怎么办")]
    query = voice.language.read("被野狗追怎么办")

    def chance(not_this, **more):
        says = [voice.language.read("用肥皂水冲洗伤口")]
        subjects = [Subject("dog", ways, says, not_this)]
        return matching.build(subjects, voice.model, **more).match(query)[0].probability

    assert chance(contrast) < chance([])
    assert chance(contrast, without=["contrast"]) == chance([], without=["contrast"])


def test_an_unknown_switch_lists_the_known_ones(voice):
    """A misspelt stage is not silently ignored."""
    with pytest.raises(ValueError, match="words、sounds、meaning"):
        matching.build([], voice.model, without=["wrods"])


def test_an_empty_base_matches_nothing(voice, meaning):
    """A new installation without content answers nothing, and does not fail."""
    assert matching.build([], voice.model).match(voice.language.read("地震")) == []
    assert matching.build([], voice.model, meaning).match(voice.language.read("地震")) == []


@pytest.mark.parametrize(
    "change", ["spelling: .nan", "spelling: x", "unknown_feature: 1", "[", "rank: 1"]
)
def test_a_broken_model_is_refused(tmp_path, change):
    """Coefficients that are no numbers, or not the ones we know, are named at load."""
    path = tmp_path / "model.yaml"
    text = (BOT / "model.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("spelling:", change + "\n    other:", 1), encoding="utf-8")

    with pytest.raises(BrokenModel, match=r"model\.yaml"):
        Model.load(path)
