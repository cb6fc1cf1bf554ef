"""EntryStore and Review: one suite on SQLite and PostgreSQL."""

from datetime import date

import pytest

from knowledge.demands.log import DemandLog
from knowledge.entries.review import Moved, OwnText, Review, ReviewRefused
from knowledge.entries.store import NOTES, EntryStore
from tests.conftest import a_record, an_entry
from tests.contracts.test_demands import a_turn


@pytest.fixture
def store(database, clock):
    return EntryStore(database, clock)


@pytest.fixture
def review(database, clock):
    return Review(database, clock)


def submitted(review, entry, author="王芳", demand_id=None):
    draft_id = review.begin(entry, author=author, demand_id=demand_id)
    review.submit(draft_id, version=1)
    return draft_id


def test_shipped_content_is_published_with_its_provenance(store):
    """What comes with the software is published, and says that nobody here has checked it."""
    loaded = store.load([an_entry(), an_entry("waste/battery")])

    snapshot = store.snapshot()
    assert len(loaded.published) == 2
    assert snapshot.number == 1
    assert [revision.note for revision in snapshot.revisions] == [NOTES["shipped"]] * 2


def test_an_entry_comes_back_as_it_was(store):
    """Storing and reading an entry loses nothing of it."""
    entry = an_entry(question="“引号”、\\ 和 😀 怎么存？")
    store.load([entry])

    assert store.revision(entry.id).entry == entry


def test_loading_the_same_again_changes_nothing(store):
    """A second start of the service does not move the snapshot."""
    store.load([an_entry()])

    again = store.load([an_entry()])

    assert (again.published, again.drafted, again.unchanged) == ((), (), 1)
    assert store.snapshot_number() == 1


def test_changed_content_becomes_a_draft_and_overwrites_nothing(store, review):
    """The upgrade path: local text stays published until a person approves the change, once."""
    store.load([an_entry()])
    changed = an_entry(conclusion="先挂断，再核实。")

    first = store.load([changed])
    second = store.load([changed])

    assert first.drafted == (changed.id,)
    assert second.drafted == ()
    assert store.revision(changed.id).entry == an_entry()
    assert [draft.entry for draft in review.waiting()] == [changed]


def test_local_work_is_not_asked_to_go_back(store, review):
    """The next start with the same shipped content makes no draft of what was bettered here."""
    store.load([an_entry()])
    draft_id = submitted(review, an_entry(conclusion="先挂断，再核实。"))
    review.approve(draft_id, reviewer="李强", version=2)

    again = store.load([an_entry()])

    assert (again.published, again.drafted, again.unchanged) == ((), (), 1)
    assert store.revision("fraud/fake-police").entry.conclusion == "先挂断，再核实。"


def test_what_an_operator_imports_says_so(store):
    """Content from a file of one's own is not called shipped."""
    store.load([an_entry()], origin="imported")

    assert store.revision("fraud/fake-police").note == "由管理员导入，本单位尚未核对"


def test_only_what_came_from_a_file_is_confirmed(store, review):
    """A revision that was approved here needs no confirmation, and gets none."""
    review.approve(submitted(review, an_entry()), reviewer="李强", version=2)

    with pytest.raises(ReviewRefused):
        review.confirm("fraud/fake-police", 1, reviewer="赵敏")

    assert store.snapshot_number() == 1


def test_a_review_date_too_far_away_is_refused(store, review):
    """An edit cannot put off its next review for ever."""
    store.load([an_entry()])
    far = an_entry(review_by=date(2099, 1, 1))

    with pytest.raises(ReviewRefused, match="最晚"):
        review.submit(review.begin(far, author="王芳"), version=1)


def test_a_second_person_publishes(store, review):
    """A draft that somebody else approves is published and moves the snapshot."""
    draft_id = submitted(review, an_entry())

    number = review.approve(draft_id, reviewer="李强", version=2)

    revision = store.revision("fraud/fake-police")
    assert number == store.snapshot_number() == 1
    assert (revision.author, revision.reviewer, revision.note) == ("王芳", "李强", "")


def test_nobody_approves_their_own_text(store, review):
    """The author's own approval is refused, and nothing is published."""
    draft_id = submitted(review, an_entry(), author="王芳")

    with pytest.raises(OwnText):
        review.approve(draft_id, reviewer="王芳", version=2)

    assert store.snapshot_number() == 0


def test_whoever_wrote_in_a_draft_is_its_author(review):
    """Changing a word makes an author: the helper cannot approve either."""
    draft_id = review.begin(an_entry(), author="王芳")
    review.save(draft_id, an_entry(steps=("挂断。",)), author="李强", version=1)
    review.submit(draft_id, version=2)

    with pytest.raises(OwnText):
        review.approve(draft_id, reviewer="李强", version=3)


def test_only_what_was_seen_is_approved(store, review):
    """A draft changed after the reviewer opened it is not approved."""
    draft_id = submitted(review, an_entry())
    review.save(draft_id, an_entry(steps=("转账。",)), author="王芳", version=2)

    with pytest.raises(Moved):
        review.approve(draft_id, reviewer="李强", version=2)

    assert store.snapshot_number() == 0


