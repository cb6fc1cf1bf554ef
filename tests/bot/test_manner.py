"""Manners: who greets, thanks, scolds or hits keys is not taken for somebody who asks."""

import csv
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.lexicon import BrokenLexicon, Lexicon
from bot.manner import LONGEST, Manner, Manners
from bot.text import Language

ROOT = Path(__file__).parents[2]
LEXICON, CONTENT = ROOT / "knowledge" / "lexicon", ROOT / "knowledge" / "content"
QUESTIONS = ROOT / "tests" / "questions"
PHRASES = ROOT / "bot" / "phrases.yaml"
FILE = LEXICON / "manners.yaml"
URGENT, HOTLINES = LEXICON / "urgent.yaml", LEXICON / "hotlines.yaml"

SAID = {
    Manner.GREETING: """
        你好|您好！|你好呀～|哈喽哈喽|嗨|hello|Hi!|在吗？|在不在嘛|有人没得|早上好|早啊|老师好
        医生，您好|你好，在吗|你好你好你好|嬢嬢你好|請問在嗎|新年快乐！|大家晚上好|我想问个事情
        请问
    """,
    Manner.THANKS: """
        谢谢|谢谢你！|謝謝|多谢了哈|谢谢谢谢|非常感谢您|那就谢谢你了嘛|劳慰你了|辛苦了🌹|好的
        好的，谢谢|要得|晓得了|哦，晓得了|嗯嗯|嗯|OK|收到，谢谢老师|谢谢你的耐心解答|你好，谢谢
        🙏🙏|好嘛好嘛好嘛|thank you|我这下搞懂了|[玫瑰][玫瑰]|3Q
    """,
    Manner.GOODBYE: """
        再见|拜拜|拜拜啦~|好的，再见|谢谢，再见|谢谢再见|那我睡了哈|明天再聊|下次再问你哈|88|886
        晚安|不聊了|👋|byebye|那就改天再摆嘛
    """,
    Manner.PRAISE: """
        你真棒|你好厉害哦|硬是巴适|666|6666666|👍|👍👍👍|讲得好|说得真清楚|你太聪明了嘛
        太好了，谢谢|点赞|巴适得板！|你硬是得行|安逸惨了|机器人真聪明|[强]
    """,
    Manner.ANGER: """
        滚|滚！！！|滚滚滚滚滚|给老子爬远点|妈的|傻逼|你个哈儿|你是不是瓜的|你这个瓜娃子嘛
        你真没用|什么破机器人|这是什么破答案|啥子烂玩意儿|答非所问|你简直答非所问嘛|说的啥子
        你说的些啥子哦|听不懂人话|你根本听不懂人话|一点用没得|一点用都没有|半点用都没得|懂个铲铲
        你晓得个锤子|你是垃圾|你们就是废物|你脑壳有包|日你先人板板|问了半天等于没问
        这个系统太差劲了|我要投诉你们|哈哈，滚|😡|🖕🖕|SB|尼玛|你好，你是傻逼吗|胡说八道
        人工智障|气死我了|你个龟儿子
    """,
    Manner.TEASING: """
        你是谁|你到底是哪个嘛|你是谁造的|你是哪个开发的|你叫啥名字|你几岁了|你好笨|你好笨哦！
        你咋个恁个笨|你有点傻哦|你吃饭没有|你中午吃饭没得|你是男的女的|你结婚没有|你有对象没得
        我爱你|我好喜欢你哟|讲个笑话|给我讲个冷笑话嘛|你会唱歌不|你会不会打麻将|1+1等于几|1+1=?
        １＋１＝？|2+3等于好多|一加一等于几|哈哈，你好笨|陪我聊天|520|我是你爸爸|考考你
    """,
    Manner.LAUGHTER: """
        哈哈|哈哈哈哈|哈哈哈哈哈哈哈哈！！|嘿嘿嘿|哈嘿哈嘿嘻嘻|hhh|hhhhhhh|hahaha|233|2333333|😂
        😂😂😂|🤣👍|笑死我了|哈哈哈哈笑死我了|好好笑哦|[捂脸][捂脸]|呵呵，哈哈|xswl
    """,
    Manner.NOISE: """
        asdfgh|asdf|qwerty|ASDFGHJKL|fdsa|sdfsdf|dfgdfgdfg|xhdkfjs|lkjlkjlkj|aaaaaa|ssssssss|qwe
        asdasd|123456|654321|1234|1111|00000000|123123|？？？？|。|！|……|、、、|~~~|啊|啊啊啊啊
        啊呀呀呃|呃|我我我我|的的的的|555|emmmm|测试|发错了|娃儿按的|🎈|🐶🐱|asdf jkljkl
        sdhfkjsd!!|%%%|_|嗷嗷嗷|lalala|，，，啊
    """,
}
ASKED = """
    你好，过期药怎么扔|妈的被骗了怎么办|垃圾怎么分|滚烫的油起火|疯狗咬了|垃圾|骗子|废物|神经病
    你是不是骗子|滚水烫了手|爬山摔了咋办|傻子才信的中奖短信是真的吗|笨蛋都晓得的急救有哪些
    哈士奇咬人了|瓜皮|瓜皮是什么垃圾|锤子|牛皮|玫瑰|好的睡眠要几个小时|谢谢，电池扔哪里
    再见了手机怎么回收|拜拜肉怎么减|早上好晕|早上头晕|晚上好冷怎么取暖|晚上好多蚊子
    嗯，娃儿发烧了|啊，触电了|哎呀烫到了|哈哈病是什么病|笑死会不会真的死|笑气有什么危害|笑
    你好烫伤怎么办|在吗，停水了找谁|CPR|HPV|AED|ETC|app|PM2.5|12345|96110|110|119|120|12320
    95598|1|2|3|13|400|2026|3.14|13800138000|WiFi|DNA|PVC|LED|DVD|CCTV|HDMI|dizhen le zenmeban
    lajifenlei|beigouyaole|zhengchangxueyashiduoshao|chudian|guoqiyao zenme reng|jiuming
    shangwangzhapian|what is CPR|how to do first aid|were|tree|property|strengths
    months through winter|rhythm|fire|help me please|www.scjgj.gov.cn|救命|救救救救救|痛痛痛痛
    火火火|血|疼|痒|🆘|🆘🆘|🔥|AAA|🚑|不想活了|我想死|死|去死|想跳楼|再见了，这个世界
    操作燃气灶要注意什么|草泥马是什么动物|日光灯扔哪|靠近变压器危险吗|切到手了
    呸出来的血是怎么回事|我去年打过疫苗还要打吗|你说的药在哪买|你个人信息泄露了怎么办
    你吃过的药会不会过敏|你是男的女的都要打HPV吗|你好毒的蛇有哪些|你真的能查回执吗
    1+1疗法是真的吗|一加一等于二的保健品|我爱你短信诈骗|讲个防诈骗的|你会不会算命|你是真人吗
    可以睡了吗|可以吃饭没有|没用的药怎么扔|有什么用|安全吗|真的吗|为什么|怎么办|然后呢|还有呢
    多少钱|恼火得很|说话说不清楚|说不清楚|脑壳有包|666元红包是不是诈骗|88号汽油|520红包诈骗|强酸
    牛|牛奶|哈密瓜皮|他妈晕倒了|他妈妈晕倒了|你妈出事了|你妈妈中毒了
"""


