"""State: what is remembered for minutes (open choices, limits, the word of a new snapshot).

Losing it may cost a resident one repeated choice, never a message, a demand or a duplicate.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

_KEYS_AT_MOST = 100_000  # in this process; the oldest go first
# A frozen Redis must cost a resident nearly nothing: one short wait, then none for a while.
_WAIT = 0.2  # seconds; redis-py's own defaults blocked for 20 s and counted twice
_PAUSE = 1.0


class State(Protocol):
    """A key lives for `seconds`; every method answers at once, whatever happens to the store."""

    def get(self, key: str) -> str | None:
        """Return the value while it lives."""

    def put(self, key: str, value: str, *, seconds: float) -> None:
        """Keep a value in place of the one before."""

    def claim(self, key: str, *, seconds: float) -> bool:
        """Take the key; return True to exactly one of all who ask while it lives."""

    def count(self, key: str, *, seconds: float) -> int:
        """Count one more and return how many in this window, which begins with the first."""

    def tidy(self) -> None:
        """Let go of what lives no longer."""


class MemoryState:
    """State of this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str | None:
        with self._lock:
            return self._alive(key)

    def put(self, key: str, value: str, *, seconds: float) -> None:
        with self._lock:
            self._set(key, value, self._clock() + seconds)

    def claim(self, key: str, *, seconds: float) -> bool:
        with self._lock:
            if self._alive(key) is not None:
                return False
            self._set(key, "1", self._clock() + seconds)
            return True

    def count(self, key: str, *, seconds: float) -> int:
        with self._lock:
            number = int(self._alive(key) or 0) + 1
            ends = self._values[key][1] if number > 1 else self._clock() + seconds
            self._set(key, str(number), ends)
            return number

    def tidy(self) -> None:
        with self._lock:
            now = self._clock()
            for key in [key for key, (_, ends) in self._values.items() if ends <= now]:
                del self._values[key]

    def _alive(self, key: str) -> str | None:
        value, ends = self._values.get(key, ("", 0.0))
        if ends > self._clock():
            return value
        self._values.pop(key, None)
        return None

    def _set(self, key: str, value: str, ends: float) -> None:
        self._values.pop(key, None)  # so that the order of the dict is the order of writing
        self._values[key] = (value, ends)
        if len(self._values) > _KEYS_AT_MOST:
            del self._values[next(iter(self._values))]


class RedisState:
    """State shared by several processes. While Redis is away this process remembers alone."""

    def __init__(self, url: str, *, prefix: str = "askscience:") -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_WAIT,
            socket_connect_timeout=_WAIT,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self._prefix = prefix
        self._alone = MemoryState()
        self._away_until = 0.0

    def get(self, key: str) -> str | None:
        def ask() -> str | None:
            return _text(self._redis.get(self._prefix + key))

        return self._try(ask, lambda: self._alone.get(key))

    def put(self, key: str, value: str, *, seconds: float) -> None:
        self._try(
            lambda: self._redis.set(self._prefix + key, value, px=_milliseconds(seconds)),
            lambda: self._alone.put(key, value, seconds=seconds),
        )

    def claim(self, key: str, *, seconds: float) -> bool:
        def ask() -> bool:
            ends = _milliseconds(seconds)
            return bool(self._redis.set(self._prefix + key, "1", px=ends, nx=True))

        return self._try(ask, lambda: self._alone.claim(key, seconds=seconds))

    def count(self, key: str, *, seconds: float) -> int:
        def ask() -> int:
            with self._redis.pipeline(transaction=True) as both:
                both.incr(self._prefix + key)
                both.pexpire(self._prefix + key, _milliseconds(seconds), nx=True)
                return int(both.execute()[0])

        return self._try(ask, lambda: self._alone.count(key, seconds=seconds))

    def tidy(self) -> None:
        self._alone.tidy()  # Redis lets go by itself

    def reachable(self) -> bool:
        """Tell whether Redis answers now."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def close(self) -> None:
        self._redis.close()

    def _try(self, ask: Callable[[], Answer], alone: Callable[[], Answer]) -> Answer:
        if time.monotonic() < self._away_until:
            return alone()
        try:
            answer = ask()
        except redis.RedisError as error:
            if not self._away_until:
                log.warning("Redis 没有回应（%s），暂时由本进程记住", type(error).__name__)
            self._away_until = time.monotonic() + _PAUSE
            return alone()
        if self._away_until:
            log.warning("Redis 又有回应了")
            self._away_until = 0.0
        return answer


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
