"""Regions: what a text calls by name, of a province, its cities and its counties."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.lexicon import BrokenLexicon

LONGEST = 40  # code points of a message that says a place and nothing else

_HEADER = ["code", "name", "short"]
_CODE = re.compile("[1-9][0-9]{5}")
_several = re.compile(r"\S+").findall

# Measured with the word counts of jieba's dictionary: two words of everyday speech meet in these
# more often than 15 times in 60 million (今天|全家, 工资|中), or they are words themselves.
_DOUBTFUL = frozenset(
    _several("""
    会东 天全 中江 会理 资中 大安 大英 名山 平武 南部 朝天 成华 小金 开江 南江 合江 仁和 江安
    通江 越西 大竹 乡城 兴文 红原 三台 新龙 营山 得荣 乐至 长宁 黑水 木里 东兴 船山 马边 安居
    利州 宁南 色达 新都 米易 白玉 前锋 九龙 东坡 金牛 嘉陵 金川 德格 罗江 屏山 龙泉 沙湾 石棉
    石渠 青神 高县 理县 荣县 安县 达县 东区 西区
    """)
)
# Of these, what somebody may write alone without meaning the place.
_WORDS = frozenset(_several("南部 名山 前锋 白玉 石棉 黑水 九龙 东坡 安居 三台 东区 西区"))
# Longer words with a name in them, and namesakes in other provinces.
_OTHERS = (
    *(f"{before}成都" for before in "变完做说弄换形组养造达当"),
    *(f"{before}巴中" for before in "嘴尾下泥"),
    *(f"{before}南充" for before in "云海河湖越"),
    *_several("快乐山 音乐山 歌乐山 自贡献 亲自贡 私自贡 国内江 境内江 长江油 清凉山 荒凉山"),
    *_several("城市中区 内华达州 佛罗里达州 广安门 康定斯基 锦江之星 嘉陵江 翠屏山 九龙坡"),
    *_several("东兴市 大安市 沙湾市 龙泉市 资阳区 金川区 长宁区 郫县豆瓣 四川话 成都话"),
)
_AT = frozenset("在去回住从")
_BEHIND = frozenset("的这那人怎咋哪啥县城,.!?;:、。")
_BEFORE_COUNTY = _AT | frozenset("到是,.!?;:、。")

_SIGNS = re.compile(r"[\W_]+")
_ASKED = re.compile("[?吗么怎咋哪啥谁几]|好多|为何|如何|多少")
_AREA = re.compile(r"(?:我们?的|所在)?地区(?P<clear>(?:[\s:,]|改成|改为|换成|设为)+)?[在是为]?")
_LEAD = re.compile(
    "(?:你好|您好|嗯|哦)*(?:我们?|咱们?|俺们?|本人)?"
    "(?:家里?|屋头|屋里|屋|人|村|这儿|这里|这边|这个地方|住的地方|现在|目前|就|也|都|一直)*"
    "(?:现在|住在|住到|家住|来自|搬到|搬来|在到|在|住|是)"
)
_HOME = re.compile("我们?(?:家|屋头?)")  # 我家金堂的
_ACTING = "想去回到在被遭有没不找问买卖吃看给和跟要能会进出过等着了骗丢坐迷堵怎哪啥这那"
_VILLAGE = f"(?:[^\\W{_ACTING}古]{{1,3}}(?:镇|乡|街道|村))"
_STREET = f"(?:[^\\W{_ACTING}]{{1,3}}(?:小区|社区|路|街))"
_TOWN = "(?:[主市城郊老]*区|高新西?区|经开区|县城|城|农村|乡下|[县市州])?(?:里头?|头|上|附近)?"
_HERE = "的|人|民|居民|村民|这边|这儿|这里|那边|那儿"
_DOING = "住起?|上班|打工|工作|读书|生活|[了哈哦呢嘛噻呀啊哒嘞]"
_AFTER = re.compile(f"(?:{_VILLAGE}|{_STREET}){{0,3}}{_TOWN}(?:{_HERE}|{_DOING})*")
_AFTER_BARE = re.compile(
    f"{_VILLAGE}{{0,2}}(?:[主市城郊]*区|高新西?区|经开区|县城|城)?(?:里头?|头)?(?:{_HERE})*"
)
_UNIT = f"[^\\W\\da-zA-Z{_ACTING}个本外全邻隔我们楼栋院园厂车站店号]"
_ELSEWHERE = re.compile(
    f"(?:{_UNIT}{{2,4}}[省市州])?(?:{_UNIT}{{2,4}}[省市县区]|{_UNIT}{{1,6}}州)(?:{_HERE})*"
)
_PROVINCES = re.compile(
    "(?:北京|天津|上海|重庆|河北|山西|内蒙古?|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    f"|广东|广西|海南|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾)(?:{_HERE})*"
)
_NO_NAME = re.compile(
    "[小社市城山景郊街库灾疫林牧矿营校片辖地战藏彝农学湖新老病牌务发息候离]区|[超门菜夜集早花股城]市"
)


@dataclass(frozen=True, slots=True)
class Region:
    code: str  # GB/T 2260, six digits
    name: str
    short: tuple[str, ...]  # what people say instead


class Regions:
    """Every region of one list, found by its name."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._by_code = {region.code: region for region in regions}
        self._named = self._names()
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(self._named, key=len, reverse=True):
            self._by_start.setdefault(word[:2], []).append(word)

    @classmethod
    def load(cls, path: Path) -> "Regions":
        """Read regions.csv. Raises BrokenLexicon."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.reader(file)
                if next(rows, None) != _HEADER:
                    raise BrokenLexicon(f"{path.name} 第 1 行要是 {','.join(_HEADER)}")
                return cls(_checked(path, ((rows.line_num, row) for row in rows)))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise BrokenLexicon(f"{path.name} 读不懂：{error}") from error

    def get(self, code: str) -> Region | None:
        return self._by_code.get(code)

    def full_name(self, code: str) -> str:
        """Return 四川省成都市金堂县, empty for an unknown code."""
        if code not in self._by_code:
            return ""
        return "".join(self._by_code[one].name for one in (*_above(code), code))

    def find(self, text: str) -> tuple[Region, ...]:
        """Return what a text names, the most exact only; several where it may be any of them."""
        return self._exact(list(self._mentions("".join(_tidy(text).split()))))

    def place_of(self, text: str) -> tuple[Region, ...] | None:
        """Return where a message says somebody is, if it says nothing else.

        Several where it may be any of them, none () for a place that is not in the list.
        """
        text = _tidy(text)
        if len(text) > LONGEST or _ASKED.search(text):
            return None
        if met := _AREA.match(text):
            rest = _SIGNS.sub("", text[met.end() :])
            unknown = () if met["clear"] and rest else None
            return self._place(rest, _AFTER) or unknown
        said = _SIGNS.sub("", text)
        if said not in _WORDS and (place := self._place(said, _AFTER_BARE)):
            return place
        if (met := _HOME.match(said)) and (place := self._place(said[met.end() :], _AFTER)):
            return place
        if not (met := _LEAD.match(said)):
            return None
        rest = said[met.end() :]
        return self._place(rest, _AFTER) or (() if _is_elsewhere(rest) else None)

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Return the codes behind each name; a county's stands behind its city's, too."""
        table: dict[str, tuple[str, ...]] = {}
        for region in self._by_code.values():
            for name in _ways(region):
                table[name] = _widest((*table.get(name, ()), region.code))
        for region in self._by_code.values():
            city = self._by_code[region.code[:4] + "00"]
            if city != region:
                for name in (before + own for before in _ways(city) for own in _ways(region)):
                    table.setdefault(name, (region.code,))
        return dict.fromkeys(_OTHERS, ()) | table

    def _longest(self, text: str, at: int) -> str:
        words = self._by_start.get(text[at : at + 2], ())
        return next((word for word in words if text.startswith(word, at)), "")

    def _mentions(self, text: str) -> Iterator[tuple[str, ...]]:
        """Yield the codes behind each name that a text means as one, from left to right."""
        at = 0
        while at < len(text) - 1:
            word = self._longest(text, at)
            if word and _is_meant(word, text, at):
                yield self._named[word]
            at += len(word) if word not in _DOUBTFUL else 1
            at += not word

    def _place(self, text: str, after: re.Pattern[str]) -> tuple[Region, ...] | None:
        """Return what a text names that is a place from its first character to its last."""
        mentions = []
        at = 0
        while word := self._longest(text, at):
            mentions.append(self._named[word])
            at += len(word)
            at += text[at : at + 1] == "的" and bool(self._longest(text, at + 1))
        if not all(mentions) or not after.fullmatch(text, at):
            return None
        return self._exact(mentions) or None

    def _exact(self, mentions: list[tuple[str, ...]]) -> tuple[Region, ...]:
        """Leave out what contains another, and namesakes in a city that is not mentioned."""
        named = {code for codes in mentions for code in codes}
        chosen: dict[str, None] = {}
        for codes in mentions:
            near = [code for code in codes if named & set(_above(code)[1:])]
            chosen.update(dict.fromkeys(near or codes))
        wider = {above for code in chosen for above in _above(code)}
        return tuple(self._by_code[code] for code in chosen if code not in wider)


