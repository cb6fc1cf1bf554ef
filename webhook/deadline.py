"""A deadline around the database: a server that is frozen holds no resident."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import TypeVar

from knowledge.database import DatabaseUnreachable

Answer = TypeVar("Answer")

# WeChat waits 5 s in all; two steps of a turn may each take this long.
SECONDS = 1.5
PAUSE = 1.0  # after a failure nobody waits for the database for so long
STEPS_AT_ONCE = 24


class Deadline:
    """Runs a step in a thread of its own and gives up on it in time.

    A server that is stopped keeps its connections open, so that no timeout of its own or of the
    driver ends the wait (measured: 8 s under statement, connect and TCP timeouts of 1.5 s).
    """

    def __init__(self, seconds: float = SECONDS, pause: float = PAUSE) -> None:
        self._seconds = seconds
        self._pause = pause
        self._away_until = 0.0
        # Its threads start with the first step, after the fork.
        self._threads = ThreadPoolExecutor(STEPS_AT_ONCE, thread_name_prefix="database")

    def run(self, step: Callable[[], Answer]) -> Answer:
        """Return what the step returns. Raises DatabaseUnreachable when it is late or failed.

        A step given up on may still be done later: recording is done at most once all the same.
        """
        if time.monotonic() < self._away_until:
            raise DatabaseUnreachable("数据库刚才没有回应，暂时不等它")
        future = self._threads.submit(step)
        try:
            return future.result(self._seconds)
        except Late:
            future.cancel()
            self._away_until = time.monotonic() + self._pause
            raise DatabaseUnreachable(f"数据库 {self._seconds} 秒没有回应") from None
        except DatabaseUnreachable:
            self._away_until = time.monotonic() + self._pause
            raise
