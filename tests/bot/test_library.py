"""The library: new snapshots in the background, vectors made once for all processes."""

import threading

import pytest

from bot.library import NEWS, Library
from bot.meaning import Vectors
from bot.shelf import AT_ONCE, Mind, Shelves
from bot.state import MemoryState
from knowledge.entries.store import EntryStore
from knowledge.entries.vectors import VectorStore
from tests.conftest import an_entry

MANY = tuple(f"第{number}号院子的井水能不能喝" for number in range(AT_ONCE + 1))


@pytest.fixture
def entries(database, clock):
    return EntryStore(database, clock)


@pytest.fixture
def vectors(database, clock):
    return VectorStore(database, clock)


@pytest.fixture
def state():
    return MemoryState()


@pytest.fixture
def library(voice, entries, vectors, state):
    """Return what makes a library with an encoder that counts, as each process has one."""

    def made() -> tuple[Library, list[str]]:
        read = []

        class Counting:
            name = voice.sense.encoder.name
            in_turn = voice.sense.encoder.in_turn

            def encode(self, text):
                read.append(text)
                return voice.sense.encoder.encode(text)

        kept = Vectors(Counting(), vectors.find, vectors.keep, vectors.drop_unused)
        mind = Mind(kept, voice.sense.closeness)
        shelves = Shelves(voice.language, voice.model, voice.asking, mind)
        return Library(entries, state, shelves, database_every=60.0), read

    return made


def test_an_edit_is_matched_by_meaning_at_once(library, entries, voice):
    """A few new sentences are read while the shelf is built; the next process finds them kept."""
    one, read = library()
    other, read_by_other = library()
    entries.load([an_entry("service/well", question="井水能不能直接喝", phrasings=("井水生喝",))])

    one.announce()
    other.refresh()

    assert len(read) > 0
    assert read_by_other == []
    for each in (one, other):
        assert each.shelf.missing == ()
        found = each.shelf.matcher.match(voice.language.read("院坝头打上来的水舀起就喝要得不"))
        assert found[0].entry_id == "service/well"
        assert "way" in found[0].features


def test_a_start_with_all_vectors_kept_asks_no_encoder(library, entries):
    """What was computed once is there for every later start."""
    entries.load([an_entry()])
    library()[0].refresh()

    again, read = library()
    again.refresh()

    assert read == []


def test_many_new_sentences_are_found_by_words_meanwhile(library, entries, voice):
    """An import of thousands does not hold anybody: words at once, meaning when all are read."""
    entries.load([an_entry("service/wells", question="井水能喝吗", phrasings=MANY)])
    one, read = library()

    one.refresh()

    assert read == []
    assert len(one.shelf.missing) > AT_ONCE
    found = one.shelf.matcher.match(voice.language.read(MANY[5]))
    assert found[0].entry_id == "service/wells"

    while one.shelf.missing:
        one.fill()
    assert sorted(read) == sorted(set(read))
    assert set(MANY) <= set(read)


def test_only_one_process_reads_what_is_missing(library, entries, state):
    """Another one waits for its turn and then takes what is kept."""
    entries.load([an_entry("service/wells", question="井水能喝吗", phrasings=MANY)])
    one, read = library()
    other, read_by_other = library()
    one.refresh()
    other.refresh()

    assert state.claim("vectors", seconds=60)
    other.fill()
    assert read_by_other == []

    state.put("vectors", "", seconds=0.0)
    while one.shelf.missing:
        one.fill()
    other.fill()
    assert other.shelf.missing == ()
    assert read_by_other == []
    assert len(read) > AT_ONCE


def test_what_nothing_uses_any_more_is_dropped(library, entries, vectors, voice):
    """A sentence that left the content leaves its vector too."""
    entries.load([an_entry()])
    one, _ = library()
    one.refresh()
    vectors.keep(voice.sense.encoder.name, {"以前的问法": b"x"})

    one.tidy()

    assert vectors.find(voice.sense.encoder.name, ["以前的问法"]) == {}
    known = one.shelf.revisions["fraud/fake-police"].entry.question
    assert set(vectors.find(voice.sense.encoder.name, [voice.language.standard(known)]))


def test_news_is_followed_in_the_background(library, entries, state):
    """The word of a new snapshot is enough; the database is not looked at for it."""
    one, _ = library()
    stop, up = threading.Event(), threading.Event()
    put_up = one.refresh

    def refresh():
        changed = put_up()
        if changed:
            up.set()
        return changed

    one.refresh = refresh
    watching = threading.Thread(target=one.watch, args=(stop,))
    watching.start()
    try:
        entries.load([an_entry()])
        state.put(NEWS, str(entries.snapshot_number()), seconds=60)
        assert up.wait(10)
    finally:
        stop.set()
        watching.join()
    assert one.shelf.number == entries.snapshot_number()
