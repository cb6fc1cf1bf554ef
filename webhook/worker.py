"""The worker: what is done in the background, in the order of a list of chores."""

import logging
import threading
from collections.abc import Callable

from knowledge.database import DatabaseUnreachable
from webhook.parts import Parts

log = logging.getLogger(__name__)

PAUSE = 600.0  # seconds between rounds: retention is counted in days, sessions in hours


def chores(parts: Parts) -> tuple[Callable[[], object], ...]:
    """Return what a round does."""
    return (parts.retention.sweep, parts.people.sweep, parts.library.tidy)


def work(parts: Parts, stop: threading.Event, *, pause: float = PAUSE) -> None:
    """Do rounds until `stop`; a chore that fails is tried again in the next round."""
    while True:
        for chore in chores(parts):
            try:
                done = chore()
                log.debug("%s：%s", chore.__qualname__, done)
            except DatabaseUnreachable as error:
                log.warning("后台工作等下一轮：%s", error)
            except Exception:  # the thread must outlive anything: retention is a promise
                log.exception("%s 没有做成，等下一轮", chore.__qualname__)
        if stop.wait(pause):
            return
