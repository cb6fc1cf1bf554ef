"""Commands, as the shell would run them."""

import io
import os
from dataclasses import dataclass

import pytest

from webhook.cli import main


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def askscience(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder, as the shell would but in this process."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ASKSCIENCE_")]:
        monkeypatch.delenv(name)

    def run(*arguments, stdin=""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        try:
            code = main(arguments)
        except SystemExit as left:  # argparse
            code = left.code
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run
