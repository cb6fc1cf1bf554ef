"""Choices: one suite on SQLite and PostgreSQL."""

import json
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from bot.message import Choice, Deeds, Outcome, Reply
from knowledge.entries.choices import Choices, Chosen
from knowledge.entries.store import EntryStore, publish
from knowledge.residents.ledger import Ledger
from knowledge.residents.privacy import Retention
from knowledge.tables import choices
from tests.conftest import a_record, an_entry
from tests.contracts.test_demands import a_turn

POLICE, BATTERY = "fraud/fake-police", "waste/battery"


def normalise(text):
    return "".join(character for character in text if character.isalnum())


@pytest.fixture
def choose(database, clock):
    """Record a resident's choice, as a turn does; every message is a new one unless it is named."""
    record, numbers = a_record(database), count()

    def choose(words, chosen=POLICE, *, sender="阿一", message_id=None, **changes):
        choice = Chosen(words, (POLICE, BATTERY), chosen)
        message_id = message_id or f"choice-{next(numbers)}"
        return record.keep(
            a_turn(clock, sender=sender, message_id=message_id, choice=choice, **changes)
        )

    return choose


@pytest.fixture
def suggest(database, clock):
    EntryStore(database, clock).load([an_entry(POLICE), an_entry(BATTERY)])
    return lambda **more: Choices(database).suggestions(normalise, **more)


def kept(database):
    with database.read() as db:
        return db.execute(sa.select(choices).order_by(choices.c.id)).all()


def test_a_choice_is_kept_once_with_its_message(database, choose, clock):
    """The same platform message again is a retry: one choice, the first."""
    assert choose("公安喊我打钱", message_id="m1")
    assert not choose("公安喊我打钱", BATTERY, message_id="m1")

    (row,) = kept(database)
    assert (row.words, row.chosen, row.chosen_at) == ("公安喊我打钱", POLICE, clock())
    assert json.loads(row.offered) == [POLICE, BATTERY]


def test_a_turn_without_a_choice_keeps_none(database, clock):
    """Most messages choose nothing."""
    a_record(database).keep(a_turn(clock))

    assert kept(database) == []


def test_none_of_these_is_kept_and_suggests_nothing(database, choose, suggest):
    """It is a label as well: what the words do not mean."""
    for sender in ("阿一", "阿二", "阿三"):
        choose("公安喊我打钱", None, sender=sender)

    assert [row.chosen for row in kept(database)] == [None] * 3
    assert suggest() == []


def test_a_stored_reply_holds_no_choice():
    """What a retry is answered with has none of the resident's words, and reads back."""
    reply = Reply(
        Outcome.ANSWERED, "答案", deeds=Deeds(choice=Choice("公安喊我打钱", (POLICE,), POLICE))
    )

    assert "公安喊我打钱" not in reply.to_json() + repr(reply)
    assert Reply.from_json(reply.to_json()).deeds.choice is None


def test_residents_are_counted_and_not_messages(choose, suggest):
    """One who asks every day is one; three are enough, on whichever channel."""
    for _ in range(3):
        choose("公安喊我打钱", sender="阿一")
    choose("公安喊我打钱", sender="阿二")

    assert suggest() == []

    choose("公安喊我打钱", sender="阿二", channel="wechat")

    (suggestion,) = suggest()
    assert (suggestion.entry_id, suggestion.residents) == (POLICE, 3)
    assert suggestion.phrasings == ("公安喊我打钱",)
    assert suggest(at_least=4) == []


def test_what_sounds_alike_is_counted_together(choose, suggest):
    """The first and the last have little in common; what stands between them joins them."""
    choose("公安局喊我打钱", sender="阿一")
    choose("喊我打钱过去啥", sender="阿二")
    choose("公安局喊我打钱？！", sender="阿三")
    assert len(suggest(at_least=1)) == 2

    choose("公安局喊我打钱过去啥", sender="阿四")
    choose("公安局喊我打钱过去啥", sender="阿五")
    choose("电池往哪甩", sender="阿六")

    (suggestion,) = suggest()
    assert suggestion.residents == 5
    assert suggestion.phrasings == (
        "公安局喊我打钱过去啥", "公安局喊我打钱", "喊我打钱过去啥", "公安局喊我打钱？！"
    )  # fmt: skip


def test_each_entry_has_its_own_and_the_most_come_first(choose, suggest):
    """The same words for two entries are two suggestions."""
    for number in range(4):
        choose("这个咋整", BATTERY, sender=f"居民{number}")
    for number in range(3):
        choose("这个咋整", POLICE, sender=f"居民{number}")

    assert [(one.entry_id, one.residents) for one in suggest()] == [(BATTERY, 4), (POLICE, 3)]


def test_a_phrasing_that_the_entry_has_is_not_suggested(database, choose, suggest, clock):
    """Nor its question; one that was suggested and written down is suggested no more."""
    for sender in ("阿一", "阿二", "阿三"):
        choose("警察 喊我转账！", sender=sender)
        choose("接到公安局电话要我转账怎么办？", sender=sender)
        choose("电池往哪甩", BATTERY, sender=sender)

    (suggestion,) = suggest()
    assert suggestion.entry_id == BATTERY

    better = an_entry(BATTERY, phrasings=("电池往哪甩", "电池是什么垃圾"))
    with database.write() as db:
        publish(db, [better], provenance="local", author="王芳", reviewer="李强", at=clock())

    assert suggest() == []


def test_words_of_a_choice_go_with_the_words(database, choose, clock):
    """After 30 days nothing of it is there, while the ledger's row stays."""
    retention = Retention(database, clock, words=timedelta(days=30), rows=timedelta(days=400))
    choose("公安喊我打钱", message_id="m1")
    clock.pass_by(days=29)
    choose("公安喊我打钱", message_id="m2")
    retention.sweep()
    assert len(kept(database)) == 2

    clock.pass_by(days=2)
    retention.sweep()

    assert [row.chosen_at for row in kept(database)] == [clock() - timedelta(days=2)]
    assert Ledger(database).stored_reply("webchat", "阿一", "m1") == ""


def test_a_choice_ends_with_its_row(database, choose, clock):
    """Where rows are kept for less than words, nobody's choice outlives the row that names them."""
    retention = Retention(database, clock, words=timedelta(days=30), rows=timedelta(days=10))
    choose("公安喊我打钱")
    clock.pass_by(days=11)

    assert retention.sweep().rows == 1
    assert kept(database) == []
