"""What an asker sees of a question and may do with it; on both databases."""

import threading

import pytest

from knowledge.demands.askers import DETAILS_AT_MOST, Addition
from knowledge.demands.log import DemandLog
from tests.conftest import RECEIPTS
from tests.contracts.conftest import OTHER


def more(code, words="我家是老小区", once="form-1"):
    return Addition(RECEIPTS.digest(code), once, words)


def settle(log: DemandLog):
    log.decline(log.most_asked()[0].id, reason="请带着病历去问医生", by="赵敏")


def test_an_asker_s_questions_are_theirs_and_each_once(asks, askers):
    """The newest first; asked twice it is still one question; nobody else's is shown."""
    asks(OTHER)
    asks(OTHER, message_id="m2")
    asks("水塔多久洗一次", message_id="m3")
    asks("别人的问题", sender="阿二", message_id="n1")

    mine = askers.questions("webchat", "阿一")

    assert [one.demand.words for one in mine] == ["水塔多久洗一次", OTHER]
    assert mine[0].receipt == RECEIPTS.make("webchat", "阿一", "m3")


def test_details_are_added_once_to_what_is_open(asks, askers, log):
    """A form sent twice adds once; staff read it all, an asker what they added themselves."""
    code, other = asks(OTHER), asks(OTHER, sender="阿二", message_id="n1")
    assert askers.add(more(code))
    assert askers.add(more(code))
    assert askers.add(more(other, "我们村也是"))

    demand = log.most_asked()[0]
    assert [one.words for one in log.details(demand.id)] == ["我家是老小区", "我们村也是"]
    assert [one.words for one in askers.added(RECEIPTS.digest(other))] == ["我们村也是"]


def test_details_have_an_end(asks, askers, log):
    """One receipt cannot fill the database; a settled question takes none, an unknown one none."""
    code = asks(OTHER)
    added = [askers.add(more(code, once=f"form-{n}")) for n in range(DETAILS_AT_MOST + 1)]
    assert added == [True] * DETAILS_AT_MOST + [False]

    settle(log)

    assert not askers.add(more(code, once="later"))
    assert not askers.add(more("K7M3F-9QX2D"))


def test_a_settled_question_is_opened_again(asks, askers, log):
    """It is back before the staff, with what is missing; twice at once it is open once."""
    code = asks(OTHER)
    settle(log)

    again = more(code, "我问的是别的")
    threads = [threading.Thread(target=askers.reopen, args=(again,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (demand,) = log.most_asked()
    assert (demand.state, demand.reopened, demand.reason) == ("open", 1, "请带着病历去问医生")
    assert [one.words for one in log.details(demand.id)] == ["我问的是别的"]


def test_a_question_others_ask_meanwhile_is_joined(asks, askers, log):
    """Opened again where the same is open already, the receipt leads to that one."""
    code = asks(OTHER)
    settle(log)
    asks(OTHER, sender="阿二", message_id="n1")

    assert askers.reopen(more(code, ""))

    (demand,) = log.most_asked()
    assert (demand.askers, demand.reopened) == (2, 0)
    assert askers.question(code).demand.id == demand.id


def test_an_unknown_receipt_opens_nothing(askers):
    """Neither a guess nor a word is a receipt."""
    assert not askers.reopen(more("K7M3F-9QX2D"))
    assert askers.question("K7M3F-9QX2D") is None
    assert askers.question("没有") is None


@pytest.mark.parametrize("typed", ["k7m3f9qx2d", "回执 K7M3F—9QX2D", "Ｋ７Ｍ３Ｆ－９ＱＸ２Ｄ"])
def test_a_receipt_is_written_one_way(typed):
    """However it was typed."""
    assert RECEIPTS.written(typed) == "K7M3F-9QX2D"