def cut(texts):
    """Texts as they stand in a table, one after the other."""
    return [text.strip() for text in re.split(r"[|\n]", texts) if text.strip()]


TABLE = [(manner, text) for manner, texts in SAID.items() for text in cut(texts)]
NONE = cut(ASKED)


@pytest.fixture(scope="module")
def manners():
    return Manners.load(FILE)


@pytest.fixture(scope="module")
def of(manners):
    language = Language(Lexicon.load(LEXICON))
    return lambda text: manners.of(language.normalise(text), text)


@pytest.mark.parametrize(("manner", "text"), TABLE)
def test_a_manner_is_known_however_it_is_written(of, manner, text):
    """Listed or not, repeated, in traditional characters, with signs: it is no question."""
    assert of(text) is manner


@pytest.mark.parametrize("text", NONE)
def test_what_may_ask_something_is_no_manner(of, text):
    """A question that begins with an insult, a bare thing, a number, an abbreviation go on."""
    assert of(text) is None


def test_the_tables_are_large_and_go_beyond_the_lists(manners):
    """The tables above test the patterns too, not only the lists."""
    unlisted = [text for _, text in TABLE if text.lower() not in manners.words]

    assert len(TABLE) >= 120
    assert len(NONE) >= 80
    assert len(unlisted) >= 60


def test_every_listed_word_is_its_manner(of):
    """What a volunteer writes into the file is answered as they wrote it."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    wrong = {
        word: of(word)
        for manner, section in listed.items()
        for word in section["words"]
        if of(word) != manner
    }

    assert wrong == {}


def test_the_lists_are_as_rich_as_people_are():
    """Each manner has enough words that one who looks for theirs finds it."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    few = {name for name, section in listed.items() if len(set(section["words"])) < 50}

    assert few == set()
    assert len(set(listed["anger"]["words"])) >= 80


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [str(value)]


