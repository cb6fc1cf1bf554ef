"""WeChat's envelope: the signature, the AES seal, the flat XML around them.

SHA-1 and CBC without a MAC are the platform's choice, not ours; its own vectors are in the tests.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping, Sequence
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from webhook.channels import BadSignature, Malformed

AES_BLOCK = 16
PAD_BLOCK = 32  # PKCS#7 over 32 bytes, though AES has blocks of 16
RANDOM = 16  # bytes in front of the length, so that equal messages look different
LENGTH = struct.Struct(">I")
DEEPEST = 6  # levels of XML; events of scanning menus and of consent to notices nest four

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


def signature(*parts: str) -> str:
    """Return the hex SHA-1 over the parts, sorted and joined without a mark between them."""
    joined = b"".join(sorted(part.encode() for part in parts))
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - the platform signs with nothing else


def same(left: str, right: str) -> bool:
    """Compare in constant time; on bytes, because compare_digest refuses text beyond ASCII."""
    return hmac.compare_digest(left.encode(), right.encode())


def key_from(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes behind the 43 characters of an EncodingAESKey; raises ValueError."""
    if not _AES_KEY.fullmatch(encoding_aes_key):
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return base64.b64decode(encoding_aes_key + "=", validate=True)


def seal(message: bytes, key: bytes, receiver: str, *, random: bytes) -> str:
    """Return the message for `receiver` (an app id), encrypted; `random` is 16 bytes."""
    plain = random + LENGTH.pack(len(message)) + message + receiver.encode()
    padding = PAD_BLOCK - len(plain) % PAD_BLOCK
    encryptor = _cipher(key).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(sealed: str, keys: Sequence[bytes], receiver: str) -> tuple[bytes, bytes]:
    """Return the message and which of the keys opened it.

    Raises BadSignature whatever is wrong, so that nobody learns from the answer what it was.
    """
    try:
        encrypted = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: characters beyond ASCII
        raise BadSignature("not base64") from error
    if not encrypted or len(encrypted) % PAD_BLOCK:
        raise BadSignature("not whole blocks")
    for key in keys:
        message = _opened(encrypted, key, receiver.encode())
        if message is not None:
            return message, key
    raise BadSignature("no key of ours opens it for this app")


def _opened(encrypted: bytes, key: bytes, receiver: bytes) -> bytes | None:
    decryptor = _cipher(key).decryptor()
    plain = _unpadded(decryptor.update(encrypted) + decryptor.finalize())
    if plain is None or len(plain) < RANDOM + LENGTH.size:
        return None
    (length,) = LENGTH.unpack_from(plain, RANDOM)
    rest = plain[RANDOM + LENGTH.size :]
    if length > len(rest) or not hmac.compare_digest(rest[length:], receiver):
        return None
    return rest[:length]


def _unpadded(padded: bytes) -> bytes | None:
    padding = padded[-1]
    if not 1 <= padding <= PAD_BLOCK:
        return None
    plain, tail = padded[:-padding], padded[-padding:]
    return plain if tail == bytes([padding]) * padding else None


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:AES_BLOCK]))  # the scheme's own IV


def fields_of(body: bytes) -> dict[str, str]:
    """Return the text fields right under the root; raises Malformed for anything it cannot read.

    A field that holds elements is left out: such events exist, and none of them asks for a reply.
    """
    _refuse_other_encodings(body)
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")  # whatever the body declares
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - whole at once: pieces cost expat quadratic time
    except expat.ExpatError as error:
        raise Malformed("not XML") from error
    return reader.fields


def document(**fields: str | int) -> str:
    """Return the fields as the platform's XML; no text can end its CDATA section early."""
    lines = [f"<{name}>{_content(value)}</{name}>" for name, value in fields.items()]
    return "\n".join(["<xml>", *lines, "</xml>"])


def _content(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


class _Reader:
    """Gathers the fields while expat walks through the body."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._names: set[str] = set()
        self._depth = 0
        self._text: list[str] | None = None

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST or (self._depth == 1 and name != "xml"):
            raise Malformed("not the platform's XML")
        if self._depth == 2:  # noqa: PLR2004 - right under the root
            if name in self._names:
                raise Malformed("a field occurs twice")
            self._names.add(name)
            self._text = []

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self._text is not None:
            self.fields[name] = "".join(self._text)
        self._text = None  # of the field that ended, or of the one that turned out to hold elements

    def text(self, piece: str) -> None:
        if self._text is not None:
            self._text.append(piece)


def _refuse_other_encodings(body: bytes) -> None:
    """Refuse what expat, told to read UTF-8, would still take for UTF-16."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if "\0" in text:
        raise Malformed("a NUL")


def _refuse_doctype(*_declaration: object) -> None:
    raise Malformed("a document type is declared")
