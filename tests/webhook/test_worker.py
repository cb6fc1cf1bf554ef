"""The worker: chores in rounds, one that fails does not stop the others."""

import threading
from datetime import timedelta

from tests.conftest import a_record
from tests.contracts.test_demands import a_turn
from tests.service import wait_for
from webhook.parts import assemble
from webhook.worker import work


def test_a_round_keeps_the_promises_of_retention(settings, voice, clock):
    """Words and sessions whose time is over go with the next round; the worker stops on order."""
    parts = assemble(settings, voice=voice, clock=clock)
    parts.database.upgrade()
    a_record(parts.database).keep(a_turn(clock))
    clock.pass_by(days=timedelta(days=31).days)
    stop = threading.Event()

    worker = threading.Thread(target=work, args=(parts, stop), kwargs={"pause": 0.01})
    worker.start()

    assert wait_for(lambda: parts.ledger.stored_reply("webchat", "阿一", "m1") == "", 10)
    stop.set()
    worker.join(timeout=10)
    assert not worker.is_alive()
    parts.database.close()


def test_a_round_without_the_database_waits_for_the_next(settings, voice, clock, caplog):
    """The worker outlives a database that is away, and says so."""
    parts = assemble(settings, voice=voice, clock=clock)  # no tables: every chore fails
    stop = threading.Event()

    worker = threading.Thread(target=work, args=(parts, stop), kwargs={"pause": 0.01})
    worker.start()

    assert wait_for(lambda: caplog.text.count("等下一轮") >= 4, 10)
    stop.set()
    worker.join(timeout=10)
    assert not worker.is_alive()
    parts.database.close()
