"""The server: gunicorn around the app, and the threads that run beside it in each worker."""

import gc
import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from webhook import create_app
from webhook.parts import Parts
from webhook.worker import forget, work

# 32 threads cost 24 % on short requests against 8 and give four times as much on waiting ones;
# with few, keep-alive connections starve everybody else.
THREADS = 32
LAST_CHORE = 2.0  # seconds that what runs beside may take to end
GRACE = 10  # seconds a request may still take after the order to stop


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One or several worker processes, forked from one that has everything loaded."""

    def __init__(
        self,
        parts: Parts,
        *,
        bind: str,
        workers: int,
        with_worker: bool,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what is served; `on_ready` runs once the address is ours."""
        self._parts = parts
        self._on_ready = on_ready
        self._bind = bind
        self._workers = workers
        self._with_worker = with_worker
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._app = create_app(parts)
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn; called by its constructor."""
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "graceful_timeout": GRACE,
            "timeout": 60,
            "keepalive": 5,
            "limit_request_line": 4094,
            "control_socket_disable": True,  # it would lie in the home folder
            "accesslog": None,  # addresses and query strings are residents' data
            "loglevel": "error",  # its warnings name the addresses of clients
            "when_ready": lambda _server: self._ready(),
            "pre_fork": _freeze,
            "post_fork": lambda _server, _worker: self._parts.database.after_fork(),
            "post_worker_init": lambda _worker: self._begin(),
            "worker_exit": lambda _server, _worker: self._end(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the app; called by gunicorn."""
        return self._app

    def _ready(self) -> None:
        self._on_ready()
        self._parts.database.close()  # each process opens its own connections; this one needs none

    def _begin(self) -> None:
        self._start(lambda: self._parts.library.watch(self._stop), "snapshots")
        self._start(lambda: forget(self._parts, self._stop), "forgetting")
        if self._with_worker:
            self._start(lambda: work(self._parts, self._stop), "worker")

    def _start(self, run: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _end(self) -> None:
        self._stop.set()
        for thread in self._threads:  # one in the middle of a chore still has a connection
            thread.join(LAST_CHORE)
        self._parts.database.close()  # the last connection folds SQLite's log into its file


def _freeze(_server: object, _worker: object) -> None:
    # What is loaded now is shared by all processes as long as the collector does not touch it.
    gc.collect()
    gc.freeze()


def quiet_logs() -> None:
    """Log warnings and worse, as one line each."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