def texts_of(path):
    """What is asked in a file: questions, phrasings, names, numbers, commands."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line)["question"] for line in text.splitlines()]
    if path.suffix == ".csv":
        rows = csv.DictReader(text.splitlines())
        names = (name for row in rows for name in (row["item"], *row["aliases"].split("|")))
        return list(filter(None, names))
    values = yaml.safe_load(text)
    if path.parent == CONTENT:
        return [text for one in values.values() for text in asked_as(one)]
    if path == URGENT:
        return [text for rule in values["rules"].values() for text in warned_of(rule)]
    return strings(values["words"] if path == PHRASES else values)


def asked_as(entry):
    return (entry["question"], *entry.get("phrasings", ()))


def warned_of(rule):
    return (*rule["positive"], *rule["negative"])


FILES = [path for path in QUESTIONS.iterdir() if path.suffix in {".yaml", ".jsonl"}]
FILES += [*CONTENT.iterdir(), URGENT, HOTLINES, PHRASES]


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nothing_that_is_asked_is_a_manner(of, path):
    """No question, answered or not, no waste item, danger, hotline or command is chat."""
    texts = texts_of(path)

    assert len(texts) > 20
    assert {text: manner for text in texts if (manner := of(text))} == {}


# --- any text -----------------------------------------------------------------------------------


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_text_is_answered(of, manners, text):
    """No text of any script, with halves of characters and NUL, makes the lookup fail."""
    assert of(text) in {None, *Manner}
    assert manners.of("", text) in {None, *Manner}


class Counting(dict):
    """Words that count the characters they are asked about."""

    asked = 0

    def __contains__(self, key):
        self.asked += len(key)
        return super().__contains__(key)

    def get(self, key, default=None):
        self.asked += len(key)
        return super().get(key, default)


class Reading:
    """A pattern that matches nothing and counts the characters it is given."""

    read = 0

    def fullmatch(self, text):
        self.read += len(text)


UNITS = ["啊", "滚", "我", "哈嘿", "你好", "谢谢你", "as", "sdfkj", "a ", "我 ", "我，", "，", "👍"]
UNITS += ["我我我，我我 ", "妈的滚", "\u0300", "ﷺ", "你是不是", "1+", "你个", "％_", "1", "12"]


def test_a_question_behind_many_greetings_is_heard(of):
    """What is beyond the text that is compared may be a question: no manner."""
    assert of("你好" * 100 + "过期药怎么扔") is None


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_costs_little_more_than_a_short_one(manners, unit):
    """Of 3000 characters, the patterns read at most a few dozen and the lists each a few times."""
    text = (unit * 3000)[:3000]
    words, pattern = Counting(manners.words), Reading()

    known = Manners(words, ((pattern, Manner.NOISE),))
    known.of(text, text)
    known.of(text, "一")

    assert pattern.read <= LONGEST * 4
    assert words.asked <= 3000 * 20 * 3 + LONGEST**3  # one sign may become 18 letters


@given(st.text("哈我你滚啊a1，。 妈", max_size=300))
def test_no_mixture_costs_more(manners, text):
    """What is cut into parts is read part by part, each distinct part once."""
    pattern = Reading()

    Manners(manners.words, ((pattern, Manner.NOISE),)).of(text, text)

    assert pattern.read <= LONGEST * 4


# --- the file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("praise:", "prise:", "要有且只有这几段"),
        ("greeting:\n  words:", "greeting:\n  wrods:", "greeting 下面要有 words"),
        ("  words: [\n    滚,", "  words: [\n    666,", "加引号"),
        ("  words: [\n    滚,", "  words: [\n    '  ',", "加引号"),
        ("  words: [\n    滚,", "  words: [\n    你好,", "站在两段里"),
        ("h{2,30}\n", "h+\n", "太费时间"),
        ("h{2,30}\n", "h{2,}\n", "太费时间"),
        ("h{2,30}\n", "(?:h{1,9}){1,9}\n", "太费时间"),
        ("h{2,30}\n", "(?:(?:h|a)|b){1,9}\n", "太费时间"),
        ("h{2,30}\n", "(?:h\n", "读不懂"),
        ("greeting:", "greeting: [", "读不懂"),
    ],
)
def test_a_broken_file_is_named(tmp_path, old, new, said):
    """Whoever edited the file reads which file it is and what to do."""
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "manners.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BrokenLexicon, match=rf"manners\.yaml.*{said}"):
        Manners.load(tmp_path / "manners.yaml")


def test_a_missing_file_is_named(tmp_path):
    """A file that is not there is said to be so by name."""
    with pytest.raises(BrokenLexicon, match=r"manners\.yaml"):
        Manners.load(tmp_path / "manners.yaml")
