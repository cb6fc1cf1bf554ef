"""Keys: one secret, and a subkey of it for each purpose."""

import hashlib
import hmac
import math
from collections import Counter

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_LENGTH = 32  # characters; `secrets.token_urlsafe(32)` gives 43
SECRET_BITS = 96  # Shannon estimate over its own characters: refuses "aaaa…" and "changeme…"


class WeakSecret(Exception):
    """The secret is missing or can be guessed; the message says what to do."""


def check_secret(secret: str) -> str:
    """Return the secret; raises WeakSecret."""
    if not secret:
        raise WeakSecret("缺 ASKSCIENCE_SECRET_KEY")
    counts = Counter(secret).values()
    bits = -sum(n * math.log2(n / len(secret)) for n in counts)
    if len(secret) < SECRET_LENGTH or bits < SECRET_BITS:
        raise WeakSecret(f"ASKSCIENCE_SECRET_KEY 太弱：至少 {SECRET_LENGTH} 个随机字符")
    return secret


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
