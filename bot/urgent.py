"""Danger first: from what a resident types to the card that may save a life or their savings."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: the file is long, the start waits

SENTENCES = 10  # test sentences of each kind: fewer say nothing about what nobody has typed yet
_MARKERS = ("never", "aside", "hardly", "still", "surely")
_OPTIONAL = ("unless", "alone")
_RULE_KEYS = ("card", "when", *_OPTIONAL, "positive", "negative")
# Characters before and after that are not heard: with 4 and 2, sentences of the file go wrong.
_NEAR = 8, 8
_ASIDE = 3, 0

Literals = tuple[str, ...]  # at least one of them must occur
Groups = tuple[Literals, ...]  # every one of them must be met


class BrokenRules(ValueError):
    """The rules cannot be used; the message names file, rule and what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a message means danger, and the card that is then sent before anything else."""

    id: str
    card: str  # the entry's id
    groups: tuple[Groups, ...]  # alternatives: one is enough
    unless: Literals = ()
    alone: bool = False  # nothing else may stand beside the card
    positive: tuple[str, ...] = ()  # sentences that must bring this card
    negative: tuple[str, ...] = ()  # sentences that must bring no card at all


@dataclass(frozen=True, slots=True)
class Markers:
    """Words of the whole file: with them the words of a rule may mean no danger."""

    never: Literals = ()  # what is said near one of them is not heard
    aside: Literals = ()  # nor what is said right before one of these
    hardly: Literals = ()  # no rule fires, unless one of `still` is said as well
    still: Literals = ()
    surely: Literals = ()  # where one of them is said, the others do not count


class Urgent:
    """Looks for danger in a message; immutable, so that every thread may share it."""

    def __init__(self, rules: Sequence[Rule], markers: Markers) -> None:
        """Take the rules, of which the first that fires wins, and the markers of the file."""
        self.rules = tuple(rules)
        self._reaches = dict.fromkeys(markers.aside, _ASIDE) | dict.fromkeys(markers.never, _NEAR)
        self._hardly, self._still = frozenset(markers.hardly), frozenset(markers.still)
        self._surely = frozenset(markers.surely)
        # Thousands of words, a short text: every piece of the text is looked up among the words.
        self._tests = tuple(map(_Test.of, self.rules))
        marks = self._hardly | self._still | self._surely | self._reaches.keys()
        self._literals = marks.union(*(test.literals() for test in self._tests))
        self._lengths = tuple({len(literal) for literal in self._literals})

    def find(self, text: str) -> Rule | None:
        """Return the first rule that fires on a normalised text, in time linear in its length."""
        said = {piece for _, piece in self._said(text)}
        if self._surely.isdisjoint(said):
            said = {piece for _, piece in self._said(self._hushed(text))}
            if not self._hardly.isdisjoint(said) and self._still.isdisjoint(said):
                return None
        return next((test.rule for test in self._tests if test.fires(said)), None)

    def _said(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield every word of the file that stands in a text, and where."""
        for length in self._lengths:
            for start in range(len(text) - length + 1):
                if (piece := text[start : start + length]) in self._literals:
                    yield start, piece

    def _hushed(self, text: str) -> str:
        """Return a text without what is said near a word that makes it harmless."""
        heard = list(text)
        for start, piece in self._said(text):
            if piece in self._reaches:
                before, after = self._reaches[piece]
                first, end = max(start - before, 0), min(start + len(piece) + after, len(text))
                heard[first:end] = "\0" * (end - first)  # which stands in no word
        return "".join(heard)


@dataclass(frozen=True, slots=True)
class _Test:
    """A rule as sets of literals."""

    rule: Rule
    alternatives: tuple[tuple[frozenset[str], ...], ...]
    unless: frozenset[str]

    @classmethod
    def of(cls, rule: Rule) -> "_Test":
        alternatives = tuple(tuple(map(frozenset, groups)) for groups in rule.groups)
        return cls(rule, alternatives, frozenset(rule.unless))

    def literals(self) -> set[str]:
        return {one for groups in self.alternatives for group in groups for one in group} | {
            *self.unless
        }

    def fires(self, present: set[str]) -> bool:
        if not self.unless.isdisjoint(present):
            return False
        return any(
            not any(group.isdisjoint(present) for group in groups) for groups in self.alternatives
        )


