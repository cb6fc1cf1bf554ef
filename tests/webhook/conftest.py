"""Commands, as the shell would run them; a service in this process, and a browser to ask it."""

import io
import os
import re
from dataclasses import dataclass

import pytest

from tests.conftest import an_entry
from webhook import create_app
from webhook.cli import main
from webhook.parts import assemble

ASKED = "量子计算机哪里买"
CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")


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


@pytest.fixture
def parts(settings, voice, clock):
    parts = assemble(settings, voice=voice, clock=clock)
    parts.database.upgrade()
    parts.entries.load([an_entry()])
    parts.library.refresh()
    yield parts
    parts.database.close()


@pytest.fixture
def app(parts):
    return create_app(parts)


class Browser:
    """A resident's browser: asks on the chat page, sends the forms of a receipt's page."""

    def __init__(self, app):
        self.client = app.test_client()

    def ask(self, text):
        page = self.client.get("/").text
        fields = dict(re.findall(r'name="(csrf_token|id)" value="([^"]+)"', page))
        return self.client.post("/", data={**fields, "text": text}).text

    def receipt(self, text=ASKED):
        return CODE.search(self.ask(text))[0]

    def send(self, code, what, **fields):
        page = self.client.get(f"/q/{code}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        data = {"csrf_token": token, "id": "form-1", **fields}
        return self.client.post(f"/q/{code}/{what}", data=data, follow_redirects=True)


@pytest.fixture
def browser(app):
    return Browser(app)
