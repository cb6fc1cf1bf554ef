"""Score questions on the content: right, right among offered, wrong, missed, by topic.

    python -m bench.answers [--questions FILE_OR_FOLDER] [--database URL] [--wrong] [--missed]

The forms of the files are in bench/questions.py; without one, tests/questions is asked. The
content is the database's, or the shipped one where there is no database yet. A question to which a
danger card comes first counts as `card first`, unless the right answer follows the card.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bench.fields import QUESTIONS, is_held_back
from bench.questions import Case, read
from bot.conversation import Conversation
from bot.message import Outcome, Reply
from webhook.cli.asking import conversation_over, reply_to

RIGHT, OFFERED, CARD, WRONG, MISSED = "right", "among offered", "card first", "wrong", "missed"
UNMET, CHOICES, UNWANTED = "rightly unmet", "offered choices", "wrongly answered"
ANSWERABLE, UNANSWERABLE = (RIGHT, OFFERED, CARD, WRONG, MISSED), (UNMET, CHOICES, UNWANTED)


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    verdict: str
    reply: Reply


def judge(conversation: Conversation, case: Case) -> Judged:
    reply = reply_to(conversation, case.question, None)
    return Judged(case, _verdict(conversation, case, reply), reply)


def _verdict(conversation: Conversation, case: Case, reply: Reply) -> str:
    if case.must_be_unmet:
        if reply.outcome is Outcome.OFFERED:
            return CHOICES
        return UNWANTED if reply.outcome in {Outcome.ANSWERED, Outcome.URGENT} else UNMET
    if any(case.is_answered_by(entry_id, reply.text) for entry_id in _given(conversation, reply)):
        return RIGHT
    if reply.outcome is Outcome.ANSWERED:
        return WRONG
    shelf = conversation.library.shelf
    for option in reply.options:
        text = conversation.wording.entry_text(shelf.revision(option.entry_id), None)
        if case.is_answered_by(option.entry_id, text):
            return OFFERED
    return CARD if reply.outcome is Outcome.URGENT else MISSED


def _given(conversation: Conversation, reply: Reply) -> list[str]:
    """Return the ids of the entries in a reply: the answer, or a card and what stands beside it."""
    if reply.outcome not in {Outcome.ANSWERED, Outcome.URGENT}:
        return []
    beside = [
        entry_id
        for entry_id in conversation.library.shelf.revisions
        if any(link.url == conversation.wording.entry_url(entry_id) for link in reply.links)
    ]
    return [str(reply.entry_id), *beside]


def table(judged: list[Judged]) -> Iterator[str]:
    """Yield a line a topic; shares are of the questions with an answer, and of those without."""
    yield "topic".ljust(14) + "".join(
        f"{'n':>6}" + "".join(f"{column:>17}" for column in columns)
        for columns in (ANSWERABLE, UNANSWERABLE)
    )
    for topic in (*sorted({one.case.topic for one in judged}), "all"):
        mine = [one.verdict for one in judged if topic in {one.case.topic, "all"}]
        yield topic.ljust(14) + "".join(
            _cells(Counter(verdict for verdict in mine if verdict in columns), columns)
            for columns in (ANSWERABLE, UNANSWERABLE)
        )


def _cells(counts: Counter[str], columns: tuple[str, ...]) -> str:
    total = counts.total()
    shares = (f"{counts[c]:>9} ({counts[c] / max(total, 1):>5.1%})" for c in columns)
    return f"{total:>6}{''.join(shares)}"


def agreement(judged: list[Judged]) -> str:
    """Return how often two questions with the same right entry get the same outcome and entry."""
    by_entry: dict[str, list[tuple[str, str]]] = {}
    for one in judged:
        if one.case.entry_id:
            first = next((option.entry_id for option in one.reply.options), "")
            got = (str(one.reply.outcome), one.reply.entry_id or first)
            by_entry.setdefault(one.case.entry_id, []).append(got)
    pairs = [a == b for got in by_entry.values() for a, b in combinations(got, 2)]
    same = sum(pairs) / max(len(pairs), 1)
    return f"Of {len(pairs)} pairs of questions with the same entry {same:.1%} get the same reply."


def listed(judged: list[Judged], verdicts: set[str]) -> Iterator[str]:
    for one in judged:
        if one.verdict in verdicts:
            offered = "、".join(option.entry_id for option in one.reply.options)
            given = one.reply.entry_id or offered or one.reply.outcome
            wanted = one.case.entry_id or one.case.topic
            yield f"  {one.verdict}: {one.case.question} [{wanted}] -> {given}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=Path, action="append")
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--wrong", action="store_true", help="list what was answered wrongly")
    parser.add_argument("--missed", action="store_true", help="list what was missed")
    parser.add_argument("--held", action="store_true", help="only what nothing was fitted on")
    parser.add_argument("--without", action="append", default=[], metavar="STAGE")
    options = parser.parse_args()
    conversation = conversation_over(options.database, options.without)
    verdicts = {WRONG, UNWANTED} if options.wrong else set()
    verdicts |= {MISSED, CARD} if options.missed else set()
    for path in options.questions or [QUESTIONS]:
        cases = [case for case in read(path) if not options.held or is_held_back(case)]
        began = time.perf_counter()
        judged = [judge(conversation, case) for case in cases]
        spent = time.perf_counter() - began
        print(f"{path.name}: {len(cases)} questions, {len(cases) / spent:.0f} a second")
        print(*table(judged), *listed(judged, verdicts), sep="\n")


if __name__ == "__main__":
    main()