def _checked(path: Path, rows: Iterable[tuple[int, list[str]]]) -> list[Region]:
    found: dict[str, Region] = {}
    for line, row in rows:
        if reason := _wrong(row, found):
            raise BrokenLexicon(f"{path.name} 第 {line} 行：{reason}")
        code, name, short = row
        found[code] = Region(code, name.strip(), tuple(short.split()))
    if not found:
        raise BrokenLexicon(f"{path.name} 里一个地区也没有")
    return list(found.values())


def _wrong(row: list[str], found: Mapping[str, Region]) -> str:
    """Return what keeps a row from being used, empty when nothing does."""
    if len(row) != len(_HEADER):
        return "要三格：代码,名称,简称"
    code, name, short = row
    if not _CODE.fullmatch(code) or code in found:
        return f"代码“{code}”要是六位数字，而且只出现一次"
    if any(above not in found for above in _above(code)):
        return f"代码“{code}”的上级要写在它前面"
    if any(len(one) < 2 for one in (name.strip(), *short.split())):  # noqa: PLR2004
        return "名称和简称至少两个字"
    return ""


def _above(code: str) -> tuple[str, ...]:
    """Return the codes of what a region lies in, the province first."""
    return tuple(dict.fromkeys(up for up in (f"{code[:2]}0000", f"{code[:4]}00") if up != code))


def _ways(region: Region) -> tuple[str, ...]:
    return (region.name, *region.short)


def _widest(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name's codes without what lies in another of them: 阿坝 is first the prefecture."""
    return tuple(code for code in codes if not set(_above(code)) & set(codes))


def _is_meant(word: str, text: str, at: int) -> bool:
    """Tell whether a name found in a text is one there: 在天全的, not 今天全家."""
    if word not in _DOUBTFUL or word == text:
        return True
    before, behind = text[max(at - 1, 0) : at], text[at + len(word) :][:1]
    if word.endswith("县"):
        return not before or before in _BEFORE_COUNTY
    if word.endswith("区"):  # 东区 is a part of many an estate
        return False
    return before in _AT and (not behind or behind in _BEHIND)


def _is_elsewhere(text: str) -> bool:
    """Tell whether a text looks like the name of a place: 北京市, not 菜市 or 小区."""
    named = _PROVINCES.fullmatch(text) or _ELSEWHERE.fullmatch(text)
    return bool(named) and not _NO_NAME.search(text)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
