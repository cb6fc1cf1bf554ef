"""Reading: a file of content as text, and what stands in it by name, each with its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from knowledge.entries.entry import Entry

# Slips of the keyboard: what they look like, what to say, and what is read instead.
_SLIPS = (
    (re.compile("\t"), "这一行有制表符（Tab）：换成空格", "  "),
    (
        re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]"),
        "这一行有看不见的控制字符：删掉，把这一行重新打一遍",
        "",
    ),
    (re.compile(r"^(\s*(?:- )?[a-z][a-z0-9_/-]*)："), "冒号要用英文的，后面空一格", r"\1: "),
    (
        re.compile(r"^(\s*(?:- )?(?!https?:)[a-z_]+):(?=[^\s:])"),
        "英文冒号后面要空一格",
        r"\1: ",
    ),
    (re.compile(r"^(\s+-)(?=[^\s-])"), "“-”后面要空一格", r"\1 "),
)
_AT_FAULT = {  # what YAML says, and what most likely happened
    "mapping values are not allowed": "这一行冒号太多，或者上一行没写完：整句加上引号，检查缩进",
    "could not find expected ':'": "这一行少了英文冒号：写成“项目: 内容”，冒号后空一格",
    "did not find expected key": "这一行缩进不对，或者引号没有成对：和上下几行对齐",
    "did not find expected '-' indicator": "这一行缩进不对：每条以“- ”开头，和上下几条对齐",
    "cannot start any token": "这一行开头的符号不能这样用：整句加上引号",
    "found unexpected end of stream": "引号没有成对：检查这一条里的引号",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    file: str
    line: int
    entry: str
    sentence: str

    def __str__(self) -> str:
        entry = f" {self.entry}" if self.entry else ""
        return f"{self.file}:{self.line}{entry}：{self.sentence}"


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where it stands."""

    entry: Entry
    file: str
    line: int  # on which it begins
    lines: Mapping[str, int] = field(default_factory=dict)  # and each of its texts
    sound: bool = True  # nothing is wrong with it by itself

    def problem(self, sentence: str, text: str = "") -> Problem:
        """Return a problem of this entry, on the line of one of its texts if it is known."""
        line = self.lines.get(text, self.line)
        return Problem(self.file, line, self.entry.id, sentence)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # ten times faster
    """Everything but "nothing" stays the text it is: 12:30 is no number, yes is no truth value."""


_TAG = "tag:yaml.org,2002:"
_KNOWN = {f"{_TAG}{name}" for name in ("null", "merge", "str", "seq", "map")}
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KNOWN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# A tag that somebody wrote by hand (!!timestamp, !!int) is refused like an unknown one.
Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag in _KNOWN
}


class Unreadable(ValueError):
    """A part of a file cannot be taken for plain text; the message says what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def text_of(path: Path) -> tuple[str, list[Problem]]:
    """Return what a file of content holds, and why it cannot be taken as it is.

    A file in GBK is read all the same, so that everything else wrong with it is named too.
    """
    try:
        if not path.is_file():
            sentence = "不是可以读的文件（文件夹、断开的链接或设备）：换成普通文件或删掉"
            return "", [Problem(path.name, 1, "", sentence)]
        content = path.read_bytes()
    except OSError as error:
        return "", [Problem(path.name, 1, "", f"读不了（{error.strerror}）：检查文件的权限")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        sentence = "文件不是 UTF-8（多半是 GBK）：另存为时编码选 UTF-8（表格选“CSV UTF-8”）"
        found = [Problem(path.name, line, "", sentence)]
    try:
        return content.decode("gb18030"), found
    except UnicodeDecodeError:  # both in one file
        return content.decode("utf-8-sig", errors="replace"), found


def named_in(path: Path, *, begins: str) -> tuple[list[tuple[str, int, yaml.Node]], list[Problem]]:
    """Return (name, line, what stands under it) of a YAML file, and what cannot be read of it.

    One slip does not hide the rest: where the whole cannot be read, each part is read by itself.
    `begins` is how the file has to begin, for whoever wrote it otherwise.
    """
    text, found = text_of(path)
    blocks = _blocks(text)
    text, marks = _cleaned(path.name, text, blocks)
    found += marks
    try:
        return _named(_composed(text), begins), found
    except Unreadable as error:
        if not blocks:
            return [], [*found, Problem(path.name, error.line, "", str(error))]
    lines = text.split("\n")
    named: list[tuple[str, int, yaml.Node]] = []
    for at, (start, name) in enumerate(blocks):
        end = blocks[at + 1][0] if at + 1 < len(blocks) else len(lines)
        try:
            named += _named(_composed("\n" * start + "\n".join(lines[start:end])), begins)
        except Unreadable as error:
            found.append(Problem(path.name, error.line, name, str(error)))
    return named, found


def texts_in(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield (text, line) of everything written below a node, what stands first last."""
    for below in _below(node):
        if isinstance(below, yaml.ScalarNode):
            yield str(below.value).strip(), below.start_mark.line + 1


def repeated_in(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield (name, line) of everything that is written a second time in one place."""
    for below in _below(node):
        if isinstance(below, yaml.MappingNode):
            seen = set()
            for key, _ in below.value:
                if name_of(key) in seen:
                    yield name_of(key), key.start_mark.line + 1
                seen.add(name_of(key))


def name_of(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else ""


def _below(node: yaml.Node) -> Iterator[yaml.Node]:
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:  # an alias may lead back to where it stands
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, yaml.MappingNode):
            waiting += [part for pair in one.value for part in pair]
        elif isinstance(one, yaml.SequenceNode):
            waiting += one.value


def _composed(text: str) -> yaml.Node | None:
    """Return the text's root node. Raises Unreadable."""
    try:
        return yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or error)
        advice = next((way for what, way in _AT_FAULT.items() if what in said), "")
        sentence = advice or "格式读不懂：检查缩进、冒号后的空格和引号"
        raise Unreadable(mark.line + 1 if mark else 1, sentence) from error


def _named(root: yaml.Node | None, begins: str) -> list[tuple[str, int, yaml.Node]]:
    """Return what a root node holds by name. Raises Unreadable."""
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise Unreadable(root.start_mark.line + 1, f"文件要从“{begins}”开始，一条接一条")
    return [(name_of(key), key.start_mark.line + 1, value) for key, value in root.value]


def _blocks(text: str) -> list[tuple[int, str]]:
    """Return (line from 0, name) of every part that begins at the left margin."""
    found = []
    for at, line in enumerate(text.split("\n")):
        if line[:1].strip() and line[0] not in "#-":
            name, colon, _ = line.replace("：", ":").partition(":")
            found.append((at, name.strip(" '\"\ufeff\r") if colon else ""))
    return found


def _cleaned(file: str, text: str, blocks: list[tuple[int, str]]) -> tuple[str, list[Problem]]:
    """Return the text without slips of the keyboard, and a problem for each line that had one."""
    found = []
    lines = text.split("\n")
    for at in range(len(lines)):
        for slip, sentence, instead in _SLIPS:
            if slip.search(lines[at]):
                entry = next((name for start, name in reversed(blocks) if start <= at), "")
                found.append(Problem(file, at + 1, entry, sentence))
                lines[at] = slip.sub(instead, lines[at])
    return "\n".join(lines), found
