"""Finding: what people really type, asked of the shipped content."""

import pytest

from bot.finding import Found, Turn


@pytest.fixture(scope="module")
def find(shipped):
    def find(text, last=None) -> Found:
        return shipped.answering.finder.find(text, shipped.library.shelf, last)

    return find


@pytest.fixture(scope="module")
def followed(find):
    """Ask one question, then another with the turn before."""

    def followed(before, text) -> Found:
        return find(text, Turn(before, find(before).topic))

    return followed


@pytest.mark.parametrize(
    ("question", "entry_id"),
    [
        ("心肺服苏怎么做", "first-aid/cpr"),
        ("海姆力克怎么做", "first-aid/choking"),
        ("心肺苏怎么做", "first-aid/cpr"),
        ("心肺复苏复苏怎么做", "first-aid/cpr"),
        ("请问，心肺復甦怎麼做？", "first-aid/cpr"),
        ("被狗咬了😭😭怎么办！！！", "first-aid/dog-bite"),
        ("ｅ 被 狗 咬 了 怎 么 办", "first-aid/dog-bite"),
        ("\u202e被狗\u200b咬了\0怎么办\ufeff", "first-aid/dog-bite"),
        ("遭狗咬了啷个办", "first-aid/dog-bite"),
        ("野生菌子吃得不", "food-medicine/wild-mushroom"),
        ("电马儿能不能推进楼道充电", "home-safety/e-bike-charging"),
        ("电瓶车能不能推进楼道充电", "home-safety/e-bike-charging"),
        ("过期药咋个甩", "waste/过期药品"),
        ("5號電池是什麼垃圾", "waste/5号电池"),
        ("５号电池是什么垃圾", "waste/5号电池"),
        ("guoqiyao zenme reng", "waste/过期药品"),
        ("beigouyaolezenmeban", "first-aid/dog-bite"),
        ("心肺fusu怎么做", "first-aid/cpr"),
    ],
)
def test_what_people_type_leads_to_the_entry(find, question, entry_id):
    """A homophone, a lost or doubled character, traditional, wide, noise, dialect, pinyin."""
    assert find(question).first == entry_id


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("心肺复苏怎么做", "xinfeifusuzenmezuo"),
        ("心肺复苏怎么做", "心肺復甦怎麼做"),
        ("电瓶车能不能推进楼道充电", "dianpingchenengbunengtuijinloudaochongdian"),
        ("电瓶车能不能推进楼道充电", "电马儿能不能推进楼道充电"),
        ("2.5升水要煮多久", "２．５升水要煮好久？"),
        ("酒精浓度75%能消毒吗", "酒精濃度７５％能消毒吗！"),
    ],
)
def test_the_same_question_finds_the_same(find, question, typed):
    """What the lexicon or the keyboard makes of it is equal, to the last digit."""
    assert find(typed) == find(question)


@pytest.mark.parametrize("text", ["嗯", "哦", "好吗", "怎么办", "的", "xyz", "سلام", "١٢٣"])
def test_what_asks_nothing_finds_nothing(find, text):
    """A filler, a question without a matter, another script: no answer, no offer."""
    assert find(text).first is None


def test_a_short_text_is_answered_only_where_it_names_a_thing(find):
    """电池 has one bin; 地震 names a field, and what of it is meant is asked back."""
    assert find("电池").entry_id == find("嗯，电池").entry_id == "waste/电池"

    field = find("地震")
    assert field.entry_id is None
    assert len(field.options) > 1


RAMBLE = (
    "昨天我们几个老姐妹约起去公园耍。天气好得很，太阳也大。中午在农家乐吃了饭，还打了一会儿牌。"
    "后来我看到好多人围起的。我也不晓得是啥子情况。回来的路上我一直在想这个事情。"
)


@pytest.mark.parametrize("place", [0, 50, len(RAMBLE)])
def test_the_best_part_of_a_long_message_counts(find, place):
    """One question among seven sentences is found wherever it stands."""
    found = find(RAMBLE[:place] + "。被狗咬了要不要打狂犬疫苗？" + RAMBLE[place:])

    assert found.first == "first-aid/dog-bite"


def test_what_is_asked_behind_the_cap_is_found(find):
    """200 code points are the cap of a part, not of the message."""
    told = "我跟你说这个事情真的是说来话长，" * 12 + "。"

    assert len(told) > 190
    assert find(told + "过期药怎么扔？").entry_id == "waste/过期药品"


def test_a_ramble_without_full_stops_is_taken_apart(find):
    """Dictated in one breath; the commas are all there is."""
    told = "昨天下午我带起孙儿去赶场买了三斤洋芋，走到半路太阳大得很，我们两个就在黄桷树下头歇气，"

    assert find(told + "结果孙儿被狗咬了怎么办").first == "first-aid/dog-bite"


