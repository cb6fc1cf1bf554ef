"""Record, Ledger and DemandLog: one suite on SQLite and PostgreSQL."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from knowledge.demands.log import AlreadySettled, DemandLog, Unmet
from knowledge.record import Turn
from knowledge.residents.ledger import Ledger
from knowledge.tables import demands, messages, receipts
from tests.conftest import a_record


def a_turn(clock, *, sender="阿一", message_id="m1", key="量子计算机哪里买", unmet=True, **changes):
    demand = Unmet(key, key, "service", f"digest-{sender}-{message_id}") if unmet else None
    turn = Turn(
        channel="webchat",
        sender=sender,
        message_id=message_id,
        received_at=clock(),
        words=key,
        outcome="unmet" if unmet else "answered",
        snapshot=3,
        text="这个问题还没有审核过的答案",
        reply=f'{{"to": "{sender}-{message_id}"}}',
        unmet=demand,
    )
    return replace(turn, **changes)


@pytest.fixture
def record(database):
    return a_record(database)


@pytest.fixture
def log(database, clock):
    return DemandLog(database, clock)


def count(database, table):
    with database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_turn_is_kept_whole(database, record, log, clock):
    """Message, reply, demand and receipt are there together."""
    assert record.keep(a_turn(clock))

    demand = log.most_asked()[0]
    assert (demand.words, demand.askers, demand.state) == ("量子计算机哪里买", 1, "open")
    assert Ledger(database).stored_reply("webchat", "阿一", "m1") == '{"to": "阿一-m1"}'
    assert log.by_receipt("digest-阿一-m1")[0].id == demand.id


def test_a_message_is_kept_once(database, record, log, clock):
    """The same platform message again changes nothing, not even the demand's count."""
    record.keep(a_turn(clock))

    assert not record.keep(a_turn(clock, reply='{"to": "somebody else"}'))

    assert count(database, messages) == 1
    assert count(database, receipts) == 1
    assert log.most_asked()[0].askers == 1
    assert Ledger(database).stored_reply("webchat", "阿一", "m1") == '{"to": "阿一-m1"}'


@pytest.mark.parametrize("unmet", [True, False])
def test_at_once_it_is_kept_once(database, record, clock, unmet):
    """Eight tries of one message at the same moment leave one row; one demand, if it is unmet."""
    kept = []
    barrier = threading.Barrier(8)

    def keep():
        barrier.wait()
        kept.append(record.keep(a_turn(clock, unmet=unmet)))

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kept) == [False] * 7 + [True]
    assert count(database, messages) == 1
    assert [count(database, table) for table in (demands, receipts)] == [int(unmet)] * 2


def test_the_same_message_id_of_two_people_is_two_messages(database, record, clock):
    """Platforms reuse ids between people: the sender is part of the key."""
    assert record.keep(a_turn(clock, sender="阿一"))
    assert record.keep(a_turn(clock, sender="阿二"))

    assert count(database, messages) == 2


def test_the_same_question_joins_its_demand(record, log, clock):
    """Others who ask the same are counted on one demand, people and not messages."""
    record.keep(a_turn(clock, sender="阿一", message_id="m1"))
    record.keep(a_turn(clock, sender="阿二", message_id="m2"))
    clock.pass_by(hours=1)
    record.keep(a_turn(clock, sender="阿一", message_id="m3"))

    (demand,) = log.most_asked()
    assert demand.askers == 2
    assert demand.last_asked == clock()
    assert log.by_receipt("digest-阿二-m2")[0].id == demand.id


def test_many_at_once_make_one_demand(record, log, clock):
    """A question that twenty people ask in the same moment is one demand of twenty."""
    barrier = threading.Barrier(20)

    def keep(number):
        barrier.wait()
        record.keep(a_turn(clock, sender=f"居民{number}"))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [demand.askers for demand in log.most_asked()] == [20]


def test_most_asked_comes_first(record, log, clock):
    """Staff see first what most people ask, then what was asked last."""
    record.keep(a_turn(clock, key="甲", message_id="1"))
    clock.pass_by(minutes=1)
    record.keep(a_turn(clock, key="乙", message_id="2"))
    record.keep(a_turn(clock, key="丙", message_id="3"))
    record.keep(a_turn(clock, key="丙", message_id="4", sender="阿二"))

    assert [demand.words for demand in log.most_asked()] == ["丙", "乙", "甲"]
    assert log.most_asked(topic="fraud") == []


def test_declining_keeps_the_reason(record, log, clock):
    """A demand is closed with a reason, once, and a later asker begins a new one."""
    record.keep(a_turn(clock))
    demand = log.most_asked()[0]

    log.decline(demand.id, reason="不属于科普范围", by="赵敏")

    assert log.by_receipt("digest-阿一-m1")[0].reason == "不属于科普范围"
    with pytest.raises(AlreadySettled):
        log.decline(demand.id, reason="再来一次", by="赵敏")
    record.keep(a_turn(clock, message_id="m9"))
    assert log.most_asked()[0].id != demand.id


def test_the_ledger_is_exported_in_order_without_words(database, record, clock):
    """Auditors read every row since a moment, and no resident's words."""
    record.keep(a_turn(clock, message_id="m1", key="我的秘密", unmet=False))
    clock.pass_by(days=1)
    record.keep(a_turn(clock, message_id="m2", key="我的秘密"))

    rows = list(Ledger(database).export())

    assert [row.message_id for row in rows] == ["m1", "m2"]
    assert [row.message_id for row in Ledger(database).export(clock())] == ["m2"]
    assert "秘密" not in repr(rows)
    assert rows[0].demand_id is None
    assert len(rows[1].reply_sha256) == 64
