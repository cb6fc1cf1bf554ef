"""Receipts: ten characters with which an asker finds the demand again; only a hash is kept."""

import hashlib
import hmac
import unicodedata

from knowledge.residents.keys import keyed_hash

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
LENGTH = 10
_READ_AS = str.maketrans("ILO", "110")


class Receipts:
    """Makes the receipt of a message from the message itself, so that a retry shows the same."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, channel: str, sender: str, message_id: str) -> str:
        """Return a receipt such as K7M3F-9QX2D (50 bits)."""
        digest = bytes.fromhex(keyed_hash(self._key, "make", channel, sender, message_id))
        number = int.from_bytes(digest[:8], "big")
        code = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(LENGTH))
        return f"{code[:5]}-{code[5:]}"

    def digest(self, receipt: str) -> str | None:
        """Return what is kept of a receipt as somebody typed it; none if it cannot be one."""
        code = _code(receipt)
        if len(code) != LENGTH or not set(code) <= set(ALPHABET):
            return None
        return hmac.new(self._key, b"keep" + code.encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def written(receipt: str) -> str:
        """Return a receipt as we write it, however somebody typed it."""
        code = _code(receipt)
        return f"{code[:5]}-{code[5:]}"


def _code(receipt: str) -> str:
    plain = unicodedata.normalize("NFKC", receipt).upper().removeprefix("回执")
    return "".join(filter(str.isalnum, plain)).translate(_READ_AS)