def test_an_approval_sent_twice_publishes_once(store, review):
    """The second of two equal clicks is told that it is done already."""
    draft_id = submitted(review, an_entry())
    review.approve(draft_id, reviewer="李强", version=2)

    with pytest.raises(Moved):
        review.approve(draft_id, reviewer="李强", version=2)

    assert store.snapshot_number() == 1


def test_a_revision_never_changes(store, review):
    """A new revision stands beside the old one, which reads as it did."""
    store.load([an_entry()])
    draft_id = submitted(review, an_entry(conclusion="先挂断，再核实。"))
    review.approve(draft_id, reviewer="李强", version=2)

    assert store.revision("fraud/fake-police", 1).entry == an_entry()
    assert store.revision("fraud/fake-police").number == 2
    assert [r.number for r in store.snapshot(1).revisions] == [1]
    assert [r.number for r in store.snapshot(2).revisions] == [2]


def test_a_draft_based_on_an_old_revision_is_not_published(store, review):
    """Two drafts of one entry: the second is compared again before it may replace the first."""
    store.load([an_entry()])
    first = submitted(review, an_entry(conclusion="先挂断。"))
    second = submitted(review, an_entry(conclusion="先报警。"))
    review.approve(first, reviewer="李强", version=2)

    with pytest.raises(Moved):
        review.approve(second, reviewer="李强", version=2)

    assert store.revision("fraud/fake-police").entry.conclusion == "先挂断。"


def test_what_is_not_complete_is_not_submitted(review):
    """A draft without source or with too few phrasings stays with its author, who reads why."""
    draft_id = review.begin(an_entry(sources=(), phrasings=("一",)), author="王芳")

    with pytest.raises(ReviewRefused) as caught:
        review.submit(draft_id, version=1)

    assert "来源" in str(caught.value)
    assert "问法" in str(caught.value)


def test_a_new_entry_cannot_take_an_id_that_is_in_use(store, review):
    """An id belongs to one entry for ever."""
    draft_id = review.begin(an_entry(), author="王芳")
    store.load([an_entry()])

    assert review.draft(draft_id).based_on == 0
    with pytest.raises(ReviewRefused, match="已经属于"):
        review.submit(draft_id, version=1)


def test_two_drafts_do_not_take_one_new_id(review):
    """Two people who choose the same id at once: the second is told, and nothing is stuck."""
    review.begin(an_entry(), author="王芳")

    with pytest.raises(ReviewRefused, match="已经有一份草稿"):
        review.begin(an_entry(), author="李强")

    other = review.begin(an_entry("fraud/other"), author="李强")
    with pytest.raises(ReviewRefused, match="已经有一份草稿"):
        review.save(other, an_entry(), author="李强", version=1)
    assert [draft.entry.id for draft in review.waiting()] == ["fraud/fake-police", "fraud/other"]


def test_sending_back_keeps_the_reason(review):
    """A returned draft carries the reviewer's reason and can be submitted again."""
    draft_id = submitted(review, an_entry())

    review.send_back(draft_id, reviewer="李强", version=2, note="缺 12381 的来源")

    assert review.draft(draft_id).note == "缺 12381 的来源"
    review.submit(draft_id, version=3)
    assert review.draft(draft_id).state == "submitted"


def test_a_reviewer_confirms_a_shipped_entry_once(store, review):
    """Confirming takes the note away and moves the snapshot, so that readers see it."""
    store.load([an_entry()])

    review.confirm("fraud/fake-police", 1, reviewer="李强")

    assert store.revision("fraud/fake-police").note == ""
    assert store.snapshot_number() == 2
    with pytest.raises(ReviewRefused):
        review.confirm("fraud/fake-police", 1, reviewer="李强")


def test_approval_answers_the_demand(database, clock, review):
    """The demand a draft was written for is answered in the same transaction."""
    log = DemandLog(database, clock)
    a_record(database).keep(a_turn(clock))
    demand = log.most_asked()[0]

    draft_id = submitted(review, an_entry(), demand_id=demand.id)
    assert log.demand(demand.id).state == "in_review"
    review.approve(draft_id, reviewer="李强", version=2)

    answered = log.demand(demand.id)
    assert (answered.state, answered.entry_id) == ("answered", "fraud/fake-police")


def test_a_dropped_draft_opens_its_demand_again(database, clock, review):
    """Nothing asked is lost because somebody gave up writing."""
    log = DemandLog(database, clock)
    a_record(database).keep(a_turn(clock))
    demand = log.most_asked()[0]
    draft_id = review.begin(an_entry(), author="王芳", demand_id=demand.id)

    review.drop(draft_id, version=1)

    assert log.demand(demand.id).state == "open"


def test_two_people_do_not_write_the_same_answer(database, clock, review):
    """A demand that somebody is writing for is taken."""
    a_record(database).keep(a_turn(clock))
    demand = DemandLog(database, clock).most_asked()[0]
    review.begin(an_entry(), author="王芳", demand_id=demand.id)

    with pytest.raises(ReviewRefused):
        review.begin(an_entry("fraud/other"), author="李强", demand_id=demand.id)
