"""Regions: the list of Sichuan, what a text names of it, and where somebody says they are."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import knowledge
from bench import questions
from bot.lexicon import BrokenLexicon
from bot.regions import Region, Regions

KNOWLEDGE = Path(knowledge.__file__).parent
LIST = KNOWLEDGE / "lexicon" / "regions.csv"
QUESTIONS = Path(__file__).parents[1] / "questions"
REGIONS = Regions.load(LIST)
with LIST.open(encoding="utf-8") as rows:
    ROWS = [
        Region(row["code"], row["name"], tuple(row["short"].split()))
        for row in csv.DictReader(rows)
    ]
COUNTIES = """
成都市 20 自贡市 6 攀枝花市 5 泸州市 7 德阳市 6 绵阳市 9 广元市 7 遂宁市 5 内江市 5 乐山市 11
南充市 9 眉山市 6 宜宾市 10 广安市 6 达州市 7 雅安市 8 巴中市 5 资阳市 3
阿坝藏族羌族自治州 13 甘孜藏族自治州 18 凉山彝族自治州 17
"""


def named(found: tuple[Region, ...] | None) -> str | None:
    if found is None:
        return None
    return " ".join(REGIONS.full_name(one.code).removeprefix("四川省") or one.name for one in found)


def test_the_list_is_the_whole_of_sichuan():
    """One province, 21 cities and prefectures, 183 counties, each city with all of its own."""
    counted = Counter(
        REGIONS.get(f"{one.code[:4]}00").name for one in ROWS if not one.code.endswith("00")
    )

    assert " ".join(f"{city} {number}" for city, number in counted.items()).split() == (
        COUNTIES.split()
    )
    assert counted.total() == 183
    assert len(ROWS) == len({one.code for one in ROWS}) == 1 + 21 + 183


@pytest.mark.parametrize("region", ROWS, ids=lambda region: region.code)
def test_every_region_is_found_by_each_of_its_names(region):
    """A name alone is the region, one of its namesakes, or the prefecture called the same."""
    around = {region.code, f"{region.code[:4]}00"}

    assert REGIONS.get(region.code) == region
    assert REGIONS.full_name(region.code).endswith(region.name)
    assert region in REGIONS.find(region.name)
    for short in region.short:
        assert {one.code for one in REGIONS.find(short)} & around
        assert {one.code for one in REGIONS.place_of(f"我在{short}这边")} & around
    assert REGIONS.find(REGIONS.full_name(region.code)) == (region,)
    assert REGIONS.place_of(f"地区：{REGIONS.full_name(region.code)}") == (region,)


def test_a_code_is_spelled_out():
    """The full name begins with the province; an unknown code has none."""
    assert REGIONS.full_name("510121") == "四川省成都市金堂县"
    assert REGIONS.full_name("513200") == "四川省阿坝藏族羌族自治州"
    assert REGIONS.full_name("510000") == "四川省"
    assert REGIONS.full_name("110000") == REGIONS.full_name("") == ""
    assert REGIONS.get("110000") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("成都金堂", "成都市金堂县"),
        ("成都的金堂", "成都市金堂县"),
        ("四川省 成都市 金堂县", "成都市金堂县"),
        ("成都市", "成都市"),
        ("市中区", "内江市市中区 乐山市市中区"),
        ("内江市中区", "内江市市中区"),
        ("内江市市中区", "内江市市中区"),
        ("乐山的市中区", "乐山市市中区"),
        ("阿坝", "阿坝藏族羌族自治州"),
        ("阿坝县", "阿坝藏族羌族自治州阿坝县"),
        ("阿坝州阿坝县", "阿坝藏族羌族自治州阿坝县"),
        ("甘孜那边", "甘孜藏族自治州"),
        ("甘孜县", "甘孜藏族自治州甘孜县"),
        ("广安有哪些医院", "广安市"),
        ("广安区", "广安市广安区"),
        ("东区", "攀枝花市东区"),
        ("攀枝花东区哪里可以丢电池", "攀枝花市东区"),
        ("我们小区东区的垃圾桶", ""),
        ("自贡大安", "自贡市大安区"),
        ("有重大安全隐患", ""),
        ("峨眉山上", "乐山市峨眉山市"),
        ("眉山上哪里看病", "眉山市"),
        ("天府新区咋个办证", "成都市"),
        ("从简阳到射洪", "成都市简阳市 遂宁市射洪市"),
        ("今天全家人都吃了", ""),
        ("去天全怎么走", "雅安市天全县"),
        ("石棉瓦有毒吗", ""),
        ("石棉的危害", ""),
        ("吸到石棉怎么办", ""),
        ("雅安石棉县", "雅安市石棉县"),
        ("投资中的风险", ""),
        ("社会理财靠谱不", ""),
        ("公安居然不管", ""),
        ("他是前锋", ""),
        ("管理县里的垃圾", ""),
        ("宜宾高县", "宜宾市高县"),
        ("高县哪里打疫苗", "宜宾市高县"),
        ("在理县怎么报警", "阿坝藏族羌族自治州理县"),
        ("怎么变成都是广告了", ""),
        ("嘉陵江涨水", ""),
        ("上海长宁区", ""),
        ("我们住东区的人多", ""),
        ("踩在黑水沟里了", ""),
        ("江油县", "绵阳市江油市"),
        ("四川哪里能打", "四川省"),
        ("能用四川话问吗", ""),
        ("过期郫县豆瓣", ""),
        ("郫县哪里有", "成都市郫都区"),
        ("垃圾怎么分", ""),
        ("", ""),
    ],
)
def test_a_text_names_the_most_exact_regions(text, found):
    """A county beats its city; a name in everyday words does not count."""
    assert named(REGIONS.find(text)) == found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我在金堂", "成都市金堂县"),
        ("我是金堂的", "成都市金堂县"),
        ("我住金堂县赵镇", "成都市金堂县"),
        ("我们这儿是北川", "绵阳市北川羌族自治县"),
        ("地区 金堂", "成都市金堂县"),
        ("地区：金堂县", "成都市金堂县"),
        ("地区金堂", "成都市金堂县"),
        ("地区改成绵阳", "绵阳市"),
        ("地区 改成 绵阳", "绵阳市"),
        ("我在成都高新区", "成都市"),
        ("高县", "宜宾市高县"),
        ("我在成都双流区", "成都市双流区"),
        ("我在成都，双流区。", "成都市双流区"),
        ("我在成都的金堂", "成都市金堂县"),
        ("金堂县", "成都市金堂县"),
        ("成都", "成都市"),
        ("金堂", "成都市金堂县"),
        ("我在绵阳这边", "绵阳市"),
        ("我屋头在射洪", "遂宁市射洪市"),
        ("你好，我住在什邡农村", "德阳市什邡市"),
        ("我现在在西昌打工哈", "凉山彝族自治州西昌市"),
        ("我在石棉", "雅安市石棉县"),
        ("我在江油县城里头", "绵阳市江油市"),
        ("我是市中区的", "内江市市中区 乐山市市中区"),
        ("简阳 金堂", "成都市简阳市 成都市金堂县"),
        ("我在重庆", ""),
        ("我屋在平武", "绵阳市平武县"),
        ("屋在金堂", "成都市金堂县"),
        ("我家金堂的", "成都市金堂县"),
        ("我是云南的", ""),
        ("我在北京市", ""),
        ("我是广东省的", ""),
        ("我在上海市长宁区", ""),
        ("我在苏州", ""),
        ("地区 上海", ""),
        ("地区：大安市", ""),
        ("石棉", None),
        ("地区", None),
        ("地区：成都 大安市", ""),
        ("地区差异大", None),
        ("地区差异是什么意思", None),
        (f"地区：{'上海' * 20}", None),
        ("地区 怎么改", None),
        ("我在家里", None),
        ("我在小区", None),
        ("我在阳光小区", None),
        ("我在农贸菜市", None),
        ("我在我们县", None),
        ("我在金堂被骗了怎么办", None),
        ("我在吃饭", None),
        ("我在成都想问垃圾怎么分", None),
        ("我在成都被骗到农村", None),
        ("我在成都遭偷了钱", None),
        ("我不在成都", None),
        ("你在成都吗", None),
        ("我在成都？", None),
        ("成都垃圾分类", None),
        ("", None),
    ],
)
def test_a_message_may_say_where_somebody_is(text, place):
    """Only a message that says nothing else is a place; one we do not list is told apart."""
    assert named(REGIONS.place_of(text)) == place


def asked() -> list[str]:
    """Return every test question, phrasing and waste item's name."""
    cases = [case.question for case in questions.read(QUESTIONS)]
    cases += [case.question for path in QUESTIONS.glob("*.jsonl") for case in questions.read(path)]
    for path in (KNOWLEDGE / "content").glob("*.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            cases += [entry["question"], *entry.get("phrasings", []), *entry.get("not_this", [])]
    with (KNOWLEDGE / "content" / "waste-items.csv").open(encoding="utf-8") as items:
        for row in csv.DictReader(items):
            cases += [row["item"], *row["aliases"].split("|")]
    return cases


def test_no_question_is_taken_for_a_place():
    """Whoever asks gets an answer, not a word about where they are."""
    cases = asked()

    assert len(cases) > 5000
    assert not [text for text in cases if REGIONS.place_of(text) is not None]


@given(
    st.text() | st.text(st.sampled_from("我在是的地区：成都市中区县金堂石棉东 ，？"), max_size=60)
)
def test_any_text_is_answered(text):
    """Whatever somebody writes, what is found is in the list and named once."""
    for found in (REGIONS.find(text), REGIONS.place_of(text) or ()):
        assert len(set(found)) == len(found)
        assert set(found) <= set(ROWS)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("code,name\n510000,四川省\n", "第 1 行"),
        ("", "第 1 行"),
        ("code,name,short\n", "一个地区也没有"),
        ("code,name,short\n510000,四川省\n", "第 2 行：要三格"),
        ("code,name,short\n51,四川省,四川\n", "第 2 行：代码“51”"),
        ("code,name,short\n510000,四川省,四川\n510000,四川省,四川\n", "第 3 行：代码“510000”"),
        (
            "code,name,short\n510000,四川省,四川\n510121,金堂县,金堂\n",
            "第 3 行：代码“510121”的上级",
        ),
        ("code,name,short\n510000,四川省,川\n", "第 2 行：名称和简称至少两个字"),
        (b"code,name,short\n\xff\xfe\n", "读不懂"),
        (None, "读不懂"),
    ],
)
def test_a_broken_list_is_named(tmp_path, content, complaint):
    """Who edited the file reads which line is wrong and why."""
    path = tmp_path / "regions.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(BrokenLexicon, match=rf"regions\.csv .*{complaint}"):
        Regions.load(path)


def test_a_list_saved_by_excel_is_read(tmp_path):
    """A byte order mark, Windows line ends and a blank are no reason to refuse a file."""
    path = tmp_path / "regions.csv"
    path.write_bytes("\ufeffcode,name,short\r\n510000, 四川省,四川\r\n".encode())

    assert Regions.load(path).find("四川") == (Region("510000", "四川省", ("四川",)),)
