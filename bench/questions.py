"""Questions: what residents may ask, and which reply would be right.

Four forms, told apart by the file's name:

    NAME.jsonl         {"id", "question", "topic", "must_match": [regex, ...] | null,
                        "must_abstain": bool}: a right answer matches one of the expressions
    items.jsonl        {"question", "entry_id": the waste item's, or null: not in the table}
    unmet-TOPIC.yaml   a list of questions near the topic that no entry answers
    TOPIC.yaml         by id of the entry that answers them: lists of questions
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

UNMET = "unmet-"


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what a right reply to it is; neither entry nor patterns: to be left unmet."""

    question: str
    topic: str
    entry_id: str = ""
    patterns: tuple[str, ...] = ()

    @property
    def must_be_unmet(self) -> bool:
        return not self.entry_id and not self.patterns

    def is_answered_by(self, entry_id: str, text: str) -> bool:
        if self.entry_id:
            return entry_id == self.entry_id
        return any(re.search(pattern, text) for pattern in self.patterns)


def read(path: Path) -> list[Case]:
    """Return the cases of one file, or of every YAML file of a folder."""
    if path.is_dir():
        return [case for one in sorted(path.glob("*.yaml")) for case in read(one)]
    if path.suffix == ".jsonl":
        return list(_of_lines(path))
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.stem.startswith(UNMET):
        return [Case(str(question), path.stem.removeprefix(UNMET)) for question in values]
    return [
        Case(str(question), path.stem, entry_id)
        for entry_id, questions in values.items()
        for question in questions
    ]


def _of_lines(path: Path) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "entry_id" in row:
            yield Case(row["question"], "items", row["entry_id"] or "")
            continue
        patterns = () if row["must_abstain"] else tuple(row["must_match"] or ())
        yield Case(row["question"], row["topic"], patterns=patterns)
