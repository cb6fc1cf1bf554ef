"""The worker: what is done in the background, in the order of a list of chores."""

import logging
import threading
from collections.abc import Callable

from knowledge.database import DatabaseUnreachable
from webhook.parts import Parts

log = logging.getLogger(__name__)

PAUSE = 600.0  # seconds between rounds: retention is counted in days, sessions in hours
FORGETTING = 15.0  # seconds until a process has forgotten whoever was erased elsewhere


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


def forget(parts: Parts, stop: threading.Event, *, pause: float = FORGETTING) -> None:
    """Forget, in this process, whoever had everything erased; runs in a thread until `stop`."""
    last = None
    while not stop.wait(pause):
        try:
            # What was erased before the start is not remembered by anybody.
            last = forget_erased(parts, after=parts.rights.last_erasure() if last is None else last)
            parts.state.tidy()
        except DatabaseUnreachable as error:
            log.warning("忘掉已删除的人，等下一次：%s", error)
        except Exception:  # the thread must outlive anything: erasing is a promise
            log.exception("没能忘掉已删除的人，等下一次")


def forget_erased(parts: Parts, *, after: int) -> int:
    """Forget whoever was erased since; return the number of the last erasure seen."""
    for number, channel, sender in parts.rights.erased(after):
        parts.conversation.memory.forget(channel, sender)
        after = number
    return after
