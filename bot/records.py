"""Records: what is kept of residents, as far as a conversation asks for it."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.demands.askers import Asked


class Records(Protocol):
    """What is kept of residents; every method may raise DatabaseUnreachable."""

    days: tuple[int, int]  # how long their words are kept, and rows without words

    def question(self, receipt: str) -> Asked | None:
        """Return what became of the question with this receipt."""

    def questions(self, channel: str, sender: str) -> Sequence[Asked]:
        """Return a resident's own questions that had no answer, the newest first."""

    def region(self, channel: str, sender: str) -> str | None:
        """Return the region that a resident had us remember."""

    def may_add(self, receipt: str) -> bool:
        """Tell whether the question with this receipt takes more details."""

    def popular(self) -> Sequence[str]:
        """Return the ids of what residents read most of late."""


class NoRecords:
    """Where nothing is kept: on the command line."""

    days = (0, 0)

    def question(self, receipt: str) -> None:  # noqa: ARG002
        return None

    def questions(self, channel: str, sender: str) -> Sequence[Asked]:  # noqa: ARG002
        return ()

    def region(self, channel: str, sender: str) -> None:  # noqa: ARG002
        return None

    def may_add(self, receipt: str) -> bool:  # noqa: ARG002
        return False

    def popular(self) -> Sequence[str]:
        return ()
