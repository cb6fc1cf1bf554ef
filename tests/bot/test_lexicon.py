"""The lexicon: what volunteers know about words, and what a broken file says."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lexicon import BrokenLexicon, Contrasts, Lexicon, Rewriting, rule_out
from bot.text import Language
from webhook.voice import LEXICON


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("遭电打了", "触电了"),
        ("我遭电了", "我触电了"),
        ("遭电遭电打", "触电触电"),
        ("皮皮虾的皮皮", "皮皮虾的皮"),
        ("吃得不", "能不能吃"),
        ("我吃得不多", "我吃得不多"),
        ("遭", "遭"),
        ("", ""),
    ],
)
def test_words_are_replaced_from_the_left_the_longest_first(text, rewritten):
    """A $ means the end of a text; a word that stands for itself shields what is in it."""
    table = {
        "遭电": "触电",
        "遭电打": "触电",
        "皮皮": "皮",
        "皮皮虾": "皮皮虾",
        "吃得不$": "能不能吃",
    }

    assert Rewriting(table)(text) == rewritten


def test_what_was_put_in_is_not_replaced_again():
    """One pass: a row's result is no other row's word, so no table can run in a circle."""
    assert Rewriting({"甲乙": "乙甲", "乙甲": "甲乙"})("甲乙乙甲") == "乙甲甲乙"


@given(st.text(st.sampled_from("遭电打皮虾吃得不$"), max_size=12))
def test_an_empty_table_changes_nothing(text):
    """A lexicon without rows is one, too."""
    assert Rewriting()(text) == Rewriting({"地震": "x"})(text) == text


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("地震来了啷个办", "地震来了怎么办"),
        ("手杆烫到了咋个整", "手臂烫到了怎么办"),
        ("啥子是反诈中心", "什么是反诈中心"),
        ("我妈遭骗了", "我妈被骗了"),
        ("娃儿脑壳痛", "孩子头痛"),
        ("洋芋发芽了吃得不", "土豆发芽了能不能吃"),
        ("罰款要罰好多錢", "罚款要罚多少钱"),
    ],
)
def test_dialect_is_read_as_standard_chinese(voice, said, standard):
    """What is said in Sichuan, by the volunteers' list; traditional characters go first."""
    assert voice.language.standard(said) == standard


@pytest.mark.parametrize(
    "text",
    [
        "节日白天能放鞭炮吗",
        "房子遭受损失找谁",
        "饭后头痛怎么办",
        "皮皮虾过敏怎么办",
        "很多人都在传",
    ],
)
def test_standard_chinese_stays_as_it_is(voice, text):
    """Characters that merely stand side by side are no dialect."""
    assert voice.language.standard(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("电瓶车起火怎么办", "电动自行车起火怎么办"),
        ("网络贷款可靠吗", "网贷可靠吗"),
        ("上当受骗了找谁", "遭骗了找谁"),
    ],
)
def test_words_of_one_group_make_no_other_question(voice, one, other):
    """Synonyms are the same to the matcher, dialect goes on to them."""
    assert voice.language.normalise(one) == voice.language.normalise(other)


@pytest.mark.parametrize("text", ["年轻生孩子要注意什么", "宣传道路安全", "起吊水泥要注意什么"])
def test_a_synonym_hidden_in_other_words_is_none(voice, text):
    """The traps that the head of the file warns of."""
    assert voice.language.normalise(text) == text


def test_a_synonym_is_tried_out_without_a_file():
    """What a volunteer tries counts beside the file's own rows, which stay as they are."""
    tried = Lexicon.load(LEXICON, also={"铁包肉": "三轮车"})
    plain = Lexicon.load(LEXICON)

    assert Language(tried).normalise("铁包肉冒烟怎么办") == "三轮车冒烟怎么办"
    assert Language(tried).normalise("电瓶车起火") == Language(plain).normalise("电瓶车起火")
    assert Language(plain).normalise("铁包肉冒烟怎么办") == "铁包肉冒烟怎么办"


@pytest.mark.parametrize(
    ("asked", "known", "ruled_out"),
    [
        ("大人发烧", "孩子发烧", True),
        ("小孩发烧", "孩子发烧", False),
        ("大人发烧", "孩子和大人发烧", False),
        ("大人和孩子发烧", "孩子发烧", False),
        ("发烧", "孩子发烧", False),
        ("大人发烧", "发烧", False),
        ("大人被狗咬", "大人被蛇咬", True),
    ],
)
def test_words_of_one_line_rule_each_other_out(asked, known, ruled_out):
    """Only where another side is known, and not this one; each group for itself."""
    contrasts = Contrasts([[["孩子", "小孩"], ["大人"]], [["狗"], ["蛇"]]])

    assert rule_out(contrasts.sides(asked), contrasts.sides(known)) is ruled_out


def a_folder_with(tmp_path, name, data):
    folder = shutil.copytree(LEXICON, tmp_path / "lexicon")
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


FILES = ("words.yaml", "stopwords.yaml", "dialect.yaml", "synonyms.yaml", "contrasts.yaml")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "data",
    ["", "[", "- 甲", "other: []", "words: 1\ngroups: 1\nstop: 1", "\0", b"\xff", "[" * 100_000],
)
def test_a_broken_file_is_named(tmp_path, name, data):
    """Empty, cut off, another shape, no UTF-8, endless brackets: one kind of error, by name."""
    with pytest.raises(BrokenLexicon, match=name):
        Lexicon.load(a_folder_with(tmp_path, name, data))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path, name):
    """A half-copied folder is not taken for a whole one."""
    folder = shutil.copytree(LEXICON, tmp_path / "lexicon")
    (folder / name).unlink()

    with pytest.raises(BrokenLexicon, match=name):
        Lexicon.load(folder)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("words.yaml", "words: [反诈, 110]", "加引号"),
        ("words.yaml", "words: [反诈, '']", "一行一个词"),
        ("stopwords.yaml", "stop: []\nbefore: []", "stop、before、after"),
        ("stopwords.yaml", "stop: []\nbefore: 请问\nafter: []", "before"),
        ("dialect.yaml", "words: [啷个]", "四川话: 普通话"),
        ("dialect.yaml", "words: {啷个: }", "四川话: 普通话"),
        ("dialect.yaml", "words: {啷个: 12}", "加引号"),
        ("dialect.yaml", "words: {遭: 被}", "“遭”太短"),
        ("dialect.yaml", "words: {不$: 吗}", "太短"),
        ("synonyms.yaml", "groups: {网贷: 网络贷款}", "一行一组"),
        ("synonyms.yaml", "groups: [[网贷, 12]]", "一行一组"),
        ("synonyms.yaml", "groups: [[网贷, 贷]]", "“贷”太短"),
        ("synonyms.yaml", "groups: [[网贷, 贷款], [借钱, 贷款]]", "“贷款”站在两组里"),
        ("contrasts.yaml", "groups: [狗, 蛇]", "一行一组"),
        ("contrasts.yaml", "groups: [[110, 120]]", "一行一组"),
    ],
)
def test_a_mistake_says_what_to_write(tmp_path, name, text, words):
    """The file, the word where it is one word, and how it should look."""
    with pytest.raises(BrokenLexicon, match=name) as broken:
        Lexicon.load(a_folder_with(tmp_path, name, text))
    assert words in str(broken.value)
