"""VectorStore: what a sentence encoder made of texts, kept so that it is made once."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.database import Database
from knowledge.tables import vectors

OTHER_MODELS = timedelta(days=30)  # both are in use while one replaces the other
_BATCH = 500  # rows of one transaction: a resident's message waits for no more than that
_INSERT: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class VectorStore:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def find(self, model: str, texts: Iterable[str]) -> dict[str, bytes]:
        """Return what is kept of these texts, by text."""
        # All of the model's rows: to name thousands of keys takes longer, and has a limit.
        query = sa.select(vectors.c.text_sha256, vectors.c.data).where(vectors.c.model == model)
        with self._database.read() as db:
            kept = {row.text_sha256: row.data for row in db.execute(query)}
        keys = ((text, key_of(text)) for text in texts)
        return {text: kept[key] for text, key in keys if key in kept}

    def keep(self, model: str, made: Mapping[str, bytes]) -> None:
        """Keep what was made of texts, in place of what was kept of them before."""
        self.bring(model, {key_of(text): data for text, data in made.items()})

    def bring(self, model: str, made: Mapping[str, bytes]) -> None:
        """Keep what was made of texts known by their `key_of` alone."""
        at = self._now()
        # In one order everywhere, so that no two processes wait for each other.
        rows = sorted(made.items())
        for start in range(0, len(rows), _BATCH):
            values = [
                {"model": model, "text_sha256": key, "data": data, "kept_at": at}
                for key, data in rows[start : start + _BATCH]
            ]
            with self._database.write() as db:
                new = _INSERT[db.dialect.name](vectors)
                keys = (vectors.c.model, vectors.c.text_sha256)
                replaced = {"data": new.excluded.data, "kept_at": new.excluded.kept_at}
                db.execute(new.on_conflict_do_update(index_elements=keys, set_=replaced), values)

    def drop_unused(self, model: str, texts: Iterable[str]) -> None:
        """Delete what this model made of any other text, and what other models made long ago."""
        used = {key_of(text) for text in texts}
        of_model = vectors.c.model == model
        with self._database.read() as db:
            kept = db.scalars(sa.select(vectors.c.text_sha256).where(of_model)).all()
        unused = sorted(set(kept) - used)
        for start in range(0, len(unused), _BATCH):
            some = vectors.c.text_sha256.in_(unused[start : start + _BATCH])
            with self._database.write() as db:
                db.execute(sa.delete(vectors).where(of_model & some))
        old = vectors.c.kept_at < self._now() - OTHER_MODELS
        with self._database.write() as db:
            db.execute(sa.delete(vectors).where(~of_model & old))


def key_of(text: str) -> str:
    """Return what a text is kept by: the SHA-256 of its UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
