"""Migrations: up, down and up again, on each kind of database."""

import pytest
import sqlalchemy as sa

from knowledge.database import Database, DatabaseUnreachable, DatabaseUnusable
from knowledge.demands.log import DemandLog
from knowledge.entries.choices import Chosen
from knowledge.entries.vectors import VectorStore
from knowledge.residents.ledger import Ledger
from tests.conftest import a_record
from tests.contracts.test_demands import a_turn


def test_tables_fit_the_program(database):
    """After an upgrade nothing differs between the tables and what the code expects."""
    assert database.problems() == []


def test_down_and_up_again(database):
    """A migration can be undone and done again; undone it leaves nothing of ours."""
    database.downgrade("base")
    with database.read() as db:
        left = set(sa.inspect(db).get_table_names()) - {"alembic_version"}

    assert left == set()
    assert "askscience db upgrade" in database.problems()[0]

    database.upgrade()

    assert database.problems() == []


def test_migrations_leave_the_rows_of_the_first(database, clock):
    """Down and up with a ledger in use: what they add comes and goes, every message stays."""
    ledger, record = Ledger(database), a_record(database)
    choice = Chosen("公安喊我打钱", ("fraud/fake-police",), "fraud/fake-police")
    record.keep(a_turn(clock, message_id="m1", choice=choice))
    VectorStore(database, clock).keep("encoder", {"地震": b"v"})

    database.downgrade("0001")

    assert database.version() == "0001"
    assert [row.message_id for row in ledger.export()] == ["m1"]

    database.upgrade()

    assert database.problems() == []
    assert not record.keep(a_turn(clock, message_id="m1"))
    record.keep(a_turn(clock, message_id="m2"))
    assert [row.message_id for row in ledger.export()] == ["m1", "m2"]


def test_one_unsettled_demand_a_question_after_down_and_up(database, clock):
    """The rule that joins askers holds for unsettled demands alone, also after a way back."""
    database.downgrade("0002")
    database.upgrade()
    record, log = a_record(database), DemandLog(database, clock)
    record.keep(a_turn(clock, message_id="m1"))
    log.decline(log.most_asked()[0].id, reason="不答", by="赵敏")

    record.keep(a_turn(clock, message_id="m2"))

    assert [demand.askers for demand in log.most_asked()] == [1]


@pytest.mark.parametrize("url", ["", "foo", "mysql://a/b", "http://x", "postgresql://h:no/db"])
def test_an_address_that_is_none_is_a_sentence(url):
    """A slip in the setting is told in words, whichever slip it is."""
    with pytest.raises(DatabaseUnusable, match="数据库地址"):
        Database(url)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    """A corrupt file, or a place where none can be made."""
    (tmp_path / "x.db").write_bytes(b"not a database at all, but long enough to be read" * 99)

    with pytest.raises(DatabaseUnusable, match="坏了"):
        Database(f"sqlite:///{tmp_path / 'x.db'}").problems()
    with pytest.raises(DatabaseUnusable, match="建不了"):
        Database("sqlite:////proc/none/y.db").upgrade()


def test_a_newer_database_is_not_asked_to_upgrade(database):
    """An old program beside a new database says which of the two is old."""
    with database.write() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    assert "更新的版本" in database.problems()[0]
    with pytest.raises(DatabaseUnusable, match="更新的版本"):
        database.upgrade()


def test_the_file_is_its_owner_s_alone(tmp_path):
    """Residents' words are in it: nobody else of the machine reads it."""
    database = Database(f"sqlite:///{tmp_path / 'new' / 'x.db'}")

    database.upgrade()

    assert (tmp_path / "new" / "x.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    database.close()


def test_no_parameter_is_in_an_error(database):
    """An unexpected error names the statement, never a resident's words."""
    wrong = sa.text("INSERT INTO no_such_table VALUES (:words)")
    with pytest.raises((sa.exc.SQLAlchemyError, DatabaseUnreachable)) as caught:
        _write(database, wrong, words="我的秘密")

    assert "秘密" not in f"{caught.value} {caught.value.__cause__}"


def _write(database, statement, **values):
    with database.write() as db:
        db.execute(statement, values)


def test_a_busy_file_is_not_waited_for_long(tmp_path):
    """Another process that holds SQLite's only lock: the writer gives up and says so."""
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    one, other = Database(url), Database(url)
    one.upgrade()

    with one.write(), pytest.raises(DatabaseUnreachable), other.write():
        pass

    one.close()
    other.close()


def test_a_database_that_does_not_answer_is_named():
    """The operator reads which database is away, without its password."""
    database = Database("postgresql://someone:hidden-word@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseUnreachable) as caught, database.read():
        pass

    assert "127.0.0.1" in str(caught.value)
    assert "hidden-word" not in str(caught.value)


def test_a_write_that_fails_changes_nothing(database):
    """One transaction: all of it or none of it."""

    def fail_half_way():
        with database.write() as db:
            db.execute(sa.text("INSERT INTO snapshots VALUES (1, '2026-11-24')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    with database.read() as db:
        assert db.scalar(sa.text("SELECT count(*) FROM snapshots")) == 0
