"""The conversation: danger first, then words, choices, things and questions."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import BrokenPhrases, Phrases
from bot.commands import receipt as written_receipt
from bot.message import Deeds, Kind, Message, Outcome, Reply
from bot.model import BY_WORDS, RIGHT_BY_WORDS, RISKS, Coefficients
from bot.state import MemoryState
from knowledge.entries.entry import EntryKind, RegionBlock, WasteItem, waste_entry
from knowledge.entries.store import Revision, Snapshot
from tests.conftest import an_entry, anew
from webhook.voice import BOT, converse


class Shown:
    """What is published, kept in a list instead of a database."""

    def __init__(self, entries):
        self.number = 1
        self.entries = entries

    def snapshot_number(self):
        return self.number

    def snapshot(self):
        at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        return Snapshot(
            self.number,
            tuple(Revision(e, 1, "local", "王芳", "李强", 1, at) for e in self.entries),
        )


def entries():
    police = an_entry(regions=(("510100", RegionBlock("成都：马上挂断。")),))
    other = an_entry(
        "fraud/refund",
        question="客服打电话说要退款给我是真的吗",
        phrasings=("淘宝客服说退钱", "快递丢了要赔我钱", "客服喊我加群退款", "退款要点链接吗"),
        conclusion="先挂断，自己到平台里查。",
    )
    item = WasteItem("其他垃圾", "不含汞。", source="GB/T 19095-2019; 名称另有出处")
    battery = waste_entry("干电池", ("5号电池",), item)
    cards = [
        an_entry(rule_card, kind=EntryKind.CARD, phrasings=(), conclusion=f"先打 110。{rule_card}")
        for rule_card in sorted(CARDS)
    ]
    return [police, other, battery, *cards]


CARDS = {
    rule["card"]
    for rule in yaml.safe_load(
        (BOT.parent / "knowledge" / "lexicon" / "urgent.yaml").read_text(encoding="utf-8")
    )["rules"].values()
}


@pytest.fixture(scope="module")
def base(voice):
    # By spelling alone, so that what is offered does not hang on how the coefficients were fitted.
    fit = Coefficients(
        rank={**dict.fromkeys(BY_WORDS, 0.0), "spelling": 1.0},
        right={**dict.fromkeys(RIGHT_BY_WORDS, 0.0), "spelling": 10.0, "bias": -6.0},
        squared={},
        sure=dict.fromkeys(RISKS, 0.68),
        maybe=0.35,
    )
    answers = replace(voice.model.answers, words=fit)
    voice = replace(voice, model=replace(voice.model, answers=answers))
    conversation = converse(voice, Shown(entries()), MemoryState())
    conversation.library.refresh()
    return conversation


@pytest.fixture
def conversation(base):
    return anew(base)


@pytest.fixture
def say(conversation):
    numbers = iter(range(1000))

    def say(text, *, sender="阿一", **more) -> Reply:
        message = Message("webchat", f"m{next(numbers)}", sender, text, **more)
        return conversation.reply(message, receipt="K7M3F-9QX2D")

    return say


def test_a_known_question_gets_its_answer_with_its_source(say):
    """Conclusion first, then steps, then who says so."""
    reply = say("检察院来电话？")

    assert reply.outcome is Outcome.ANSWERED
    assert reply.text.startswith("马上挂断，一分钱都不要转。\n")
    assert "1. 挂断电话。" in reply.text
    assert "公安部：《防骗手册》（2025-06-18）" in reply.text
    assert (reply.entry_id, reply.revision) == ("fraud/fake-police", 1)
    assert reply.links[0].url == "https://ask.example.org/entry/fraud/fake-police"


def test_the_answer_is_the_region_s_own(say):
    """Where a city reads differently, its residents read that."""
    assert say("检察院来电话", region="510107").text.startswith("成都：")


def test_an_unknown_question_gets_the_honest_word_and_a_receipt(say):
    """No answer is made up; what was asked is kept with its personal data masked."""
    reply = say("量子计算机哪里买，打我电话13812345678")

    assert reply.outcome is Outcome.UNMET
    assert "不乱答" in reply.text
    assert reply.receipt == "K7M3F-9QX2D"
    assert "https://ask.example.org/q/K7M3F-9QX2D" in reply.text
    assert reply.deeds.unmet == "量子计算机哪里买，打我电话［电话］"


def test_a_reply_keeps_no_words_when_it_is_stored(say):
    """What the ledger keeps for a retry holds nothing a resident wrote."""
    reply = say("我的秘密是量子计算机")

    assert "秘密" not in reply.to_json()
    assert Reply.from_json(reply.to_json()) == replace(reply, deeds=Deeds())


def offered(say):
    reply = say("客服打电话退款")
    assert reply.outcome is Outcome.OFFERED, reply
    return reply


def test_a_choice_is_offered_and_taken_by_number(say):
    """Did you mean: a number picks the answer, as a digit or a word."""
    reply = offered(say)

    assert 1 <= len(reply.options) <= 3
    assert "1. " in reply.text
    assert say("1").entry_id == reply.options[0].entry_id
    offered(say)
    assert say("第一个。").entry_id == reply.options[0].entry_id


def test_none_of_these_makes_a_demand_of_the_question(say):
    """都不是 is not the question: what was asked before is."""
    offered(say)

    reply = say("都不是")

    assert reply.outcome is Outcome.UNMET
    assert reply.deeds.unmet == "客服打电话退款"


def test_a_number_that_was_not_offered_picks_nothing(say):
    """Three where two were offered is a slip, not a demand."""
    reply = offered(say)

    assert len(reply.options) < 3
    again = say("3")
    assert (again.outcome, again.options) == (Outcome.OFFERED, reply.options)
    assert "没有这个编号" in again.text
    assert say("1").entry_id == reply.options[0].entry_id


def test_a_choice_belongs_to_whoever_was_asked(say):
    """Another resident's number means nothing here."""
    offered(say)

    assert say("1", sender="阿二").outcome is Outcome.CHAT


