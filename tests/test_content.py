"""The shipped content: what a county office would put its name under."""

from collections import Counter

import pytest
import yaml

from bench import questions
from bench.answers import QUESTIONS
from bot import urgent
from bot.lexicon import Lexicon
from bot.meaning import unpacked
from bot.shelf import Shelves
from bot.text import Language
from knowledge.entries.entry import TOPICS, EntryKind
from knowledge.entries.facts import unproven
from knowledge.entries.files import hotlines
from knowledge.entries.files import vectors as shipped_vectors
from knowledge.entries.files.check import read_folder
from knowledge.entries.report import sources
from knowledge.entries.store import SHIPPED, Revision
from knowledge.entries.vectors import key_of
from tests.test_project import text
from webhook.channels.wechat import fitted
from webhook.parts import CONTENT, SHIPPED_VECTORS, now
from webhook.voice import LEXICON

SURE = 1500  # waste items that every city sorts alike


@pytest.fixture(scope="module")
def table():
    return hotlines.load(LEXICON / "hotlines.yaml")


@pytest.fixture(scope="module")
def shipped(voice, table):
    numbers = {one.number for one in table}
    placed, found = read_folder(CONTENT, voice.language.normalise, hotlines=numbers)
    assert found == []
    return [one.entry for one in placed]


@pytest.fixture(scope="module")
def answers(shipped):
    return [entry for entry in shipped if entry.kind.is_answer]


@pytest.fixture(scope="module")
def cases():
    return questions.read(QUESTIONS)


def test_every_topic_is_covered(answers):
    """Three hundred entries, twenty a topic, forty verdicts on rumours."""
    by_topic = Counter(entry.topic for entry in answers)

    assert len(answers) >= 300
    assert {topic: by_topic[topic] for topic in TOPICS if by_topic[topic] < 20} == {}
    assert sum(entry.kind is EntryKind.MYTH for entry in answers) >= 40


def test_an_entry_is_asked_in_many_ways_and_leads_on(answers):
    """Six phrasings besides the question, and at least one related entry."""
    assert [entry.id for entry in answers if len(entry.phrasings) < 6] == []
    assert [entry.id for entry in answers if not entry.related] == []


def test_every_number_is_proven(shipped):
    """No dose, number or article in an answer or card without a source of its own."""
    written = (entry for entry in shipped if entry.kind is not EntryKind.ITEM)

    assert {entry.id: found for entry in written if (found := unproven(entry))} == {}


def test_every_answer_fits_one_wechat_text(voice, shipped):
    """With its verdict, sources, note and the address of its page, wherever the resident lives."""
    regions = {code for entry in shipped for code, _ in entry.regions} | {None}

    for entry in shipped:
        for region in regions:
            reply = voice.wording.answered(
                published(entry), region=region, probability=1.0, snapshot=1
            )
            assert reply.text in fitted(reply, "https://ask.example.org"), (entry.id, region)


def test_a_card_with_an_answer_fits_one_wechat_text(voice, shipped):
    """What follows a card is its conclusion where the whole would be cut by accident."""
    answered = [
        voice.wording.answered(published(entry), region=None, probability=1.0, snapshot=1)
        for entry in shipped
        if entry.kind.is_answer
    ]
    longest = max(answered, key=lambda reply: len(reply.text.encode()))

    for card in (entry for entry in shipped if entry.kind is EntryKind.CARD):
        for answer in (longest, answered[0]):
            both = voice.wording.urgent(published(card), answer, snapshot=1)
            assert both.text in fitted(both, "https://ask.example.org"), card.id
            assert answer.text.partition("\n")[0] in both.text


def published(entry):
    return Revision(entry, 1, SHIPPED, SHIPPED, None, 1, now())


def test_every_source_is_listed(shipped, table):
    """docs/content-sources.md is what `askscience content sources` prints."""
    assert text("docs/content-sources.md") == sources(shipped, table)


def test_every_danger_has_its_card(shipped):
    """Twenty kinds of danger; each rule has a card that says whom to call."""
    rules = urgent.load(LEXICON / "urgent.yaml").rules
    cards = {entry.id: entry for entry in shipped if entry.kind is EntryKind.CARD}

    assert urgent.problems(LEXICON / "urgent.yaml") == []
    assert len({rule.card for rule in rules}) >= 20
    assert {rule.card for rule in rules} <= set(cards)
    assert [card.id for card in cards.values() if len(card.steps) > 5] == []
    assert [rule.id for rule in rules if min(len(rule.positive), len(rule.negative)) < 8] == []


def test_waste_items_are_sure_or_say_where_they_differ(shipped):
    """Two thousand things; composite ones are taken apart, doubtful ones carry a local note."""
    items = [entry.item for entry in shipped if entry.item]

    assert len(items) >= 2000
    assert sum(not item.local_note for item in items) >= SURE
    assert sum(item.category == "组合物品" for item in items) >= 40
    assert all(item.preparation for item in items if item.category == "组合物品")


def test_questions_are_other_words_than_phrasings(shipped, answers, cases):
    """Four questions an entry by other eyes; none of them is a phrasing, none asked twice."""
    normalise = Language(Lexicon()).normalise  # what the lexicon makes equal is still another way
    asked = {normalise(phrasing) for entry in shipped for phrasing in entry.asked_as}
    for_entry = Counter(case.entry_id for case in cases if not case.must_be_unmet)
    said = Counter(normalise(case.question) for case in cases)

    assert set(for_entry) <= {entry.id for entry in answers}
    assert [entry.id for entry in answers if for_entry[entry.id] < 4] == []
    assert [case.question for case in cases if normalise(case.question) in asked] == []
    assert [question for question, count in said.items() if count > 1] == []


def test_many_questions_must_stay_without_an_answer(cases):
    """Near the topics, and outside them."""
    unmet = Counter(case.topic for case in cases if case.must_be_unmet)

    assert set(unmet) <= set(TOPICS)
    assert unmet.total() >= 300


def test_lexicons_are_large_and_unambiguous():
    """Groups of synonyms that share no word, dialect words with one reading each."""
    groups = yaml.safe_load((LEXICON / "synonyms.yaml").read_text(encoding="utf-8"))["groups"]
    dialect = yaml.safe_load((LEXICON / "dialect.yaml").read_text(encoding="utf-8"))["words"]
    words = Counter(word for group in groups for word in group)

    assert len(groups) >= 200
    assert all(len(group) >= 2 for group in groups)
    assert [word for word, count in words.items() if count > 1] == []
    assert len(dialect) >= 150


def test_every_sentence_has_its_vector(voice, shipped):
    """A new office matches by meaning at once; after an edit run `askscience content vectors`."""
    model, kept = shipped_vectors.read(SHIPPED_VECTORS)
    texts = Shelves(voice.language, voice.model, voice.asking).texts(shipped)
    some = texts[:: len(texts) // 40]

    assert model == voice.sense.encoder.name
    assert [text for text in texts if key_of(text) not in kept] == []
    assert len(kept) == len(texts)
    cosines = unpacked([kept[key_of(text)] for text in some]) * [
        voice.sense.encoder.encode(text) for text in some
    ]
    assert float(cosines.sum(axis=1).min()) > 0.999
