"""Rules: what an entry must keep to before anybody may read it."""

import re
from datetime import date

from knowledge.entries.entry import TOPICS, Entry, EntryKind, RegionBlock, Source, Verdict
from knowledge.entries.facts import problems_of_facts

CONCLUSION_LENGTH = 60  # code points: one sentence that is understood when read aloud once
STEPS = 6
ID_LENGTH = 120  # what the database keeps
PHRASINGS = 4  # at least; a draft of one evening
PHRASINGS_WANTED = 6  # for residents to find it however they ask
LINE_LENGTH = 300  # code points of one phrasing, step or field of a source
PHRASINGS_AT_MOST = 200
ANSWER_SIZE = 1650  # bytes of UTF-8: with notes and links it fits one WeChat text of 2,048
UNSEEN = re.compile(  # controls, marks that hide or turn text round, and halves of a character
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
# Province, city, county by GB/T 2260.
REGION = re.compile("(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])[0-9]{4}")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def problems(entry: Entry) -> list[tuple[str, str]]:
    """Return (field, sentence) for everything that keeps an entry from being published."""
    found = [*_problems_of_text(entry), *_of_answer(entry.conclusion, entry.steps)]
    found += _problems_of_sources(entry)
    found += [("facts", sentence) for sentence in problems_of_facts(entry)]
    found += _problems_of_kind(entry)
    found += _problems_of_size(entry)
    topic, _, slug = entry.id.partition("/")
    if topic not in TOPICS or not (entry.kind is EntryKind.ITEM or SLUG.fullmatch(slug)):
        found.append(("id", "编号要写成 主题/英文短名，例如 fraud/fake-police"))
    if len(entry.id) > ID_LENGTH:
        found.append(("id", f"编号最长 {ID_LENGTH} 个字符"))
    if entry.kind.is_answer and len(entry.phrasings) < PHRASINGS:
        found.append(("phrasings", f"问法至少 {PHRASINGS} 条，现在 {len(entry.phrasings)} 条"))
    if entry.kind is not EntryKind.ITEM and entry.review_by is None:
        found.append(("review_by", "缺复核日期，写成 2027-05-24 这样"))
    return found + [("regions", wrong) for one in entry.regions for wrong in _of_region(*one)]


def overdue(entry: Entry, written: date) -> str | None:
    """Return why the review date lies too far ahead of the day it was written, if it does."""
    if entry.review_by is None or entry.review_by <= written + entry.risk.review_after:
        return None
    latest = written + entry.risk.review_after
    return f"风险为 {entry.risk} 的条目最晚要在 {latest} 复核，现在写的是 {entry.review_by}"


def ahead(entry: Entry, today: date) -> str | None:
    """Return which source is dated after today, if one is."""
    for source in entry.sources:
        if source.date and source.date > today.isoformat():
            return f"来源日期 {source.date} 还没有到：检查年月日"
    return None


def wrong_with_line(line: str, at_most: int = LINE_LENGTH) -> list[str]:
    """Return what keeps one line of text from being shown: empty, too long, unseen characters."""
    if not line.strip():
        return ["有一条是空的：写上内容或删掉这一行"]
    if len(line) > at_most:
        return [f"有一条超过 {at_most} 个字：{line[:20]!r}…"]
    if UNSEEN.search(line):
        return [f"有一条含有看不见的控制字符：{line[:20]!a}"]
    return []


def _problems_of_kind(entry: Entry) -> list[tuple[str, str]]:
    if (entry.kind is EntryKind.MYTH) == (entry.verdict is not Verdict.NONE):
        return []
    if entry.kind is EntryKind.MYTH:
        return [("verdict", "辟谣要写 verdict：true 属实、false 不实、partly 部分属实")]
    return [("verdict", "verdict 只有辟谣（kind: myth）才写")]


def _problems_of_size(entry: Entry) -> list[tuple[str, str]]:
    """Measure the longest way the answer reads, with its sources."""
    reads = [entry, *(entry.in_region(code) for code, _ in entry.regions)]
    lines = [(one.conclusion, *one.steps, *map(str, entry.sources)) for one in reads]
    size = max(len("\n".join(one).encode(errors="replace")) for one in lines)
    if size <= ANSWER_SIZE:
        return []
    sentence = (
        f"结论、步骤和来源一共 {size} 字节，最多 {ANSWER_SIZE}（约 {ANSWER_SIZE // 3} 个汉字），"
        "微信一条发不下：删短步骤，或者分成两条答案"
    )
    return [("steps", sentence)]


def _problems_of_text(entry: Entry) -> list[tuple[str, str]]:
    found = []
    if not entry.question.strip():
        found.append(("question", "缺问题"))
    if not entry.conclusion.strip():
        found.append(("conclusion", "缺结论"))
    if not entry.steps and entry.kind is not EntryKind.ITEM:
        found.append(("steps", "缺步骤，至少一条"))
    if len(entry.phrasings) > PHRASINGS_AT_MOST:
        found.append(("phrasings", f"问法最多 {PHRASINGS_AT_MOST} 条"))
    both = sorted({*entry.asked_as} & {*entry.not_this})
    found += [
        ("not_this", f"“{phrasing}”又是问法，又写在 not_this 里：留一处") for phrasing in both
    ]
    if entry.id in entry.related:
        found.append(("related", "相关条目里写了它自己：删掉"))
    lines = [("phrasings", line) for line in entry.phrasings]
    lines += [("not_this", line) for line in entry.not_this]
    if entry.question.strip():
        lines.insert(0, ("question", entry.question))
    return found + [(field, wrong) for field, line in lines for wrong in wrong_with_line(line)]


def _of_answer(conclusion: str, steps: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what is wrong with what is read aloud, everywhere or in one region."""
    found = []
    length = len(conclusion)
    if length > CONCLUSION_LENGTH:
        found.append(("conclusion", f"结论有 {length} 个字，要缩到 {CONCLUSION_LENGTH} 个字以内"))
    if "\n" in conclusion:
        found.append(("conclusion", "结论只能是一行"))
    elif UNSEEN.search(conclusion):
        found.append(("conclusion", "结论含有看不见的控制字符：删掉重新打一遍"))
    if len(steps) > STEPS:
        found.append(("steps", f"步骤最多 {STEPS} 条，现在 {len(steps)} 条：合并或删减"))
    return found + [("steps", wrong) for step in steps for wrong in wrong_with_line(step)]


def _of_region(code: str, block: RegionBlock) -> list[str]:
    if not REGION.fullmatch(code):
        return [f'地区编号 {code!r} 不是六位行政区划代码，例如成都是 "510100"']
    if not block.conclusion.strip() and not block.steps:
        return [f"地区 {code} 下面是空的：写 conclusion 或 steps，或者删掉"]
    return [f"地区 {code}：{wrong}" for _, wrong in _of_answer(block.conclusion, block.steps)]


def _problems_of_sources(entry: Entry) -> list[tuple[str, str]]:
    if not entry.sources:
        return [("sources", "缺来源：至少写一个发布单位、文件名和日期")]
    return [("sources", one) for source in entry.sources for one in problems_of_source(source)]


def problems_of_source(source: Source) -> list[str]:
    found = []
    if not source.authority.strip():
        found.append("来源缺发布单位（authority）")
    if not source.document.strip():
        found.append("来源缺文件名（document）")
    if not _is_date(source.date):
        found.append(f"来源日期 {source.date!r} 不存在，写成 2022-05-11、2022-05 或 2022")
    for value in filter(None, (source.authority, source.document)):
        found += [f"来源：{wrong}" for wrong in wrong_with_line(value)]
    if source.link and not re.fullmatch(r"https?://[^\s\"'<>]{4,500}", source.link):
        found.append(f"来源链接不是 http(s) 网址：{source.link[:60]}")
    return found


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True
