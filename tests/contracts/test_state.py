"""State: one suite, in this process and on a real Valkey."""

import threading
from collections.abc import Iterator

import pytest

from bot.state import MemoryState, RedisState, State
from tests.service import wait_for


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def state(request: pytest.FixtureRequest) -> Iterator[State]:
    if request.param == "memory":
        yield MemoryState()
        return
    state = RedisState(
        request.getfixturevalue("valkey_server"), prefix=f"test:{request.node.name}:"
    )
    yield state
    state.close()


def test_a_value_is_kept_and_replaced(state):
    """An open choice is read back as it was put; a newer one takes its place."""
    state.put("choice", "一", seconds=60)
    state.put("choice", "二", seconds=60)

    assert state.get("choice") == "二"
    assert state.get("another") is None


def test_a_value_dies_with_its_time(state):
    """A choice is open for its time and no longer."""
    state.put("choice", "一", seconds=0.05)

    assert wait_for(lambda: state.get("choice") is None, 5)


def test_a_key_is_claimed_once(state):
    """Of many who ask at once, exactly one gets the key."""
    taken = []
    barrier = threading.Barrier(8)

    def claim():
        barrier.wait()
        taken.append(state.claim("seen:42", seconds=60))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 7 + [True]


def test_a_window_counts_and_ends(state):
    """A limit counts every message of its window, and begins anew when the window is over."""
    counted = [state.count("limit:a", seconds=0.2) for _ in range(3)]

    assert counted == [1, 2, 3]
    assert state.count("limit:b", seconds=60) == 1
    assert wait_for(lambda: state.count("limit:a", seconds=0.05) == 1, 5)


def test_without_redis_a_process_remembers_alone():
    """Losing Redis never raises: the process goes on with what it remembers itself."""
    state = RedisState("redis://127.0.0.1:1/0")

    state.put("choice", "一", seconds=60)

    assert state.get("choice") == "一"
    assert state.claim("seen", seconds=60)
    assert not state.claim("seen", seconds=60)
    assert state.count("limit", seconds=60) == 1
    assert not state.reachable()
    state.close()


@pytest.mark.redis
def test_two_processes_share_what_redis_holds(valkey_server):
    """What one process puts, another reads: choices, limits, the word of a new snapshot."""
    one, other = (RedisState(valkey_server, prefix="test:shared:") for _ in range(2))

    one.put("snapshot", "7", seconds=60)

    assert other.get("snapshot") == "7"
    assert [one.count("limit", seconds=60), other.count("limit", seconds=60)] == [1, 2]
    one.close()
    other.close()
