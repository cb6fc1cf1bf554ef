"""A resident's own data: seen whole, erased whole, remembered only with consent; on both."""

from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa

from knowledge.demands.askers import Addition
from knowledge.entries.choices import Chosen
from knowledge.entries.feedback import Feedback, Rating, Ratings
from knowledge.entries.review import Review
from knowledge.residents.homes import Homes
from knowledge.residents.ledger import Ledger
from knowledge.rights import Rights
from knowledge.tables import metadata
from tests.conftest import RECEIPTS, an_entry
from tests.contracts.conftest import CANARY, OTHER
from tests.contracts.test_demands import a_turn


@pytest.fixture
def rights(database, clock):
    return Rights(database, RECEIPTS, clock)


def says(record, clock, message_id, **changes):
    turn = a_turn(clock, message_id=message_id, unmet=False, key=CANARY)
    assert record.keep(replace(turn, reply='{"text": "好"}', **changes))


def everything(database):
    """Return all that is in the database, as text."""
    with database.read() as db:
        rows = [row for table in metadata.sorted_tables for row in db.execute(sa.select(table))]
    return "\n".join(map(repr, rows))


def leave_traces(asks, record, clock):
    """Leave something of a resident in every table that can hold it."""
    code = asks()
    digest = RECEIPTS.digest(code)
    says(record, clock, "m2", addition=Addition(digest, "m2", f"补充{CANARY}"))
    says(record, clock, "m3", rating=Rating("fraud/fake-police", 1, helpful=True))
    says(record, clock, "m4", home="510121")
    says(record, clock, "m5", choice=Chosen(CANARY, ("fraud/fake-police",), None))
    return code


def test_a_resident_s_copy_holds_all_of_it(asks, record, rights, clock):
    """Words, replies, questions, additions, choices, feedback and place."""
    code = leave_traces(asks, record, clock)

    copy = asdict(rights.copy(*rights.resident(code)))

    assert (copy["channel"], copy["region"]) == ("webchat", "510121")
    assert [one["words"] for one in copy["messages"]] == [CANARY] * 5
    assert copy["messages"][0]["reply"] == "没有答案"
    assert [(one["words"], one["state"]) for one in copy["questions"]] == [(CANARY, "open")]
    assert [one["words"] for one in copy["details"]] == [f"补充{CANARY}"]
    assert [one["words"] for one in copy["choices"]] == [CANARY]
    assert [one["helpful"] for one in copy["feedback"]] == [True]


def test_erased_nothing_of_a_resident_is_left(database, asks, record, rights, clock):
    """No table holds their words, their pseudonym or their place; a second time is the same."""
    code = leave_traces(asks, record, clock)
    asks(OTHER, sender="阿二", message_id="n1")
    whose = rights.resident(code)

    assert rights.erase(*whose) == 5

    left = everything(database)
    assert CANARY not in left
    assert "510121" not in left
    assert OTHER in left
    assert rights.resident(code) is None
    assert rights.erase(*whose) == 0
    assert rights.copy(*whose).messages == []


def test_who_was_erased_is_told_to_every_process(asks, rights):
    """What processes remember for minutes has to go too; then the telling goes."""
    asks()

    rights.erase("webchat", "阿一")

    ((number, channel, sender),) = rights.erased(after=0)
    assert (channel, sender) == ("webchat", "阿一")
    assert rights.last_erasure() == number
    assert rights.erased(after=number) == []


def test_a_receipt_that_leads_elsewhere_now_is_still_its_asker_s(asks, rights, askers, log):
    """Opened again into somebody else's demand, it tells whose it is."""
    code = asks(OTHER)
    log.decline(log.most_asked()[0].id, reason="不答", by="赵敏")
    asks(OTHER, sender="阿二", message_id="n1")
    askers.reopen(Addition(RECEIPTS.digest(code), "form", ""))

    assert rights.resident(code) == ("webchat", "阿一")


def test_an_erased_message_that_comes_again_is_known(database, asks, rights):
    """The platform's retry of it neither records it nor asks it anew."""
    asks()
    rights.erase("webchat", "阿一")

    assert Ledger(database).stored_reply("webchat", "阿一", "m1") == ""
    assert [row.sender for row in Ledger(database).export()] == [""]


def test_the_order_to_erase_is_answered_again_on_a_retry(database, asks, record, clock):
    """Done in the transaction of its own turn, which leaves nothing but its fixed reply."""
    asks()
    order = a_turn(clock, message_id="m9", unmet=False, key=CANARY)

    assert record.keep(replace(order, reply='{"text": "删好了"}', erase=True))

    assert CANARY not in everything(database)
    assert Ledger(database).stored_reply("webchat", "阿一", "m9") == '{"text": "删好了"}'


def test_a_question_that_others_ask_too_stays_theirs(asks, rights, log, askers):
    """One fewer asks it; their receipts lead to it as before."""
    asks(OTHER)
    theirs = asks(OTHER, sender="阿二", message_id="n1")

    rights.erase("webchat", "阿一")

    assert [(one.words, one.askers) for one in log.most_asked()] == [(OTHER, 1)]
    assert askers.question(theirs).demand.words == OTHER


def test_an_answer_in_the_making_keeps_its_draft_and_not_the_words(
    database, asks, rights, log, clock
):
    """A volunteer's text stays a volunteer's; the question it began with is withdrawn."""
    asks()
    demand = log.most_asked()[0]
    Review(database, clock).begin(an_entry("service/q"), author="王芳", demand_id=demand.id)

    rights.erase("webchat", "阿一")

    assert CANARY not in everything(database)
    assert "删除" in log.demand(demand.id).words
    assert [draft.demand_id for draft in Review(database, clock).waiting()] == [demand.id]


def test_a_place_is_kept_until_it_is_changed_or_forgotten(database, record, clock):
    """The newest wish counts; another resident's is their own."""
    homes = Homes(database)
    says(record, clock, "m1", home="510121")
    says(record, clock, "m2", home="510681")
    says(record, clock, "n1", sender="阿二", home="513221")

    assert homes.region("webchat", "阿一") == "510681"
    says(record, clock, "m3", home="")
    assert homes.region("webchat", "阿一") is None
    assert homes.region("webchat", "阿二") == "513221"


def test_a_reader_s_last_word_counts_once(database, record, clock):
    """有用 and then 没用 is one reader who was not helped."""
    feedback = Feedback(database, clock)
    for message_id, helpful in (("m1", True), ("m2", True), ("m3", False)):
        says(record, clock, message_id, rating=Rating("fraud/fake-police", 1, helpful))
    says(record, clock, "n1", sender="阿二", rating=Rating("fraud/fake-police", 1, helpful=True))

    assert feedback.ratings("fraud/fake-police", 1) == Ratings(1, 1)
    assert feedback.ratings("fraud/fake-police", 2) == Ratings(0, 0)
