"""The whole loop: what a resident asks in vain comes back as an answer."""

import pytest

QUESTION = "被狗咬了怎么办"


def test_a_demand_becomes_an_entry_that_answers(ask, staff, reviewer, form, parts):
    """Staff take a demand, somebody else approves, and the next resident is answered."""
    for _ in range(3):
        assert "回执" in ask(QUESTION)
    assert "<strong>3</strong> 人" in staff.page("/console/demands")

    assert QUESTION in staff.page("/console/drafts/new?demand=1")
    staff.send("/console/drafts/new", **form(demand="1"))
    assert parts.demands.demand(1).state == "in_review"
    reviewer.send("/console/review/1/approve", version=2)

    assert parts.demands.demand(1).state == "answered"
    assert "马上用肥皂水冲洗" in ask(QUESTION)
    assert "本单位尚未核对" not in ask(QUESTION)


def test_a_demand_becomes_a_further_phrasing(ask, staff, reviewer, parts):
    """An answer that was there all along is found by the words residents use."""
    ask("屋头来了个吓人的通缉令")
    html = staff.page("/console/demands/1?words=公安局")
    assert "接到自称公安局的电话" in html

    staff.send(
        "/console/demands/1/phrasing",
        entry_id="fraud/fake-police",
        phrasing="屋头来了个吓人的通缉令",
    )
    reviewer.send("/console/review/1/approve", version=2)

    entry = parts.entries.revision("fraud/fake-police").entry
    assert entry.phrasings[-1] == "屋头来了个吓人的通缉令"
    assert entry.regions
    assert parts.demands.demand(1).entry_id == "fraud/fake-police"
    assert "不转一分钱" in ask("屋头来了个吓人的通缉令")


def test_a_phrasing_of_another_entry_is_not_added(ask, staff, parts):
    """A demand cannot make one question belong to two answers."""
    ask("家里装了光伏板要注意什么")

    staff.send(
        "/console/demands/1/phrasing",
        entry_id="fraud/card-fraud",
        phrasing="公安局打电话说我涉嫌洗钱！",
    )

    assert "已经属于 fraud/fake-police（接到自称公安局的电话要我转账怎么办？）" in staff.said()
    assert parts.review.waiting() == []
    assert parts.demands.demand(1).state == "open"


def test_a_demand_is_declined_with_a_reason(ask, staff, parts):
    """What is not ours to answer is closed, and the asker reads why."""
    ask("我的结节要不要开刀")

    staff.send("/console/demands/1/decline", reason="")
    assert parts.demands.demand(1).state == "open"
    staff.send("/console/demands/1/decline", reason="这要看病历，请问医生。")

    assert parts.demands.demand(1).state == "declined"
    assert "这要看病历" in staff.page("/console/demands?state=declined") + staff.page(
        "/console/demands/1"
    )


def test_a_decline_sent_twice_counts_once(ask, staff, parts):
    """The second click finds the demand settled and leaves its reason alone."""
    ask("我的结节要不要开刀")

    staff.send("/console/demands/1/decline", reason="请问医生。")
    staff.send("/console/demands/1/decline", reason="别的原因。")

    assert parts.demands.demand(1).reason == "请问医生。"
    assert "已经有人在处理" in staff.said()


def test_two_staff_cannot_take_one_demand(ask, staff, at_desk, form, parts):
    """One demand is written once."""
    ask(QUESTION)
    staff.send("/console/drafts/new", **form(demand="1", do="save"))

    answer = at_desk("陈工").send("/console/drafts/new", **form(demand="1", slug="dog", do="save"))

    assert answer.status_code == 409
    assert "已经有人在处理" in answer.get_data(as_text=True)
    assert len(parts.review.waiting()) == 1


def test_dropping_a_draft_opens_its_demand_again(ask, staff, form, parts):
    """A demand is not lost with the draft that was to answer it."""
    ask(QUESTION)
    staff.send("/console/drafts/new", **form(demand="1", do="save"))

    staff.send("/console/drafts/1/drop", version=1)

    assert parts.demands.demand(1).state == "open"
    assert parts.review.draft(1).state == "dropped"


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", True), ("?state=declined", False), ("?topic=waste", False), ("?state=x&topic=y", True)],
)
def test_demands_are_filtered_by_state_and_topic(ask, staff, query, shown):
    """A made-up filter is no filter."""
    ask("我的结节要不要开刀")

    assert ("结节" in staff.page(f"/console/demands{query}")) == shown


@pytest.mark.parametrize("number", ["9" * 30, "0" * 20 + "1", "-1", "1e9", "²", "x"])
def test_a_demand_that_is_no_number_is_refused(staff, number):
    """Whatever stands in the address, never a 5xx."""
    assert staff.open(f"/console/drafts/new?demand={number}").status_code == 400
