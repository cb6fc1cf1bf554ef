"""Nearness: how near a question is in meaning to what is asked for, answered and ruled out."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.meaning import SIZE, Encoder, NoEncoder, Vector, unpacked

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is compared by meaning, of one subject: texts as the encoder reads them."""

    ways: Sequence[str]  # of asking, at least one
    says: Sequence[str] = ()  # the sentences of its answer
    not_this: Sequence[str] = ()  # questions that sound like it and belong elsewhere

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.ways, *self.says, *self.not_this)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a question is to each subject, by position; cosines, -1 to 1."""

    way: Vector  # to the nearest of its ways of asking
    centre: Vector  # to all of them together
    says: Vector  # to the nearest sentence of its answer
    not_this: Vector  # to the nearest of what it is not, -1 where it names none
    sentence: Vector  # to every sentence, in the order of `Space`
    question: Vector  # as the encoder gave it


@dataclass(frozen=True, slots=True)
class Sense:
    """What telling meanings apart takes; never changed, whatever the content."""

    encoder: Encoder
    closeness: Vector  # SIZE x dimensions, see `Space`


def load(setting: str, closeness: Path) -> tuple[Sense | None, str]:
    """Return the sense, if the setting (auto or off) and the machine allow it, and how it is."""
    if setting == "off":
        return None, "按意思匹配：关着（ASKSCIENCE_MEANING=off），只按词匹配"
    try:
        return Sense(Encoder(), load_closeness(closeness)), "按意思匹配：句子编码器在本机运行"
    except NoEncoder as error:
        off = "这台机器装不了的话，设 ASKSCIENCE_MEANING=off"
        sentence = f"按意思匹配：用不了，只按词匹配：{error}；{off}"
        log.warning(sentence)
        return None, sentence


class Space:
    """All sentences of one snapshot, stretched so that what sets entries apart counts.

    `closeness` (SIZE x dimensions) whitens what varies among the ways of asking for one and the
    same entry (within-class covariance, as in linear discriminant analysis). It is learnt from the
    shipped phrasings by the bench and holds on bases it has not seen; the base's own mean is
    taken off first.
    """

    def __init__(
        self, subjects: Sequence[Sentences], vectors: Mapping[str, bytes], closeness: Vector
    ) -> None:
        texts = [text for subject in subjects for text in subject.all]
        raw = unpacked([vectors.get(text, b"") for text in texts])
        self._closeness = closeness
        self._place(subjects)
        ways = np.zeros(len(texts), dtype=bool)
        for begin, end in self._ways:
            ways[begin:end] = True
        known = ways & raw.any(axis=1)
        self._mean = raw[known].mean(axis=0) if known.any() else np.zeros(SIZE, np.float32)
        self._rows = self._stretch(raw) * raw.any(axis=1, keepdims=True)
        self._raw = raw.astype(np.float16)
        single = all(end - begin == 1 for begin, end in self._ways)
        self._centres = None if single else self._centred()

    def _place(self, subjects: Sequence[Sentences]) -> None:
        """Remember where each subject's ways, says and not_this begin."""
        lengths = [len(part) for s in subjects for part in (s.ways, s.says, s.not_this)]
        self._starts = np.concatenate(([0], np.cumsum(lengths)))[:-1].astype(np.intp)
        self._empty = (np.array(lengths) == 0).reshape(-1, 3)
        bounds = self._starts.reshape(-1, 3)
        self._ways = list(zip(bounds[:, 0].tolist(), bounds[:, 1].tolist(), strict=True))

    def _stretch(self, raw: Vector) -> Vector:
        return _unit((raw - self._mean) @ self._closeness)

    def _centred(self) -> Vector:
        means = np.array([self._rows[begin:end].mean(axis=0) for begin, end in self._ways])
        return _unit(means)

    def near(self, question: Vector) -> Nearness:
        """Compare the vector of a question with everything."""
        stretched = self._stretch(question[None])[0]
        cosines = np.append(self._rows @ stretched, np.float32(-1.0))
        best = np.maximum.reduceat(cosines, self._starts).reshape(-1, 3)
        way = best[:, 0]
        return Nearness(
            way=way,
            centre=way if self._centres is None else self._centres @ stretched,
            says=np.where(self._empty[:, 1], way, best[:, 1]),
            not_this=np.where(self._empty[:, 2], np.float32(-1.0), best[:, 2]),
            sentence=cosines,
            question=question,
        )

    def nearest_way(self, near: Nearness, subject: int) -> int:
        """Return which of a subject's ways of asking is the nearest, 0 first."""
        begin, end = self._ways[subject]
        return int(near.sentence[begin:end].argmax())

    def unstretched(self, near: Nearness, subject: int) -> float:
        """Return the encoder's own cosine with a subject's nearest way of asking."""
        begin, end = self._ways[subject]
        return float((self._raw[begin:end].astype(np.float32) @ near.question).max())


def _unit(rows: Vector) -> Vector:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def load_closeness(path: Path) -> Vector:
    """Read the matrix that `Space` stretches by. Raises NoEncoder for another one."""
    try:
        matrix: Vector = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, EOFError, ValueError, AttributeError) as error:
        raise NoEncoder(f"{path.name} 不能用：{error}") from error
    if matrix.ndim != 2 or len(matrix) != SIZE or not matrix.size or not np.isfinite(matrix).all():  # noqa: PLR2004
        raise NoEncoder(f"{path.name} 不是 {SIZE} 行的矩阵")
    return matrix
