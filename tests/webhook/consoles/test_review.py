"""Nobody approves their own text, and nothing is approved twice."""


def submitted(desk, form, **changes):
    assert desk.send("/console/drafts/new", **form(**changes)).status_code == 303


def test_nobody_approves_their_own_text_by_url(at_desk, form, parts):
    """A volunteer who is a reviewer too is refused at the address itself."""
    both = at_desk("周全能")
    submitted(both, form)
    number = parts.entries.snapshot_number()
    assert "/review/1/approve" not in both.page("/console/review/1")

    answer = both.send("/console/review/1/approve", version=2)

    assert answer.status_code == 403
    assert "不能批准自己写的内容" in answer.get_data(as_text=True)
    assert parts.review.draft(1).state == "submitted"
    assert parts.entries.snapshot_number() == number


def test_who_changed_a_draft_may_not_approve_it(volunteer, at_desk, form, parts):
    """A reviewer who puts their own words in becomes one of its authors."""
    submitted(volunteer, form)
    both = at_desk("周全能")
    both.send("/console/drafts/1", **form(version=2, conclusion="先冲洗 15 分钟，再打疫苗。"))

    answer = both.send("/console/review/1/approve", version=4)

    assert answer.status_code == 403
    assert parts.review.draft(1).state == "submitted"


def test_an_approval_sent_twice_publishes_once(volunteer, reviewer, form, parts):
    """The second click says that it is done already."""
    submitted(volunteer, form)

    reviewer.send("/console/review/1/approve", version=2)
    number = parts.entries.snapshot_number()
    reviewer.send("/console/review/1/approve", version=2)

    assert parts.entries.snapshot_number() == number
    assert parts.entries.revision("first-aid/dog-bite").number == 1


def test_what_was_not_read_is_not_approved(volunteer, reviewer, form, parts):
    """A draft that changed after the reviewer opened it must be opened again."""
    submitted(volunteer, form)
    volunteer.send("/console/drafts/1", **form(version=2, conclusion="随便冲一下。"))

    reviewer.send("/console/review/1/approve", version=2)

    assert parts.review.draft(1).state == "submitted"
    assert "刚刚被改过" in reviewer.said()


def test_an_approved_answer_is_live_at_once(volunteer, reviewer, form, parts, app):
    """The running service answers with it without being told to start again."""
    submitted(volunteer, form)

    reviewer.send("/console/review/1/approve", version=2)

    assert "first-aid/dog-bite" in parts.library.shelf.revisions
    assert app.test_client().get("/entry/first-aid/dog-bite").status_code == 200


def test_a_draft_is_sent_back_with_a_note(volunteer, reviewer, form, parts):
    """The author reads what to change, and can hand it over again."""
    submitted(volunteer, form)

    reviewer.send("/console/review/1/send-back", version=2, note="")
    assert parts.review.draft(1).state == "submitted"
    reviewer.send("/console/review/1/send-back", version=2, note="写清楚冲多久")

    assert "写清楚冲多久" in volunteer.page("/console/drafts")
    volunteer.send("/console/drafts/1", **form(version=3))
    assert parts.review.draft(1).state == "submitted"


def test_a_reviewer_sees_what_changed(volunteer, reviewer, form, parts):
    """Old and new stand side by side, and what the form does not show is unchanged."""
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="a")
    entry = parts.review.draft(1).entry
    fields = form(
        version=1,
        question=entry.question,
        phrasings="\n".join(entry.phrasings),
        steps="挂断电话，不点链接。\n马上打 110。",
    )
    volunteer.send("/console/drafts/1", **fields)

    html = reviewer.page("/console/review/1")

    assert "<del>拿不准就打 96110。</del>" in html
    assert "<ins>马上打 110。</ins>" in html
    assert "各地不同" not in html


def test_an_overtaken_draft_can_be_saved_again_and_approved(volunteer, reviewer, form, parts):
    """A revision published meanwhile does not make a draft worthless."""
    volunteer.send("/console/drafts", entry_id="fraud/card-fraud", once="a")
    parts.review.begin(parts.review.draft(1).entry, author="别人")
    parts.review.submit(2, version=1)
    reviewer.send("/console/review/2/approve", version=2)
    assert "有了第 2 版" in volunteer.page("/console/drafts/1")

    fields = form(version=1, phrasings="我正在被骗")
    assert volunteer.send("/console/drafts/1", **fields).status_code == 409
    volunteer.send("/console/drafts/1", **{**fields, "seen": "2"})
    reviewer.send("/console/review/1/approve", version=3)

    assert parts.entries.revision("fraud/card-fraud").number == 3


def test_shipped_entries_are_listed_until_a_reviewer_confirms_them(reviewer, parts, app):
    """What came with the software says so until somebody here stands for it."""
    link = 'href="/console/entries/fraud/fake-police"'
    assert link in reviewer.page("/console/entries?unconfirmed=1")

    reviewer.send("/console/review/confirm", entry_id="fraud/fake-police", number=1)

    assert link not in reviewer.page("/console/entries?unconfirmed=1")
    assert "尚未核对" not in app.test_client().get("/entry/fraud/fake-police").get_data(
        as_text=True
    )
    number = parts.entries.snapshot_number()
    reviewer.send("/console/review/confirm", entry_id="fraud/fake-police", number=1)
    assert parts.entries.snapshot_number() == number


def test_what_was_written_here_needs_no_confirming(volunteer, reviewer, form, parts):
    """Only what came with the software can be confirmed."""
    submitted(volunteer, form)
    reviewer.send("/console/review/1/approve", version=2)
    number = parts.entries.snapshot_number()

    reviewer.send("/console/review/confirm", entry_id="first-aid/dog-bite", number=1)

    assert parts.entries.snapshot_number() == number
