"""Turns: what a resident's message means after the one before, on the shipped content."""

from dataclasses import replace

import pytest

from bot.message import Choice, Deeds, Message, Outcome, Reply

FIELD = "地震"  # so short that something is offered for it, whatever the coefficients


@pytest.fixture
def say(fresh):
    numbers = iter(range(1000))

    def say(text, *, sender="阿一") -> Reply:
        message = Message("webchat", f"m{next(numbers)}", sender, text)
        return fresh.reply(message, receipt="K7M3F-9QX2D")

    return say


def ids(reply):
    return tuple(option.entry_id for option in reply.options)


def test_what_was_chosen_is_a_labelled_pair(say):
    """The words, what was offered for them and what was meant; only where something was meant."""
    offered = ids(say(FIELD))

    assert len(offered) > 1
    assert say("2").deeds.choice == Choice(FIELD, offered, offered[1])
    say(FIELD)
    assert say("都不是").deeds.choice == Choice(FIELD, offered, None)
    assert say("心肺复苏怎么做").deeds.choice is None


def test_no_personal_data_waits_for_a_follow_up(fresh, say):
    """What is remembered for minutes is masked before it is kept."""
    say("心肺复苏怎么做，打我电话13812345678")

    kept = fresh.memory.state.get("turn:webchat:阿一")
    assert "［电话］" in kept
    assert "138" not in kept


def test_several_questions_are_answered_one_by_one(say):
    """The first at once, the others by their number; taking one of those teaches nothing."""
    reply = say("心肺复苏怎么做？过期药怎么扔？被狗咬了怎么办？")
    second, first = say("第二个呢"), say("1")

    assert (reply.outcome, reply.entry_id) == (Outcome.ANSWERED, "first-aid/cpr")
    assert ids(reply) == ("waste/过期药品", "first-aid/dog-bite")
    assert "1. 过期药品" in reply.text
    assert (second.entry_id, second.deeds.choice) == ("first-aid/dog-bite", None)
    assert (first.entry_id, first.deeds.choice) == ("waste/过期药品", None)
    assert say("第三个呢").outcome is Outcome.CHAT


def test_the_second_one_is_taken_of_what_is_open(say):
    """第二个呢 is a number where something is open, and nothing where nothing is."""
    assert say("第二个呢").outcome is Outcome.CHAT
    offered = ids(say(FIELD))

    assert say("第二个呢").entry_id == offered[1]


def test_a_follow_up_is_read_with_the_turn_before(say):
    """Which is the resident's own, and the newest."""
    assert say("那小孩呢").entry_id is None
    say("心肺复苏怎么做")
    say("被狗咬了怎么办")

    assert say("那小孩呢").entry_id == "first-aid/dog-bite"
    assert say("那小孩呢", sender="阿二").entry_id is None


def test_a_question_that_makes_sense_alone_is_read_alone(say):
    """Whatever was said before, the reply is the same."""
    alone = say("心肺复苏怎么做")
    say("被狗咬了怎么办")

    assert say("心肺复苏怎么做") == alone


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\0\0", "\ud800", "\u202e\u200f", "……？！" * 50, "😀" * 100_000, "的" * 100_000],
)
def test_what_says_nothing_is_told_so(say, text):
    """No demand is made of silence, however long it is."""
    reply = say(text)

    assert reply.outcome is Outcome.CHAT
    assert "没看懂" in reply.text or "高兴" in reply.text


@pytest.mark.parametrize("text", ["qzxw " * 20_000, "كم" * 50_000])
def test_a_page_that_nobody_answers_gets_the_honest_word(say, text):
    """100 000 characters of one script end as any unknown question does."""
    assert say(text).outcome is Outcome.UNMET


def test_marks_and_halves_do_not_hide_a_question(say):
    """A right-to-left mark, NUL and half a character are taken out before it is read."""
    plain = say("心肺复苏怎么做")

    assert say("\u202e心肺\0复苏怎\ud800么做\u200f") == replace(plain, deeds=Deeds())


@pytest.mark.parametrize(
    "text",
    [
        "有人落水了，我跳下去救要得不",
        "娃儿掉进井头了，我要不要跳下去",
        "有人在化粪池头晕倒了，我跳下去捞他要得不",
        "堰塘头有娃儿在板命，我准备跳下去",
    ],
)
def test_a_rescuer_does_not_get_the_card_for_who_wants_to_die(say, text):
    """The words are the same; who is in danger is not."""
    assert say(text).entry_id != "health/card-suicide"
    assert say("我不想活了，想从楼上跳下去，哪个来救救我").entry_id == "health/card-suicide"