def test_the_same_choice_twice_is_the_same_answer(say):
    """A retry that overtakes the first try reads the same open choice."""
    offered(say)

    assert say("1") == say("1")


@pytest.mark.parametrize("text", ["我妈正在给骗子转账", "房子着火了，有人困在里面", "有人溺水了"])
def test_danger_comes_first(say, text):
    """The card is the first thing read, its numbers can be dialled."""
    reply = say(text)

    assert reply.outcome is Outcome.URGENT
    assert reply.text.startswith("先打 110。")
    assert ("tel:110") in [link.url for link in reply.links]


@pytest.mark.parametrize(
    "text", ["K7M3F-9QX2D", "回执：k7m3f—9qx2d。", "Ｋ７Ｍ３Ｆ９ＱＸ２Ｄ", "我的回执 k7m3f9qx2d"]
)
def test_a_receipt_in_the_chat_is_no_question(say, text):
    """Pasted into the chat it becomes no demand; one that is none is said to be none."""
    reply = say(text)

    assert reply.outcome is Outcome.COMMAND
    assert "没有找到这个回执" in reply.text
    assert not reply.deeds.unmet


@pytest.mark.parametrize("text", ["1380000000", "ABCDE", "量子计算机K7M3F-9QX2D", "hello-world"])
def test_what_only_looks_like_a_receipt_is_none(say, text):
    """A number, a word, a sentence: looked up like anything else."""
    assert say(text).outcome is not Outcome.COMMAND


def test_danger_is_seen_in_a_long_message(say):
    """The cap on what is matched does not hide what was said at the end."""
    assert say("今天天气很好。" * 100 + "我妈正在给骗子转账").outcome is Outcome.URGENT


