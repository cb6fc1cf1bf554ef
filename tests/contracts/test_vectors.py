"""VectorStore: one suite on SQLite and PostgreSQL."""

import threading

import pytest
import sqlalchemy as sa

from knowledge.database import Database
from knowledge.entries.vectors import VectorStore
from knowledge.tables import vectors

MODEL = "encoder 1"


@pytest.fixture
def store(database, clock):
    return VectorStore(database, clock)


def test_what_was_made_comes_back_as_it_was(store):
    """Any bytes, by their text; a text that nothing is kept of is not in the answer."""
    made = {"地震来了怎么办": bytes(range(256)), "😀": b"\x00" * 8, "": b""}
    store.keep(MODEL, made)

    assert store.find(MODEL, [*made, "狗咬了怎么办"]) == made


def test_models_do_not_know_each_other(store):
    """The same text of another model is another vector."""
    store.keep(MODEL, {"地震": b"one"})
    store.keep("encoder 2", {"地震": b"two", "洪水": b"two"})

    assert store.find(MODEL, ["地震", "洪水"]) == {"地震": b"one"}


def test_nothing_is_kept_twice(store):
    """What was there is replaced, as it may be broken; the rest is kept beside it."""
    store.keep(MODEL, {"地震": b"first"})
    store.keep(MODEL, {"洪水": b"new", "地震": b"again"})
    store.keep(MODEL, {})

    assert store.find(MODEL, ["地震", "洪水"]) == {"地震": b"again", "洪水": b"new"}


def test_processes_that_keep_the_same_do_not_fail(database, store, clock):
    """Each encodes a new snapshot by itself, in an order of its own, and at the same moment."""
    texts = [f"问法{number}" for number in range(1200)]
    orders = [texts, texts[::-1], texts[600:] + texts[:600], texts[::2] + texts[1::2]]
    barrier = threading.Barrier(len(orders))
    done = []

    def keep(order):
        process = Database(database.url.render_as_string(hide_password=False))
        barrier.wait()
        VectorStore(process, clock).keep(MODEL, {text: text.encode() for text in order})
        process.close()
        done.append(process)

    threads = [threading.Thread(target=keep, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == len(orders)
    assert store.find(MODEL, texts) == {text: text.encode() for text in texts}


def test_a_whole_knowledge_base_fits(database, store):
    """Thousands of texts in one call, more than a statement takes parameters."""
    texts = [f"问法{number}" for number in range(40_000)]
    store.keep(MODEL, dict.fromkeys(texts, b"v"))

    assert len(store.find(MODEL, texts)) == 40_000

    store.drop_unused(MODEL, texts[:10])

    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(vectors)) == 10
    assert len(store.find(MODEL, texts[:10])) == 10


def test_another_model_s_vectors_go_after_a_month(store, clock):
    """Two versions of the program may be in use for a while; after that one is the past."""
    old = {"地震": b"old", "洪水": b"old"}
    store.keep("encoder 0", old)
    clock.pass_by(days=29)
    store.keep(MODEL, {"地震": b"v", "洪水": b"v"})
    store.drop_unused(MODEL, ["地震"])

    assert store.find(MODEL, old) == {"地震": b"v"}
    assert store.find("encoder 0", old) == old

    clock.pass_by(days=2)
    store.drop_unused(MODEL, ["地震"])

    assert store.find("encoder 0", old) == {}

    clock.pass_by(days=365)
    store.drop_unused(MODEL, ["地震"])

    assert store.find(MODEL, ["地震"]) == {"地震": b"v"}