def load(path: Path) -> Urgent:
    """Return the rules of a file; raises BrokenRules, a ValueError, with all that is wrong."""
    urgent, found = _read(path)
    if urgent is None or found:
        raise BrokenRules("\n".join(found))
    return urgent


def problems(path: Path) -> list[str]:
    """Return everything wrong with a file, its own test sentences included."""
    urgent, found = _read(path)
    if urgent is not None:
        for rule in urgent.rules:
            found += [f"{path.name} 规则 {rule.id}：{one}" for one in _of_sentences(urgent, rule)]
    return found


def _of_sentences(urgent: Urgent, rule: Rule) -> Iterator[str]:
    for kind, sentences in (("positive", rule.positive), ("negative", rule.negative)):
        if len(sentences) < SENTENCES:
            yield f"{kind} 的句子至少 {SENTENCES} 句，现在 {len(sentences)} 句：再写几句"
    for sentence in rule.positive:
        fired = urgent.find(_plain(sentence))
        if fired is None:
            yield f"“{sentence}”应该发卡片却没有发：在 when 里加词，或者看看是哪个词把它关掉了"
        elif fired.id != rule.id:
            yield f"“{sentence}”引出了规则 {fired.id} 的卡片：调换两条规则的先后，或者写得更细"
    for sentence in rule.negative:
        if fired := urgent.find(_plain(sentence)):
            yield f"“{sentence}”不该发卡片，却被规则 {fired.id} 发了：给那条规则的 unless 加词"


def _plain(sentence: str) -> str:
    """Return a sentence as the bot compares it, except for traditional characters."""
    text = unicodedata.normalize("NFKC", sentence).lower()
    return "".join(character for character in text if character.isalnum())


