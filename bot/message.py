"""What goes in and what comes out of a conversation: a message, and the reply to it."""

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from knowledge.entries.feedback import Rating

LONGEST = 3000  # code points that are read of a message: no platform sends as many


class Kind(StrEnum):
    """What a platform says the resident did."""

    TEXT = "text"
    ARRIVED = "arrived"  # followed the account, scanned its code
    VOICE = "voice"
    OTHER = "other"  # a picture, a place, a link, a file


class Outcome(StrEnum):
    ANSWERED = "answered"
    OFFERED = "offered"
    UNMET = "unmet"
    URGENT = "urgent"
    COMMAND = "command"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Message:
    channel: str  # the channel's name in the settings
    id: str  # what makes it one message, composed by the channel; the same again on a retry
    sender: str  # a pseudonym: all that may be stored or logged
    text: str = field(default="", repr=False)
    kind: Kind = Kind.TEXT
    address: str = field(
        default="", repr=False
    )  # the platform's user id: to reply to, never to keep
    region: str | None = None  # GB/T 2260 code of six digits: where this channel's residents live
    origin: str = field(default="", repr=False)  # hash of a network address, for limits alone

    def shortened(self) -> "Message":
        """Return the message with the middle of a text beyond LONGEST left out.

        Looking for danger and personal data costs 2 to 40 µs a code point.
        """
        if len(self.text) <= LONGEST:
            return self
        half = LONGEST // 2
        return replace(self, text=f"{self.text[:half]}……{self.text[-half:]}")


@dataclass(frozen=True, slots=True)
class Option:
    """One of at most three choices of "did you mean"."""

    entry_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a resident meant by their words, of what was offered for them."""

    words: str = field(repr=False)  # masked
    offered: tuple[str, ...]  # entry ids
    chosen: str | None  # none: none of these


@dataclass(frozen=True, slots=True)
class Addition:
    """What an asker adds to a question that has no answer yet."""

    receipt: str = field(repr=False)
    words: str = field(repr=False)  # masked


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is done in the transaction that keeps a turn, besides keeping it."""

    unmet: str = field(default="", repr=False)  # masked; the demand will hold it
    wants_person: bool = False  # the demand is for a person, not for a text
    alone: bool = False  # the demand is this asker's own, whatever others ask in the same words
    choice: Choice | None = None
    addition: Addition | None = None
    rating: Rating | None = None
    home: str | None = None  # a region to remember; empty: the one remembered is to be forgotten
    erase: bool = False  # everything that is kept of the sender


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a resident reads; text is complete in itself, plain, with line breaks."""

    outcome: Outcome
    text: str
    topic: str | None = None
    entry_id: str | None = None
    revision: int | None = None
    probability: float = 0.0  # that entry_id is what was asked, 0 to 1
    options: tuple[Option, ...] = ()
    receipt: str | None = None
    links: tuple[Link, ...] = ()
    snapshot: int = 0  # the published state it was answered from
    deeds: Deeds = Deeds()

    def to_json(self) -> str:
        """Return all but the deeds, which hold the resident's own words."""
        values = asdict(self)
        del values["deeds"]
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "Reply":
        """Return the reply that `to_json` wrote; raises ValueError or KeyError on anything else."""
        values = json.loads(stored)
        values["outcome"] = Outcome(values["outcome"])
        values["options"] = tuple(Option(**option) for option in values["options"])
        values["links"] = tuple(Link(**link) for link in values["links"])
        return cls(**values)