def test_a_thing_s_bin_is_answered_from_the_table(say):
    """Waste items are entries of their own kind."""
    reply = say("5号电池是什么垃圾")

    assert (reply.outcome, reply.entry_id) == (Outcome.ANSWERED, "waste/干电池")
    assert reply.text.startswith("干电池属于其他垃圾。")
    assert "来源：GB/T 19095-2019；" in reply.text


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        ("菜单", Outcome.COMMAND, "主题"),
        ("帮助！", Outcome.COMMAND, "回执"),
        ("主题", Outcome.COMMAND, "垃圾分类"),
        ("你好", Outcome.CHAT, "您好"),
        ("谢谢啊", Outcome.CHAT, "不客气"),
        ("？？？", Outcome.CHAT, "没看懂"),
        ("😀", Outcome.CHAT, "高兴"),
        ("2", Outcome.CHAT, "没有要选的"),
        ("都不是", Outcome.CHAT, "没有要选的"),
    ],
)
def test_words_that_are_no_question_get_a_word_back(say, text, outcome, words):
    """Menu, greeting, thanks and noise are neither answered nor made a demand."""
    reply = say(text)

    assert reply.outcome is outcome
    assert words in reply.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.VOICE, "打字"), (Kind.OTHER, "文字"), (Kind.ARRIVED, "问科学")],
)
def test_other_kinds_are_answered_politely(say, kind, words):
    """Voice, pictures and a new follower each get a sentence that helps."""
    assert words in say("", kind=kind).text


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_text_gets_a_reply_from_content_or_phrases(base, text):
    """Nothing is ever made up: every reply carries a revision, options, or a fixed sentence."""
    conversation = anew(base)
    reply = conversation.reply(Message("webchat", "m", "s", text), receipt="K7M3F-9QX2D")

    assert reply.text
    if reply.outcome in {Outcome.ANSWERED, Outcome.URGENT}:
        assert reply.entry_id
        assert reply.revision
    elif reply.outcome is not Outcome.OFFERED:
        shape = "|".join(_as_pattern(s) for s in base.wording.phrases.sentences.values())
        assert re.fullmatch(shape, reply.text)


def _as_pattern(sentence):
    return re.sub(r"\\\{\w+\\\}", "[^\n]*", re.escape(sentence))


def test_a_broken_snapshot_leaves_the_old_one(voice):
    """Publishing something that cannot be built does not take the answers away."""
    shown = Shown(entries())
    fresh = converse(voice, shown, MemoryState())
    fresh.library.refresh()
    shown.number, shown.entries = 2, [None]

    with pytest.raises(AttributeError):
        fresh.library.refresh()

    assert fresh.library.shelf.number == 1
    assert fresh.library.shelf.revisions


@pytest.mark.parametrize("text", ["", "words: {}\n- 1", "words: {other: [a]}", "welcome: 1"])
def test_broken_phrases_are_named(tmp_path, text):
    """The file of fixed sentences is checked when it is loaded."""
    path = tmp_path / "phrases.yaml"
    path.write_text(text)

    with pytest.raises(BrokenPhrases, match=r"phrases\.yaml"):
        Phrases.load(path)


@pytest.mark.parametrize(
    ("typed", "receipt"),
    [
        ("VJSZO-E65W9", "VJSZ0-E65W9"),
        ("V J S Z 0 - E 6 5 W 9", "VJSZ0-E65W9"),
        ("vjsz0 e65w9", "VJSZ0-E65W9"),
        ("我的回执是VJSZ0-E65W9", "VJSZ0-E65W9"),
        ("我的问题 VJSZ0-E65W9", "VJSZ0-E65W9"),
        ("查一下vjsz0e65wL。", "VJSZ0-E65W1"),
        ("helloworld", None),
        ("hello-world", None),
        ("1380000000", None),
        ("看" * 3000, None),
        ("号码" * 1500, None),
    ],
)
def test_a_receipt_is_read_however_it_is_typed(typed, receipt):
    """With letters taken for digits, spaces from reading it out, words before it."""
    assert written_receipt(typed) == receipt


def test_a_choice_stays_open_for_ten_minutes_and_no_longer(base):
    """Nobody is cut off for typing slowly; a number days later picks nothing."""
    clock = [0.0]
    conversation = anew(base, MemoryState(lambda: clock[0]))

    def say(text):
        message = Message("webchat", text, "阿一", text)
        return conversation.reply(message, receipt="K7M3F-9QX2D")

    say("客服打电话退款")
    clock[0] = 599.0
    assert say("1").outcome is Outcome.ANSWERED
    clock[0] = 599.0 + 601.0
    assert say("2").outcome is Outcome.CHAT