def test_of_several_questions_the_first_is_answered_and_the_others_offered(find):
    """In the order they were asked; the same entry is not offered beside itself."""
    found = find("过期药怎么扔？心肺复苏怎么做？被狗咬了怎么办？过期药丢哪里？")

    assert found.entry_id == "waste/过期药品"
    assert found.options == ("first-aid/cpr", "first-aid/dog-bite")
    assert find("心肺复苏怎么做？过期药怎么扔？").options == ("waste/过期药品",)


def test_several_questions_without_an_answer_stay_without(find):
    """Two unknown things do not add up to something known."""
    assert find("二手钢琴多少钱一台？明天的电影票哪里买？").entry_id is None


@pytest.mark.parametrize(
    ("before", "text", "entry_id"),
    [
        ("被狗咬了怎么办", "那小孩呢", "first-aid/dog-bite"),
        ("被狗咬了怎么办", "那猫呢？", "first-aid/dog-bite"),
        ("烫伤了怎么处理", "那娃儿呢", "first-aid/burn"),
        ("过期药怎么扔", "电池呢", "waste/电池"),
        ("电动车充电要注意什么", "电池呢", "home-safety/e-bike-charging"),
    ],
)
def test_a_follow_up_is_read_with_the_turn_before(followed, before, text, entry_id):
    """What is named instead, or besides, where the entry speaks of it."""
    assert followed(before, text).entry_id == entry_id


def test_a_follow_up_without_a_turn_before_is_no_question(find):
    """Nobody knows what 那小孩呢 is about."""
    assert find("那小孩呢").first is None


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("被狗咬了怎么办", "心肺复苏怎么做"),
        ("天天喝板蓝根，能预防流感吗？", "流感疫苗呢"),
        ("被狗咬了怎么办", "电视机前面坐久了好不好呢"),
        ("被狗咬了怎么办", "你们的工作时间是几点到几点"),
        ("过期药怎么扔", "灯管是什么垃圾"),
    ],
)
def test_what_makes_sense_alone_is_read_alone(find, followed, before, text):
    """The turn before changes nothing of it."""
    assert followed(before, text) == find(text)


def test_a_thing_after_talk_of_something_else_may_mean_either(followed):
    """Its bin, or what was talked of: both are offered, neither is given."""
    found = followed("被狗咬了怎么办", "过期药呢")

    assert found.entry_id is None
    assert len(found.options) > 1
    assert found.options[0].startswith("waste/")


@pytest.mark.parametrize(
    ("before", "text", "wrong", "right"),
    [
        ("被蛇咬了怎么办", "那马蜂呢", "first-aid/snake-bite", "first-aid/bee-sting"),
        (
            "野生蘑菇能吃吗",
            "那四季豆呢",
            "food-medicine/wild-mushroom",
            "food-medicine/green-beans",
        ),
        ("油锅起火怎么办", "那电器呢", "home-safety/oil-pan-fire", None),
        ("被狗咬了怎么办", "那地震呢", "first-aid/dog-bite", None),
    ],
)
def test_an_entry_that_does_not_speak_of_it_is_no_answer(followed, before, text, wrong, right):
    """A wasp is no snake and a socket no pan: asked back, the likelier first."""
    found = followed(before, text)

    assert found.entry_id is None
    assert wrong in found.options
    assert right in (None, found.first)


def test_a_follow_up_stays_on_its_topic(find):
    """What both turns together would find in another field was not meant."""
    assert find("那小孩呢", Turn("被狗咬了怎么办", "first-aid")).first == "first-aid/dog-bite"
    assert find("那小孩呢", Turn("被狗咬了怎么办", "waste")).first is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "\ud800", "\u202e", "？！……", "🎉", "的" * 5000, "？" * 5000, "好。" * 2000,
     "a" * 5000, "，" * 5000, "\u0301" * 500, "那呢", "呢", "那么还有呢"],
)  # fmt: skip
def test_bad_input_finds_nothing(find, text):
    """No exception, no answer, with a turn before and without one."""
    assert find(text).entry_id is None
    assert find(text, Turn("\ud800", "first-aid")).entry_id is None


def test_every_phrasing_finds_its_entry(find, shipped):
    """What a volunteer wrote down is answered, the 6 000 of them, whatever the coefficients."""
    shelf = shipped.library.shelf
    ways = [(way, one.entry.id) for one in shelf.answers() for way in one.entry.asked_as]

    lost = [way for way, entry_id in ways if find(way).entry_id != entry_id]

    assert len(ways) > 1000
    assert lost == []


@pytest.mark.parametrize(
    ("question", "entry_id"),
    [
        ("肺癌会传染吗", "first-aid/tuberculosis"),
        ("被海蜇蜇了咋办", "first-aid/bee-sting"),
        ("没发芽的土豆能吃吗", "food-medicine/sprouted-potato"),
        ("没吃头孢能喝酒吗", "food-medicine/cephalosporin-alcohol"),
        ("大人发烧怎么退烧", "first-aid/child-fever"),
    ],
)
def test_what_an_entry_is_not_about_is_never_answered_by_it(find, question, entry_id):
    """Another disease, another animal, a not, a grown-up: near in meaning, and another answer."""
    assert find(question).entry_id != entry_id
