"""Sentences: a message taken apart into the questions that may be in it."""

import re

from bot.text import TEXT_LENGTH

PARTS = 5  # of a message are looked up at most
WHOLE = 40  # code points up to which a message without an end of sentence in it is one question
_TOO_SHORT = 5  # code points: "咋办" belongs to the sentence before it

_END = re.compile(r"(?<=[。！？!?；;\n])")
_PAUSE = re.compile(r"(?<=[，,、\s])")
_ASKS = re.compile("[?？]|怎么|咋|哪|啥|什么|吗|能不能|可不可以|要不要|是不是|多少|几|为何|如何")
_SIGNS = re.compile(r"[\W_]+")
_LABELS = re.compile(
    "[，,。；; ]?(?:我的?|打我?|加我?)?(?:手机|电话|微信|qq|QQ|身份证|银行卡|邮箱|住址|地址)?"
    "(?:号码?)?"
    "(?:是|为|[:：])?［[^［］]{2,4}］"
)


def parts_of(message: str) -> tuple[str, ...]:
    """Return the parts of a message to look up, in its order; one part: it is one question.

    At most PARTS of at most TEXT_LENGTH code points. Of more sentences those that ask stay first,
    then the first ones.
    """
    message = message.strip()
    sentences = _joined(_END.split(message))
    if len(sentences) == 1:
        clauses = _joined(_PAUSE.split(message))
        if len(message) > WHOLE:
            sentences = _joined(_packed(_PAUSE.split(message)))
        elif sum(map(asks, clauses)) > 1:
            sentences = clauses
    pieces = [piece for sentence in sentences for piece in _cut(sentence)]
    if len(pieces) > PARTS:
        asking_first = sorted(range(len(pieces)), key=lambda at: not _ASKS.search(pieces[at]))
        pieces = [pieces[at] for at in sorted(asking_first[:PARTS])]
    return tuple(pieces) or (message[:TEXT_LENGTH],)


def asks(text: str) -> bool:
    """Tell whether a text has a word or sign of a question."""
    return bool(_ASKS.search(text))


def pieces_of(message: str) -> list[str]:
    """Return the few words of a message that stand between its signs."""
    return [piece for piece in re.split(r"[\W_]+", message.strip(), maxsplit=PARTS) if piece]


def without_labels(masked: str) -> str:
    """Return a masked text without what stands for a number or an address: nobody asks about it."""
    return _LABELS.sub("", masked) or masked


def _joined(pieces: list[str]) -> list[str]:
    """Return the pieces with each that is too short to stand alone put to the one before it."""
    joined: list[str] = []
    for piece in pieces:
        letters = len(_SIGNS.sub("", piece))
        if not letters:
            continue
        if joined and (letters < _TOO_SHORT or len(_SIGNS.sub("", joined[-1])) < _TOO_SHORT):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _packed(pieces: list[str]) -> list[str]:
    """Return neighbouring pieces together as long as they stay within WHOLE."""
    packed: list[str] = []
    for piece in pieces:
        if packed and len(packed[-1]) + len(piece) <= WHOLE:
            packed[-1] += piece
        else:
            packed.append(piece)
    return packed


def _cut(sentence: str) -> list[str]:
    sentence = sentence[: TEXT_LENGTH * PARTS]
    return [sentence[at : at + TEXT_LENGTH] for at in range(0, len(sentence), TEXT_LENGTH)]
