"""The database stops answering: residents are answered all the same."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import SECRET, a_postgres
from tests.service import running, wait_for
from tests.webhook.test_service import ask

pytestmark = pytest.mark.postgres


def processes(first: int) -> list[int]:
    """Return a process and its children, as Linux lists them."""
    children = Path(f"/proc/{first}/task/{first}/children").read_text()
    return [first, *map(int, children.split())]


def signal_all(pids: list[int], order: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, order)


def test_a_frozen_postgresql_holds_nobody(tmp_path):
    """Stopped in the middle, silent but connected: cards and answers come, nothing is a 5xx."""
    with (
        a_postgres() as (url, data),
        running(tmp_path, "run", database_url=url, secret_key=SECRET) as service,
    ):
        assert "先躲后撤" in ask(service, "地震来了怎么办")
        pids = processes(int((data / "postmaster.pid").read_text().split()[0]))
        signal_all(pids, signal.SIGSTOP)
        try:
            assert "危险先行" in ask(service, "我妈正在给骗子转账")
            with ThreadPoolExecutor(20) as residents:
                answers = list(residents.map(lambda _: ask(service, "地震来了怎么办"), range(20)))
            assert all("先躲后撤" in answer for answer in answers)
            unmet = ask(service, "二手钢琴多少钱")
            assert "不乱答" in unmet
            assert "您的回执" not in unmet
        finally:
            signal_all(pids, signal.SIGCONT)

        assert wait_for(lambda: "您的回执" in ask(service, "二手钢琴多少钱"), 30)
    assert "Traceback" not in service.printed
