"""Score a questions file on the content: right, right among offered, wrong, missed, by topic.

    python -m bench.answers --questions FILE [--database URL] [--wrong]

Lines: {"id", "question", "topic", "must_match": [regex, ...] | null, "must_abstain": bool}. A right
answer matches one of the expressions; a question that must be abstained from is right when it is
not answered. The content is the database's, or the shipped one where there is no database yet.
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.conversation import Conversation
from bot.message import Outcome, Reply
from webhook.cli.asking import conversation_over, reply_to

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions" / "stall.jsonl"
COLUMNS = ("right", "among offered", "wrong", "missed", "rightly unmet", "wrongly answered")


@dataclass(frozen=True, slots=True)
class Judged:
    topic: str
    verdict: str
    question: str
    reply: Reply


def judge(conversation: Conversation, row: dict[str, object]) -> Judged:
    reply = reply_to(conversation, str(row["question"]), None)
    return Judged(
        str(row["topic"]), _verdict(conversation, row, reply), str(row["question"]), reply
    )


def _verdict(conversation: Conversation, row: dict[str, object], reply: Reply) -> str:
    answered = reply.outcome in {Outcome.ANSWERED, Outcome.URGENT}
    if row["must_abstain"]:
        return "wrongly answered" if answered else "rightly unmet"
    patterns = row["must_match"]
    wanted = [str(p) for p in patterns] if isinstance(patterns, list) else []
    if answered:
        return "right" if _matches(wanted, reply.text) else "wrong"
    if reply.outcome is not Outcome.OFFERED:
        return "missed"
    shelf = conversation.library.shelf
    offered = [
        conversation.wording.entry_text(shelf.revision(option.entry_id), None)
        for option in reply.options
    ]
    return "among offered" if any(_matches(wanted, text) for text in offered) else "missed"


def _matches(wanted: list[str], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in wanted)


def table(judged: list[Judged]) -> Iterator[str]:
    yield f"{'topic':<14}{'n':>5}" + "".join(f"{column:>18}" for column in COLUMNS)
    for topic in (*sorted({one.topic for one in judged}), "all"):
        mine = [one for one in judged if topic in {one.topic, "all"}]
        counts = Counter(one.verdict for one in mine)
        cells = "".join(f"{counts[c]:>9} ({counts[c] / len(mine):>5.1%})" for c in COLUMNS)
        yield f"{topic:<14}{len(mine):>5}{cells}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=Path, action="append")
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--wrong", action="store_true", help="list what was answered wrongly")
    options = parser.parse_args()
    conversation = conversation_over(options.database, [])
    for path in options.questions or [QUESTIONS]:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        began = time.perf_counter()
        judged = [judge(conversation, row) for row in rows]
        spent = time.perf_counter() - began
        print(f"{path.name}: {len(rows)} questions, {len(rows) / spent:.0f} a second")
        print("\n".join(table(judged)))
        if options.wrong:
            for one in judged:
                if one.verdict in {"wrong", "wrongly answered"}:
                    given = f"{one.reply.entry_id} {one.reply.probability:.2f}"
                    print(f"  {one.verdict}: {one.question} -> {given}")


if __name__ == "__main__":
    main()
