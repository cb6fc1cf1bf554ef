"""The file of vectors that the shipped content comes with, so that a new office has them at once.

A line with the model's name, then records of one text each, in order: 32 bytes SHA-256 of the text
(UTF-8), then what the encoder made of it.
"""

from collections.abc import Mapping
from pathlib import Path

_HASH = 32


def read(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return the model's name and what it made, by SHA-256 in hexadecimal."""
    head, _, records = path.read_bytes().partition(b"\n")
    model, _, size = head.decode().partition(" ")
    step = _HASH + int(size)
    return model, {
        records[at : at + _HASH].hex(): records[at + _HASH : at + step]
        for at in range(0, len(records), step)
    }


def write(path: Path, model: str, made: Mapping[str, bytes]) -> None:
    """Write what a model made, all of one size, by SHA-256 in hexadecimal."""
    size = len(next(iter(made.values())))
    records = b"".join(bytes.fromhex(key) + made[key] for key in sorted(made))
    path.write_bytes(f"{model} {size}\n".encode() + records)
