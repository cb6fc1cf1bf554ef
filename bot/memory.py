"""Memory: what a conversation remembers of a resident for minutes, in the state."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.finding import Turn
from bot.message import Choice, Message
from bot.state import State

SECONDS = 600.0  # an open choice, the turn before, the answer that may be rated
PLACE_SECONDS = 86_400.0  # where somebody said they are, without asking us to remember it
TURN_LENGTH = 40  # code points of the turn before that a follow-up is read with

_WHAT = ("choice", "turn", "answer", "misses", "place", "where")


class Offered(StrEnum):
    """Why there is something to choose from."""

    MEANT = "meant"  # one of them is what the words mean
    ALSO = "also"  # all of them were asked for, beside what was answered
    MORE = "more"  # to read on, or to look around


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered, and the question it was offered for (masked)."""

    options: tuple[str, ...]
    words: str = field(repr=False)
    why: Offered

    @property
    def is_meant(self) -> bool:
        return self.why is Offered.MEANT

    def label(self, chosen: str | None) -> Choice | None:
        """Return what is learnt from choosing this."""
        return Choice(self.words, self.options, chosen) if self.is_meant else None


@dataclass(frozen=True, slots=True)
class Memory:
    state: State

    def keep_offer(self, message: Message, offer: Offer) -> None:
        self._keep(message, "choice", [offer.options, offer.words, offer.why])

    def offer(self, message: Message) -> Offer | None:
        # Not forgotten when taken: a retry that overtakes the first try must read the same choice.
        stored = self._kept(message, "choice")
        return Offer(tuple(stored[0]), stored[1], Offered(stored[2])) if stored else None

    def keep_turn(self, message: Message, words: str, topic: str | None) -> None:
        self._keep(message, "turn", [words, topic])

    def words(self, message: Message) -> str | None:
        """Return what was asked last, masked and whole."""
        stored = self._kept(message, "turn")
        return str(stored[0]) if stored else None

    def turn(self, message: Message) -> Turn | None:
        """Return what a follow-up follows; none where nothing of a topic was found."""
        stored = self._kept(message, "turn")
        return Turn(stored[0][:TURN_LENGTH], stored[1]) if stored and stored[1] else None

    def keep_answer(self, message: Message, entry_id: str, revision: int) -> None:
        self._keep(message, "answer", [entry_id, revision])

    def forget_answer(self, message: Message) -> None:
        self._drop(message, "answer")

    def close_offer(self, message: Message) -> None:
        self._drop(message, "choice")

    def answer(self, message: Message) -> tuple[str, int] | None:
        """Return the entry read last and its revision."""
        stored = self._kept(message, "answer")
        return (stored[0], stored[1]) if stored else None

    def misses(self, message: Message) -> int:
        """Return how many messages in a row were not answered."""
        stored = self._kept(message, "misses")
        return int(stored[0]) if stored else 0

    def keep_misses(self, message: Message, number: int) -> None:
        self._keep(message, "misses", [number])

    def keep_place(self, message: Message, code: str) -> None:
        self._keep(message, "place", [code], seconds=PLACE_SECONDS)

    def place(self, message: Message) -> str | None:
        """Return the GB/T 2260 code of where somebody said they are."""
        stored = self._kept(message, "place")
        return str(stored[0]) if stored and stored[0] else None

    def keep_asked_where(self, message: Message) -> None:
        self._keep(message, "where", [True])

    def told_where(self, message: Message) -> None:
        self._drop(message, "where")

    def asked_where(self, message: Message) -> bool:
        """Tell whether somebody was just asked where they are."""
        return self._kept(message, "where") is not None

    def forget(self, channel: str, sender: str) -> None:
        """Forget all of it."""
        for what in _WHAT:
            self.state.put(f"{what}:{channel}:{sender}", "", seconds=0.0)

    def _drop(self, message: Message, what: str) -> None:
        self.state.put(_key(message, what), "", seconds=0.0)

    def _keep(
        self, message: Message, what: str, value: list[object], *, seconds: float = SECONDS
    ) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self.state.put(_key(message, what), text, seconds=seconds)

    def _kept(self, message: Message, what: str) -> list[Any] | None:
        stored = self.state.get(_key(message, what))
        found: list[Any] | None = json.loads(stored) if stored else None
        return found


def _key(message: Message, what: str) -> str:
    return f"{what}:{message.channel}:{message.sender}"
