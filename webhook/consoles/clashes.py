"""Clashes: phrasings that belong to another entry already, so that a question has one answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.shelf import Shelf
from knowledge.entries.entry import Entry, EntryKind
from knowledge.entries.review import Draft, phrasing_owners


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a phrasing."""

    entry_id: str
    question: str
    published: bool

    def __str__(self) -> str:
        where = self.question if self.published else f"{self.question}，还是草稿"
        return f"{self.entry_id}（{where}）"


class Owners:
    """Knows whose each phrasing is; what is published is worked out once for each shelf."""

    def __init__(self, normalise: Callable[[str], str]) -> None:
        self._normalise = normalise
        self._published: tuple[int, dict[str, Owner]] = (-1, {})

    def clashes(
        self, entry: Entry, shelf: Shelf, drafts: Iterable[Draft], *, draft_id: int | None
    ) -> list[str]:
        """Return a sentence for every phrasing of an entry that is another's, or said twice."""
        others = [
            draft.entry for draft in drafts if draft.id != draft_id and draft.entry.id != entry.id
        ]
        owners = {**self._of(others, published=False), **self._on(shelf)}
        return _sentences(entry, owners, self._normalise)

    def _on(self, shelf: Shelf) -> dict[str, Owner]:
        number, owners = self._published
        if number != shelf.number:
            entries = [revision.entry for revision in shelf.revisions.values()]
            owners = self._of(entries, published=True)
            self._published = (shelf.number, owners)
        return owners

    def _of(self, entries: list[Entry], *, published: bool) -> dict[str, Owner]:
        questions = {entry.id: entry.question for entry in entries}
        return {
            text: Owner(entry_id, questions[entry_id], published)
            for text, entry_id in phrasing_owners(entries, self._normalise).items()
        }


def _sentences(
    entry: Entry, owners: Mapping[str, Owner], normalise: Callable[[str], str]
) -> list[str]:
    if entry.kind is EntryKind.ITEM:
        return []
    found = []
    own: set[str] = set()
    for phrasing in entry.asked_as:
        text = normalise(phrasing)
        owner = owners.get(text)
        if not text:
            if phrasing.strip():
                found.append(f"问法“{phrasing}”里没有能认的字")
        elif owner and owner.entry_id != entry.id:
            found.append(f"问法“{phrasing}”已经属于 {owner}")
        elif phrasing in own:
            found.append(f"问法“{phrasing}”和这一条里的另一个问法一样，删掉一个")
        own.add(phrasing)
    return found
