"""Migrations: up, down and up again, on each kind of database."""

import pytest
import sqlalchemy as sa

from knowledge.database import Database, DatabaseUnreachable


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