def _read(path: Path) -> tuple[Urgent | None, list[str]]:
    """Return the rules, if the file can be read at all, and what is wrong with its structure."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = yaml.load(text, Loader=_LOADER)  # noqa: S506  # it is a safe one
        repeated = _repeated(yaml.compose(text, Loader=_LOADER))
    except FileNotFoundError:
        return None, [f"{path.name} 不存在：从发布包里把它放回来"]
    except UnicodeDecodeError:
        return None, [f"{path.name} 不是 UTF-8：用记事本“另存为”，编码选 UTF-8"]
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        return None, [f"{path.name} 读不懂（{_place(error)}）：检查缩进、冒号后的空格和引号"]
    if not isinstance(values, dict) or not isinstance(values.get("rules"), dict):
        return None, [f"{path.name} 要有 rules: 这一段，下面一条规则接一条规则"]
    reader = _Reader(values.get("words"))
    found = [*repeated, *reader.of_words()]
    found += [f"不认识的段 {key!r}" for key in values if key not in (*_MARKERS, "words", "rules")]
    markers = {}
    for key in _MARKERS:
        markers[key], wrong = reader.literals(values.get(key) or [], key)
        found += wrong
    rules = []
    for rule_id, body in values["rules"].items():
        rule, wrong = _rule(reader, str(rule_id), body)
        rules.append(rule)
        found += [f"规则 {rule_id}：{one}" for one in wrong]
    return Urgent(rules, Markers(**markers)), [f"{path.name} {one}" for one in found]


def _rule(reader: "_Reader", rule_id: str, body: object) -> tuple[Rule, list[str]]:
    if not isinstance(body, dict):
        return Rule(rule_id, "", ()), ["下面要缩进写 card、when、positive、negative"]
    found = [
        f"不认识的项目 {key!r}，可以写的有：{'、'.join(_RULE_KEYS)}"
        for key in body
        if key not in _RULE_KEYS
    ]
    found += [f"缺 {key}" for key in _RULE_KEYS if key not in body and key not in _OPTIONAL]
    card = body.get("card")
    if "card" in body and not (isinstance(card, str) and "/" in card):
        found.append("card 要写卡片的编号，例如 home-safety/card-fire")
    groups, wrong = _alternatives(reader, body["when"]) if "when" in body else ((), [])
    unless, more = reader.literals(body.get("unless") or [], "unless")
    if not isinstance(alone := body.get("alone", False), bool):
        found.append("alone 只能写 true（卡片旁边什么都不放）或者 false")
    sentences = {}
    for key in ("positive", "negative"):
        sentences[key], odd = _texts(body.get(key) or [], key)
        more += odd
    rule = Rule(rule_id, str(card), groups, unless, alone is True, **sentences)
    return rule, [*found, *wrong, *more]


def _alternatives(reader: "_Reader", when: object) -> tuple[tuple[Groups, ...], list[str]]:
    """Return the alternatives; one that could fire on anything is a problem."""
    if not isinstance(when, list) or not when:
        return (), ["when 下面要一行一种情况，每行以“- [”开头"]
    alternatives: list[Groups] = []
    found: list[str] = []
    for number, one in enumerate(when, 1):
        place = f"when 第 {number} 种情况"
        if not isinstance(one, list) or not one or not all(isinstance(g, list) for g in one):
            found.append(f"{place}要写成 [[词, 词], [词, 词]]：每组词各用一对方括号")
            continue
        groups = []
        for group in one:
            literals, wrong = reader.literals(group, place)
            found += wrong
            if not literals and not wrong:
                found.append(f"{place}有一组是空的：写上词或删掉这一组")
            groups.append(literals)
        alternatives.append(tuple(groups))
    return tuple(alternatives), found


class _Reader:
    """Turns lists of words into literals, with `<name>` standing for a list under `words`."""

    def __init__(self, words: Any) -> None:
        self._words = words if isinstance(words, dict) else {}

    def of_words(self) -> list[str]:
        found: list[str] = []
        for name, listed in self._words.items():
            literals, wrong = self.literals(listed, f"words 的 {name}")
            found += wrong
            if not literals and not wrong:
                found.append(f"words 的 {name} 是空的：写上词或删掉它")
            if any(str(word).startswith("<") for word in listed or ()):
                found.append(f"words 的 {name} 里不能再用 <名字>：把词写出来")
        return found

    def literals(self, listed: object, place: str) -> tuple[Literals, list[str]]:
        texts, found = _texts(listed, place)
        literals: list[str] = []
        for text in texts:
            if text.startswith("<") and text.endswith(">"):
                inner = self._words.get(text[1:-1])
                if isinstance(inner, list):
                    literals += [word for word in inner if isinstance(word, str)]
                else:
                    found.append(f"{place}里的 {text} 在 words 里没有：先在 words 里写这一组词")
            elif text != _plain(text) or not text:
                found.append(
                    f"{place}里的 {text!r} 永远对不上：去掉标点、空格、特殊符号，字母用小写"
                )
            else:
                literals.append(text)
        return tuple(dict.fromkeys(literals)), found


def _texts(listed: object, place: str) -> tuple[tuple[str, ...], list[str]]:
    if not isinstance(listed, list):
        return (), [f"{place}要写成一列词：每行以“- ”开头，或者写在一对方括号里"]
    texts = tuple(text for text in listed if isinstance(text, str))
    odd = [text for text in listed if not isinstance(text, str)]
    return texts, [f"{place}里的 {one!r} 不是文字：数字和 yes、no 要加引号" for one in odd]


def _repeated(root: yaml.Node | None) -> list[str]:
    """Return a sentence for every key written twice: the parser would silently keep the last."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if isinstance(node, yaml.MappingNode):
            names = [str(getattr(key, "value", "")) for key, _ in node.value]
            found += [
                f"第 {key.start_mark.line + 1} 行：{name} 写了两次，留一个或换个名字"
                for number, (name, (key, _)) in enumerate(zip(names, node.value, strict=True))
                if name in names[:number]
            ]
            waiting += [value for _, value in node.value]
    return found


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行" if mark else type(error).__name__
