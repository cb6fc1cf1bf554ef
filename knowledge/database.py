"""The database: one engine, one way to read, one way to write, and its migrations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from knowledge.tables import metadata

# A frozen server must not hold a resident for longer than the platform waits (WeChat: 5 s).
CONNECT_SECONDS = 2
STATEMENT_MS = 4000


class DatabaseUnreachable(Exception):
    """The database does not answer; the message is a sentence for the operator, without secrets."""


class Database:
    """SQLite or PostgreSQL, by URL. SQLite is written under one lock of this process."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self._writing = threading.RLock() if self.url.get_backend_name() == "sqlite" else None
        self.engine = sa.create_engine(self.url, **_engine_options(self.url))
        if self._writing is not None:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one consistent state and changes nothing."""
        with self._named_errors(), self.engine.connect() as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give one transaction: committed when the block ends, undone when it raises."""
        if self._writing is None:
            with self._named_errors(), self.engine.begin() as db:
                yield db
            return
        with self._writing, self._named_errors(), self.engine.connect() as connection:
            db = connection.execution_options(askscience_write=True)
            with db.begin():
                yield db

    def exists(self) -> bool:
        """Tell whether there is a database at all; only a file can be missing."""
        name = self.url.database
        in_file = self._writing is not None and name not in {None, "", ":memory:"}
        return not in_file or Path(name or "").is_file()

    def after_fork(self) -> None:
        """Forget connections that belong to the parent process."""
        self.engine.dispose(close=False)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            where = self.url.render_as_string(hide_password=True)
            raise DatabaseUnreachable(f"数据库没有回应：{where}（{_cause(error)}）") from error

    # --- migrations ---------------------------------------------------------------------------

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables up to `revision`; raises DatabaseUnreachable."""
        self._make_folder()
        with self.write() as db:
            command.upgrade(_alembic(db), revision)

    def downgrade(self, revision: str) -> None:
        with self.write() as db:
            command.downgrade(_alembic(db), revision)

    def version(self) -> str | None:
        """Return the migration the tables stand at; none for an empty database."""
        with self.read() as db:
            return MigrationContext.configure(db).get_current_revision()

    def problems(self) -> list[str]:
        """Return what stands between these tables and what the program expects."""
        if not self.exists():
            return ["还没有数据库：运行 askscience db upgrade"]
        newest = ScriptDirectory.from_config(_alembic(None)).get_current_head()
        version = self.version()
        if version != newest:
            return [
                f"数据库的表是 {version or '空的'}，程序需要 {newest}：运行 askscience db upgrade"
            ]
        with self.read() as db:
            differences = compare_metadata(MigrationContext.configure(db), metadata)
        return [f"表的结构和程序不一致：{difference}" for difference in differences]

    def _make_folder(self) -> None:
        name = self.url.database
        if self._writing is not None and name and name != ":memory:":
            Path(name).parent.mkdir(parents=True, exist_ok=True)


def _with_driver(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine_options(url: sa.URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        if url.database in {None, "", ":memory:"}:
            return {"poolclass": sa.pool.StaticPool, "connect_args": {"check_same_thread": False}}
        return {"connect_args": {"timeout": 5}}
    return {
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": CONNECT_SECONDS,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS}",
        },
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is off: it would start by reading and fail when it turns to writing.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(db: sa.Connection) -> None:
    write = db.get_execution_options().get("askscience_write", False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _cause(error: sa.exc.DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


def _alembic(db: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "knowledge:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config
