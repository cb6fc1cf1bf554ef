"""Residents who ask in vain, on each kind of database."""

from dataclasses import replace

import pytest

from knowledge.demands.askers import Askers
from knowledge.demands.log import DemandLog
from tests.conftest import RECEIPTS, a_record
from tests.contracts.test_demands import a_turn

CANARY = "金丝雀七号"
OTHER = "量子计算机哪里买"


@pytest.fixture
def record(database):
    return a_record(database)


@pytest.fixture
def askers(database, clock):
    return Askers(database, RECEIPTS, clock)


@pytest.fixture
def log(database, clock):
    return DemandLog(database, clock)


@pytest.fixture
def asks(record, clock):
    """Let a resident ask in vain; return the receipt."""

    def asks(key=CANARY, *, sender="阿一", message_id="m1", **changes):
        turn = a_turn(clock, sender=sender, message_id=message_id, key=key)
        code = RECEIPTS.make(turn.channel, sender, message_id)
        unmet = replace(turn.unmet, receipt_digest=RECEIPTS.digest(code))
        turn = replace(turn, unmet=unmet, reply='{"text": "没有答案"}', **changes)
        assert record.keep(turn)
        return code

    return asks
