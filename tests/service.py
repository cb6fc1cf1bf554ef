"""A running service: the real command in a process of its own, in an empty folder."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ASKSCIENCE = Path(sys.executable).parent / "askscience"


@dataclass
class Service:
    """A started process; its folder holds var/ and what it printed."""

    url: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def printed(self) -> str:
        return (self.folder / "printed").read_text(encoding="utf-8")

    @property
    def admin_password(self) -> str:
        found = re.search(r"（只显示这一次）：(\S+)", self.printed)
        assert found, self.printed
        return found[1]

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run another askscience command beside the service."""
        return subprocess.run(
            [ASKSCIENCE, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def add_user(self, name: str, password: str, *roles: str) -> None:
        flags = [part for role in roles for part in ("--role", role)]
        done = self.command("user", "add", name, *flags, "--password-stdin", stdin=password + "\n")
        assert done.returncode == 0, done.stderr

    def ledger(self) -> list[dict[str, object]]:
        done = self.command("ledger", "export")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self, order: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(order)
        return self.process.wait(timeout=20)


@contextmanager
def running(folder: Path, *command: str, **settings: str) -> Iterator[Service]:
    """Start `askscience COMMAND` on a free port and wait until it is ready."""
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ASKSCIENCE_")},
        **{f"ASKSCIENCE_{key.upper()}": value for key, value in settings.items()},
        "PYTHONUNBUFFERED": "1",
    }
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [ASKSCIENCE, *command, "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    service = Service(f"http://127.0.0.1:{port}", folder, environment, process)
    try:
        assert wait_for(lambda: process.poll() is not None or is_ready(service.url), 60)
        assert process.poll() is None, service.printed
        yield service
    finally:
        service.stop()


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    """Wait until something is true, no longer than needed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        threading.Event().wait(0.05)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
