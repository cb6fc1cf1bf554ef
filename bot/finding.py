"""Finding: what a message asks for: one answer, some to choose from, or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.candidates import EXACT, Candidate
from bot.items import CHOICES
from bot.meaning import READ
from bot.sentences import asks, parts_of
from bot.shelf import Shelf
from bot.text import STOP_WEIGHT, TEXT_LENGTH, Language, Tokens
from knowledge.entries.entry import EntryKind

TOPIC_GUESS = 0.20  # what the first needs for its topic to be noted on a demand
LACKING = 0.5  # of what an entry is all about; from here on it is offered, not given
_OPTION = 0.01  # the share of the likelihood that an option needs beside the first
_DEEP = 3 * READ // 2  # code points of the parts that the encoder reads, beside the whole
_SHORT = 4  # code points: "地震" names a field and asks nothing
_FOLLOWS = re.compile("^(?:那么?|还有|如果是|要是|换成)?(.{1,8}?)呢$|^(?:那么?|还有)(.{1,8})$")
_DENIED = re.compile("(?<!有)没有?(?!有)([\u4e00-\u9fff]{2})")


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn before: what was asked, masked, and the topic of what was found."""

    words: str
    topic: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a message asks for. Without `entry_id`, the options are offered instead."""

    entry_id: str | None = None
    probability: float = 0.0
    options: tuple[str, ...] = ()
    thing: str = ""  # a waste item that is not in the table; the options are the closest ones
    topic: str | None = None
    asked: str = ""  # what was looked up, where it was put together with the turn before
    rest: bool = False  # more was asked that nothing was found for

    @property
    def first(self) -> str | None:
        return self.entry_id or next(iter(self.options), None)


@dataclass(frozen=True, slots=True)
class Finder:
    language: Language

    def find(self, message: str, shelf: Shelf, last: Turn | None = None) -> Found:
        """Look a message up, with the turn before where it makes no sense alone."""
        parts = parts_of(message)
        whole = self._read(message, shelf)
        if len(parts) > 1 and whole.text not in shelf.word_for_word:
            return self._of_several(whole, message, parts, shelf)
        alone = self._of_one(whole, shelf)
        follows = _FOLLOWS.match(self.language.standard(message)) if last else None
        if last is None or follows is None:
            return alone
        instead = follows[1] or follows[2]
        thing = shelf.items.find(self.language.normalise(instead))
        if thing and thing.entry_id and last.topic == "waste":
            return Found(thing.entry_id, 1.0, topic="waste")
        if not alone.entry_id or self._is_bare_thing(alone, last, shelf):
            return self._followed(instead, last, alone, shelf)
        return alone

    def _is_bare_thing(self, found: Found, last: Turn, shelf: Shelf) -> bool:
        """Tell whether a thing's bin was found though the talk was of something else."""
        entry = shelf.revision(str(found.entry_id)).entry
        return entry.kind is EntryKind.ITEM and last.topic != entry.topic

    def _read(self, text: str, shelf: Shelf) -> Tokens:
        return self.language.read(shelf.typed.read(self.language.plain(text.strip()[:TEXT_LENGTH])))

    def _of_one(self, tokens: Tokens, shelf: Shelf, *, deep: bool = True) -> Found:
        if entry_id := shelf.word_for_word.get(tokens.text):
            return Found(entry_id, EXACT, topic=shelf.revision(entry_id).entry.topic)
        item = shelf.items.find(tokens.text)
        if item and item.entry_id:
            topic = shelf.revision(item.entry_id).entry.topic
            return Found(item.entry_id, 1.0, topic=topic)
        found = self._decided(tokens, shelf.matcher.match(tokens, deep=deep), shelf)
        if item is None or (found.entry_id and self._speaks_of(found.entry_id, item.thing, shelf)):
            return found
        likely = (found.entry_id, *found.options) if found.entry_id else found.options
        options = dict.fromkeys((*likely[:2], *item.closest))
        thing = item.thing if item.closest else ""
        return replace(found, entry_id=None, options=tuple(options)[:CHOICES], thing=thing)

    def _decided(self, tokens: Tokens, candidates: Sequence[Candidate], shelf: Shelf) -> Found:
        if not candidates:
            return Found()
        first = candidates[0]
        fit = shelf.matcher.fit.of(first.features)
        entry = shelf.revision(first.entry_id).entry
        found = Found(
            probability=first.probability,
            topic=entry.topic if first.probability >= TOPIC_GUESS else None,
        )
        unsure = bool(first.features["clash"]) or first.features["lacks"] >= LACKING
        unsure |= _asks_nothing(tokens, first) or self._denies(tokens, first.entry_id, shelf)
        if first.probability >= fit.sure[entry.risk] and not unsure:
            return replace(found, entry_id=first.entry_id)
        if first.probability < fit.maybe:
            return found
        near = [one.entry_id for one in candidates if one.features["share"] >= _OPTION]
        return replace(found, options=tuple(near[:CHOICES]) or (first.entry_id,))

    def _of_several(self, whole: Tokens, message: str, parts: Sequence[str], shelf: Shelf) -> Found:
        """Answer the first part that has an answer, and offer what the others ask for.

        Where none has one, the best-matching part counts, or the message as a whole.
        """
        read = [self._read(part, shelf) for part in parts]
        found = [self._of_one(tokens, shelf, deep=False) for tokens in read]
        left = _DEEP
        for at in sorted(range(len(read)), key=lambda at: -found[at].probability):
            left -= min(len(read[at].said), READ)
            if left >= 0:
                found[at] = self._of_one(read[at], shelf)
        answered = [one for one in found if one.entry_id]
        if not answered:
            found.append(self._of_one(whole, shelf))
            best = max(found, key=lambda one: (bool(one.entry_id), one.probability))
            firsts = [one.first for one in found if one.first and asks(message)]
            options = dict.fromkeys((*best.options[:1], *firsts, *best.options[1:]))
            return best if best.entry_id else replace(best, options=tuple(options)[:CHOICES])
        first = answered[0]
        beside = dict.fromkeys(one.first for one in found if one.first)
        others = [entry_id for entry_id in beside if entry_id != first.entry_id]
        nothing = (asks(part) and not one.first for part, one in zip(parts, found, strict=True))
        return replace(first, options=tuple(others[:CHOICES]), rest=any(nothing))

    def _denies(self, tokens: Tokens, entry_id: str, shelf: Shelf) -> bool:
        """Tell whether a question says "not" of what an entry is asked for without it."""
        denied = _DENIED.findall(tokens.said)
        if not denied:
            return False
        ways = [self.language.standard(way) for way in shelf.revision(entry_id).entry.asked_as]
        return any(
            any(word in way for way in ways) and not any(_denied_in(word, way) for way in ways)
            for word in denied
        )

    def _speaks_of(self, entry_id: str, word: str, shelf: Shelf) -> bool:
        """Tell whether a word, or another for the same, stands in an entry."""
        entry = shelf.revision(entry_id).entry
        word = self.language.normalise(word)
        texts = (*entry.asked_as, entry.conclusion, *entry.steps)
        return any(word in self.language.normalise(text) for text in texts)

    def _followed(self, instead: str, last: Turn, alone: Found, shelf: Shelf) -> Found:
        """Return what "那小孩呢" asks for after the last turn, if it stays on its topic.

        An entry that does not speak of it ("那马蜂呢" after a snake bite) is never the answer:
        it is offered behind what was found for the text alone.
        """
        asked = instead + last.words
        found = replace(self._of_one(self._read(asked, shelf), shelf), asked=asked)
        if not found.first or found.topic != last.topic:
            offered = alone.options or ((alone.entry_id,) if alone.entry_id else ())
            return replace(alone, entry_id=None, options=offered, asked=last.words)
        if self._speaks_of(found.first, instead, shelf):
            return found
        here = alone.options or ((alone.entry_id,) if alone.entry_id else ())
        options = dict.fromkeys((*here[: CHOICES - 1], found.first))
        likelier = alone if here else found
        return replace(likelier, entry_id=None, options=tuple(options), thing="", asked=last.words)


def _denied_in(word: str, way: str) -> bool:
    """Tell whether a way of asking says "not" of a word as well."""
    return re.search(f"[没未不无](?:有|被|吃|得)?{re.escape(word)}", way) is not None


def _asks_nothing(tokens: Tokens, first: Candidate) -> bool:
    """Tell whether a text is so short that it names a field at most, and is no phrasing."""
    telling = sum(weight > STOP_WEIGHT for weight in tokens.weight.values())
    return telling <= 1 and len(tokens.text) <= _SHORT and first.probability < EXACT
