"""Grouping: which demand a question joins."""

import hashlib
from collections.abc import Callable

KEY_LENGTH = 300


def demand_key(question: str, normalise: Callable[[str], str]) -> str:
    """Return what two questions must share to be one demand: their normalised words.

    A question of nothing but signs keeps its own signs; a very long one is told by its hash.
    """
    key = normalise(question) or question.strip()
    if len(key) <= KEY_LENGTH:
        return key
    return key[:KEY_LENGTH] + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]
