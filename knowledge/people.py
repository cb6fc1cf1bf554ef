"""People: who works in the console, with which roles, and their sign-ins."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from knowledge.database import Database
from knowledge.tables import people, sessions

FAILURES = 10  # password checks per account and window, as GOV.UK Notify allows
WINDOW = timedelta(minutes=15)
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
CHECKS_AT_ONCE = 2
CHECK_SECONDS = 1.0  # who waits longer for a free check is told the same as with a wrong password
PASSWORD_LENGTH = 10
PASSWORD_AT_MOST = 200
NAME_AT_MOST = 40  # code points
RESERVED = {"shipped", "imported"}  # the origins of content, which stand where authors do


class Role(StrEnum):
    VOLUNTEER = "volunteer"
    REVIEWER = "reviewer"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class NameTaken(Exception):
    """Somebody with this name has an account already."""


class BadName(Exception):
    """The name is empty, too long or holds what cannot be seen."""


class WeakPassword(Exception):
    """The password is too short, too long or the name itself."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    roles: frozenset[Role]
    disabled: bool = False

    def may(self, *any_of: Role) -> bool:
        return bool(self.roles.intersection(any_of))


class People:
    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._hasher = hasher or PasswordHasher()  # argon2id, RFC 9106's second choice
        # 64 MiB a check: as many strangers as there are threads must not take the machine's memory.
        self._checking = threading.BoundedSemaphore(CHECKS_AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def add(self, name: str, password: str, roles: Iterable[Role]) -> Person:
        """Open an account. Raises BadName, NameTaken, WeakPassword."""
        _check_name(name)
        _check_password(name, password)
        values = {
            "name": name,
            "password_hash": self._hasher.hash(password),
            "roles": " ".join(sorted(set(roles))),
            "disabled": False,
            "failures": 0,
            "created_at": self._now(),
        }
        try:
            with self._database.write() as db:
                db.execute(sa.insert(people).values(values))
        except sa.exc.IntegrityError:
            raise NameTaken(f"{name} 已经有账号") from None
        return next(person for person in self.all() if person.name == name)

    def all(self) -> list[Person]:
        with self._database.read() as db:
            rows = db.execute(sa.select(people).order_by(people.c.name)).all()
        return [_to_person(row) for row in rows]

    def disable(self, name: str) -> bool:
        """Close an account and end its sessions; return False when there is none."""
        with self._database.write() as db:
            person_id = _id_of(db, name)
            db.execute(sa.update(people).where(people.c.name == name).values(disabled=True))
            _end_sessions(db, person_id)
        return person_id is not None

    def reset_password(self, name: str, password: str) -> bool:
        """Set a new password, end all sessions and the lockout; False when there is no account."""
        _check_password(name, password)
        values = {
            "password_hash": self._hasher.hash(password),
            "failures": 0,
            "window_ends": None,
        }
        with self._database.write() as db:
            person_id = _id_of(db, name)
            db.execute(sa.update(people).where(people.c.name == name).values(values))
            _end_sessions(db, person_id)
        return person_id is not None

    # --- signing in ---------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> str | None:
        """Return the token of a new session; none for anything wrong, in the same time.

        After FAILURES wrong passwords the account waits for the window to end, whoever asks.
        """
        row = self._claim_check(name)
        known = row if row is not None and not row.disabled else None
        right = self._verify(known.password_hash if known else self._nobody, password)
        if known is None or not right:
            return None
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._database.write() as db:
            cleared = {"failures": 0, "window_ends": None}
            db.execute(sa.update(people).where(people.c.id == known.id).values(cleared))
            values = {"digest": _digest(token), "person_id": known.id}
            db.execute(sa.insert(sessions).values(**values, opened_at=now, seen_at=now))
        return token

    def _claim_check(self, name: str) -> sa.Row[tuple[object, ...]] | None:
        """Count this check against the account before it is made, so that a burst cannot pass."""
        now = self._now()
        with self._database.write() as db:
            query = sa.select(people).where(people.c.name == name).with_for_update()
            row = db.execute(query).one_or_none()
            if row is None:
                return None
            fresh = row.window_ends is None or row.window_ends <= now
            if not fresh and row.failures >= FAILURES:
                return None
            values = {
                "failures": 1 if fresh else row.failures + 1,
                "window_ends": now + WINDOW if fresh else row.window_ends,
            }
            db.execute(sa.update(people).where(people.c.id == row.id).values(values))
        return row

    def _verify(self, password_hash: str, password: str) -> bool:
        if not self._checking.acquire(timeout=CHECK_SECONDS):
            return False
        try:
            return self._hasher.verify(password_hash, password[:PASSWORD_AT_MOST])
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._checking.release()

    def session(self, token: str) -> Person | None:
        """Return whose session this is; it lasts IDLE after the last page, ABSOLUTE in all."""
        now = self._now()
        mine = sessions.c.digest == _digest(token)
        alive = (sessions.c.seen_at > now - IDLE) & (sessions.c.opened_at > now - ABSOLUTE)
        query = (
            sa.select(people, sessions.c.seen_at)
            .join(sessions, sessions.c.person_id == people.c.id)
            .where(mine, alive, people.c.disabled.is_(False))
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            return None
        if row.seen_at < now - timedelta(minutes=1):  # not a write for every page
            with self._database.write() as db:
                db.execute(sa.update(sessions).where(mine).values(seen_at=now))
        return _to_person(row)

    def sign_out(self, token: str) -> None:
        with self._database.write() as db:
            db.execute(sa.delete(sessions).where(sessions.c.digest == _digest(token)))

    def sweep(self) -> int:
        """Delete sessions that are over; return how many."""
        now = self._now()
        over = (sessions.c.seen_at <= now - IDLE) | (sessions.c.opened_at <= now - ABSOLUTE)
        with self._database.write() as db:
            return db.execute(sa.delete(sessions).where(over)).rowcount


def _check_name(name: str) -> None:
    if name in RESERVED:
        raise NameTaken(f"{name} 不能用作名字")
    if not name or name != name.strip() or len(name) > NAME_AT_MOST or not name.isprintable():
        raise BadName(f"名字要有 1 到 {NAME_AT_MOST} 个看得见的字符")


def _check_password(name: str, password: str) -> None:
    if not PASSWORD_LENGTH <= len(password) <= PASSWORD_AT_MOST or password == name:
        raise WeakPassword(
            f"密码要有 {PASSWORD_LENGTH} 到 {PASSWORD_AT_MOST} 个字符，不能和名字一样"
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _id_of(db: sa.Connection, name: str) -> int | None:
    return db.scalar(sa.select(people.c.id).where(people.c.name == name))


def _end_sessions(db: sa.Connection, person_id: int | None) -> None:
    db.execute(sa.delete(sessions).where(sessions.c.person_id == person_id))


def _to_person(row: sa.Row[tuple[object, ...]]) -> Person:
    roles = frozenset(Role(role) for role in row.roles.split())
    return Person(row.id, row.name, roles, row.disabled)
