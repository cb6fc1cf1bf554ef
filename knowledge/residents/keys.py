"""Keys: one secret, and a subkey of it for each purpose."""

import hashlib
import hmac
import math
import re
from collections import Counter
from itertools import pairwise

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_LENGTH = 32  # characters; `secrets.token_urlsafe(32)` gives 43
SECRET_BITS = 96  # Shannon estimate over its own characters: refuses "aaaa…" and "1212…"
DISTINCT_TRIGRAMS = 0.75  # of all; a random secret has nearly 1, a word written over and over less
STEPS_ALONG = 0.5  # of all pairs; 64 random hex digits have one in eight

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm",
)  # fmt: skip
_ALONG = {pair for row in _ROWS for way in (row, row[::-1]) for pair in pairwise(way)}
_PHRASE = re.compile(r"[A-Za-z]+(?: +[A-Za-z]+)+|[A-Z]?[a-z]+(?:[ _.,-]+[A-Z]?[a-z]+)+")


class WeakSecret(Exception):
    """The secret is missing or can be guessed; the message says what to do."""


def check_secret(secret: str) -> str:
    """Return the secret; raises WeakSecret."""
    if not secret:
        raise WeakSecret("缺 ASKSCIENCE_SECRET_KEY")
    if len(secret) < SECRET_LENGTH or _bits(secret) < SECRET_BITS or _can_be_guessed(secret):
        raise WeakSecret(
            f"ASKSCIENCE_SECRET_KEY 太弱：至少 {SECRET_LENGTH} 个随机字符，不要词语和规律"
        )
    return secret


def _bits(secret: str) -> float:
    return -sum(n * math.log2(n / len(secret)) for n in Counter(secret).values())


def _can_be_guessed(secret: str) -> bool:
    """Tell whether it repeats itself, runs along alphabet or keyboard, or is words in a row."""
    plain = secret.strip().lower()
    trigrams = [plain[at : at + 3] for at in range(len(plain) - 2)]
    along = sum(pair in _ALONG for pair in pairwise(plain))
    return (
        len(set(trigrams)) < DISTINCT_TRIGRAMS * len(trigrams)
        or along > STEPS_ALONG * len(plain)
        or _PHRASE.fullmatch(secret.strip()) is not None
    )


def subkey(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=f"askscience/{purpose}".encode()).derive(
        secret.encode()
    )


def keyed_hash(key: bytes, *parts: str) -> str:
    """Return HMAC-SHA256 in hex over parts that cannot run into each other."""
    data = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (p.encode("utf-8", "replace") for p in parts)
    )
    return hmac.new(key, data, hashlib.sha256).hexdigest()
