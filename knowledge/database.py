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
from alembic.util import CommandError

from knowledge.tables import metadata

# A frozen server must not hold a resident for longer than the platform waits (WeChat: 5 s).
CONNECT_SECONDS = 2
STATEMENT_MS = 4000


LOCK_SECONDS = 1.5  # how long one writer of SQLite waits for another, in this process or beside it


class DatabaseUnreachable(Exception):
    """The database does not answer; the message is a sentence for the operator, without secrets."""


class DatabaseUnusable(DatabaseUnreachable):
    """The address names no database, or one that this program cannot work with."""


class Database:
    """SQLite or PostgreSQL, by URL. SQLite is written under one lock of this process."""

    def __init__(self, url: str) -> None:
        """Take a URL; raises DatabaseUnusable. Nothing is opened yet."""
        try:
            self.url = _with_driver(url)
            in_file = self.url.get_backend_name() == "sqlite"
            # A parameter is often a resident's word: no error message may show it.
            options = _engine_options(self.url) | {"hide_parameters": True}
            self.engine = sa.create_engine(self.url, **options)
        except (sa.exc.ArgumentError, ImportError, ValueError) as error:
            raise DatabaseUnusable(
                "数据库地址用不了：写成 sqlite:///文件 或 postgresql://用户:密码@主机/库名"
            ) from error
        self._writing = threading.RLock() if in_file else None
        if self._writing is not None:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one consistent state and changes nothing."""
        with self._named_errors(), self.engine.connect() as db:
            yield db

    @contextmanager
    def write(self, *, long: bool = False) -> Iterator[sa.Connection]:
        """Give one transaction: committed when the block ends, undone when it raises.

        `long` is for an operator's work, which may take longer than a resident waits.
        """
        if self._writing is None:
            with self._named_errors(), self.engine.begin() as db:
                if long:
                    db.exec_driver_sql("SET LOCAL statement_timeout = 0")
                yield db
            return
        if not self._writing.acquire(timeout=LOCK_SECONDS):
            raise DatabaseUnreachable("数据库正忙：前一个写入还没有完")
        try:
            with self._named_errors(), self.engine.connect() as connection:
                db = connection.execution_options(askscience_write=True)
                with db.begin():
                    yield db
        finally:
            self._writing.release()

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
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            where = self.url.render_as_string(hide_password=True)
            raise DatabaseUnreachable(f"数据库没有回应：{where}（{_cause(error)}）") from error
        except sa.exc.DatabaseError as error:
            if type(error) is not sa.exc.DatabaseError:  # its children are the program's mistakes
                raise
            raise DatabaseUnusable(f"数据库文件坏了：{_cause(error)}。用备份恢复") from error

    # --- migrations ---------------------------------------------------------------------------

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables up to `revision`; raises DatabaseUnreachable, DatabaseUnusable."""
        self._make_folder()
        with _named_versions(), self.write(long=True) as db:
            command.upgrade(_alembic(db), revision)

    def downgrade(self, revision: str) -> None:
        """Take the tables back to `revision`; raises as `upgrade`."""
        with _named_versions(), self.write(long=True) as db:
            command.downgrade(_alembic(db), revision)

    def version(self) -> str | None:
        """Return the migration the tables stand at; none for an empty database."""
        with self.read() as db:
            return MigrationContext.configure(db).get_current_revision()

    def problems(self) -> list[str]:
        """Return what stands between these tables and what the program expects."""
        if not self.exists():
            return ["还没有数据库：运行 askscience db upgrade"]
        migrations = ScriptDirectory.from_config(_alembic(None))
        newest = migrations.get_current_head()
        version = self.version()
        if version and version not in {one.revision for one in migrations.walk_revisions()}:
            return [NEWER]
        if version != newest:
            return [
                f"数据库的表是 {version or '空的'}，程序需要 {newest}：运行 askscience db upgrade"
            ]
        with self.read() as db:
            differences = compare_metadata(MigrationContext.configure(db), metadata)
        return [f"表的结构和程序不一致：{difference}" for difference in differences]

    def _make_folder(self) -> None:
        """Make the file and its folder for their owner alone: residents' words will be in it."""
        name = self.url.database
        if self.exists() or not name:
            return
        try:
            Path(name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(name).touch(mode=0o600)
        except OSError as error:
            raise DatabaseUnusable(f"数据库文件建不了：{name}（{error.strerror}）") from error


NEWER = "数据库来自更新的版本，这个程序不认识：换回新的程序，或恢复旧的备份"


@contextmanager
def _named_versions() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise DatabaseUnusable(f"{NEWER}（{error}）") from error


def _with_driver(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine_options(url: sa.URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        if url.database in {None, "", ":memory:"}:
            return {"poolclass": sa.pool.StaticPool, "connect_args": {"check_same_thread": False}}
        return {"connect_args": {"timeout": LOCK_SECONDS}}
    return {
        "pool_pre_ping": True,
        "pool_size": 16,
        "max_overflow": 24,
        "pool_timeout": CONNECT_SECONDS,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS}",
        },
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is off: it would start by reading and fail when it turns to writing.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(db: sa.Connection) -> None:
    write = db.get_execution_options().get("askscience_write", False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _cause(error: sa.exc.SQLAlchemyError) -> str:
    cause = getattr(error, "orig", error)
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _alembic(db: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "knowledge:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config
