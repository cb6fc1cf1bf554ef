"""Writing: from the first line to the hand-over."""

import html

import pytest

from knowledge.entries.entry import Fact, RegionBlock
from webhook.parts import now


def test_a_form_sent_twice_makes_one_draft(volunteer, form, parts):
    """A double click, or the back button, writes once."""
    fields = form(do="save")

    first = volunteer.send("/console/drafts/new", **fields)
    second = volunteer.send("/console/drafts/new", **fields)

    assert first.location == second.location == "/console/drafts/1"
    assert len(parts.review.waiting()) == 1
    assert parts.review.draft(1).version == 1


def test_a_form_counts_once_whatever_it_says_the_second_time(volunteer, form, parts):
    """The mark in a form is used up, so that two clicks at the same moment write once."""
    volunteer.send("/console/drafts/new", **form(once="the-same"))

    volunteer.send("/console/drafts/new", **form(once="the-same", slug="another"))
    unmarked = volunteer.send("/console/drafts/new", **form(once="", slug="a-third"))

    assert unmarked.status_code == 400
    assert [draft.entry.id for draft in parts.review.waiting()] == ["first-aid/dog-bite"]


def test_a_change_that_changes_nothing_is_said(volunteer):
    """Reviewers are not asked to read what is published already."""
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="a")

    assert "还没有改动" in volunteer.page("/console/drafts/1")


def test_a_save_sent_twice_counts_once(volunteer, form, parts):
    """The second one finds its words kept already."""
    volunteer.send("/console/drafts/new", **form(do="save"))
    fields = form(version=1, conclusion="先冲洗。", do="save")

    volunteer.send("/console/drafts/1", **fields)
    second = volunteer.send("/console/drafts/1", **fields)

    assert second.status_code == 303
    assert parts.review.draft(1).version == 2


def test_a_save_over_somebody_elses_keeps_what_was_typed_on_the_screen(volunteer, staff, form):
    """Two people in one draft: the later is told, and loses nothing."""
    volunteer.send("/console/drafts/new", **form(do="save"))
    staff.send("/console/drafts/1", **form(version=1, conclusion="陈工写的。", do="save"))

    answer = volunteer.send(
        "/console/drafts/1", **form(version=1, conclusion="我写的。", do="save")
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "我写的。" in page
    assert "没有存" in page
    assert "陈工写的。" in volunteer.page("/console/drafts/1")


def test_what_the_form_does_not_show_survives_an_edit(volunteer, form, parts):
    """Regions and kind stay, and the id of a published entry cannot be changed."""
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="a")
    assert "起好以后不改" in volunteer.page("/console/drafts/1")

    volunteer.send("/console/drafts/1", **form(version=1, do="save", kind="item", regions="x"))

    entry = parts.review.draft(1).entry
    assert entry.id == "fraud/fake-police"
    assert entry.kind == "answer"
    assert entry.regions == (("510100", RegionBlock(conclusion="成都：马上挂断。")),)
    assert entry.question == "被狗咬了怎么办？"


def test_facts_contrasts_and_relations_are_typed_and_shown(volunteer, reviewer, form, parts):
    """What a reviewer holds against the sources travels through the form and back."""
    fields = form(
        kind="myth-partly",
        not_this="被蛇咬了怎么办",
        steps="冲 15 分钟。\n有事打 120。",
        facts="15 分钟 | 1\n120 | 热线",
        related="fraud/fake-police",
        do="submit",
    )
    volunteer.send("/console/drafts/new", **fields)

    entry = parts.review.draft(1).entry
    assert (entry.kind, entry.verdict) == ("myth", "partly")
    assert entry.facts == (Fact("15 分钟", "1"), Fact("120", "hotlines"))
    assert entry.not_this == ("被蛇咬了怎么办",)
    assert entry.related == ("fraud/fake-police",)
    shown = volunteer.page("/console/drafts/1")
    assert "15 分钟 | 1\n120 | 热线" in shown
    assert 'value="myth-partly" selected' in shown
    review = reviewer.page("/console/review/1")
    assert "被蛇咬了怎么办" in review
    assert "<strong>120</strong> 热线表" in review


def test_what_an_entry_leans_on_has_to_be_there(volunteer, form):
    """A related entry that is none, a hotline in no table: said before anybody reviews it."""
    fields = form(
        steps="打 12399。\n等 40 分钟。", facts="12399 | 热线", related="fraud/none", do="submit"
    )

    page = volunteer.send("/console/preview", **fields).get_data(as_text=True)

    assert "12399 不在 hotlines.yaml 里" in page
    assert "相关条目 fraud/none 不存在" in page


def test_a_number_without_a_fact_is_pointed_at(volunteer, form):
    """It keeps nobody from submitting, and nobody from seeing it."""
    page = volunteer.send("/console/preview", **form(steps="冲 15 分钟。", facts="")).get_data(
        as_text=True
    )

    assert "这些数字还没写依据：15" in page


def test_a_published_entry_has_one_open_draft(volunteer, staff, parts):
    """Whoever comes second goes on with what the first began."""
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="a")

    answer = staff.send("/console/drafts", entry_id="fraud/fake-police", once="b")

    assert answer.location == "/console/drafts/1"
    assert len(parts.review.waiting()) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slug": ""}, "先选主题"),
        ({"slug": "Dog Bite"}, "先选主题"),
        ({"topic": "made-up"}, "先选主题"),
        ({"topic": "fraud", "slug": "fake-police"}, "已经属于另一个条目"),
        ({"topic": "fraud", "slug": "../../etc"}, "先选主题"),
    ],
)
def test_an_id_that_cannot_be_is_said_and_nothing_is_lost(
    volunteer, form, parts, changes, sentence
):
    """Without an id nothing is kept, but all that was typed comes back."""
    answer = volunteer.send("/console/drafts/new", **form(**changes))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert "娃儿遭狗咬了咋个办" in page
    assert parts.review.waiting() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phrasings": "只有一条"}, "问法至少 4 条，现在 1 条"),
        ({"conclusion": "长" * 61}, "结论有 61 个字"),
        ({"steps": "\n".join(["一步"] * 7)}, "步骤最多 6 条"),
        ({"source_authority": "", "source_document": "", "source_date": ""}, "缺来源"),
        ({"source_date": "2023-02-30"}, "来源日期"),
        ({"source_link": "javascript:alert(1)"}, "来源链接不是"),
        ({"review_by": "2099-01-01"}, "最晚要在"),
        ({"review_by": "someday"}, "缺复核日期"),
    ],
)
def test_what_is_not_finished_is_kept_but_not_handed_over(
    volunteer, form, parts, changes, sentence
):
    """A draft may be unfinished; the reviewers see only what could be published."""
    volunteer.send("/console/drafts/new", **form(**changes))

    assert parts.review.draft(1).state == "editing"
    assert sentence in html.unescape(volunteer.page("/console/drafts/1"))


def test_a_phrasing_of_another_entry_is_named_and_keeps_a_draft_back(volunteer, form, parts):
    """One question has one answer: the clash is found whatever the signs and the spaces."""
    fields = form(phrasings=form()["phrasings"] + "\n公安局打电话，说我涉嫌洗钱？？")
    sentence = (
        "问法“公安局打电话，说我涉嫌洗钱？？”已经属于 fraud/fake-police"
        "（接到自称公安局的电话要我转账怎么办？）"
    )

    shown = volunteer.send("/console/preview", **fields).get_data(as_text=True)
    volunteer.send("/console/drafts/new", **fields)

    assert sentence in shown
    assert parts.review.draft(1).state == "editing"


def test_a_phrasing_of_another_draft_is_named_too(volunteer, staff, form):
    """Two people writing the same answer learn of each other."""
    volunteer.send("/console/drafts/new", **form())

    fields = form(slug="cat-bite", question="被猫抓了怎么办？")
    shown = staff.send("/console/preview", **fields).get_data(as_text=True)

    assert "已经属于 first-aid/dog-bite（被狗咬了怎么办？，还是草稿）" in shown


def test_a_preview_shows_the_reply_and_keeps_nothing(volunteer, form, parts):
    """The fragment for htmx and the page without scripts read the same."""
    token = volunteer.token()
    fields = form(csrf_token=token)

    piece = volunteer.client.post("/console/preview", data=fields, headers={"HX-Request": "true"})
    page = volunteer.client.post("/console/preview", data=fields)

    text = piece.get_data(as_text=True)
    assert "<html" not in text
    assert "都齐了，可以提交。" in text
    assert text.strip().splitlines()[1].strip() in page.get_data(as_text=True)
    assert "1. 冲洗伤口。" in text
    assert parts.review.waiting() == []


def test_a_preview_works_with_the_token_in_the_header_alone(volunteer, form):
    """Htmx sends the token as a header."""
    headers = {"HX-Request": "true", "X-CSRF-Token": volunteer.token()}

    answer = volunteer.client.post("/console/preview", data=form(), headers=headers)

    assert answer.status_code == 200


def test_an_empty_review_date_is_set_by_the_risk(volunteer, form, parts):
    """What costs most when wrong is looked at soonest."""
    volunteer.send("/console/drafts/new", **form(risk="high"))

    due = parts.review.draft(1).entry.review_by

    assert 180 <= (due - now().date()).days <= 184


def test_a_draft_is_dropped_only_by_its_authors(volunteer, staff, form, parts):
    """Nobody throws away what another is writing."""
    volunteer.send("/console/drafts/new", **form(do="save"))

    assert staff.send("/console/drafts/1/drop", version=1).status_code == 403
    assert parts.review.draft(1).state == "editing"
    volunteer.send("/console/drafts/1/drop", version=1)
    assert parts.review.draft(1).state == "dropped"


def test_an_update_of_the_software_can_be_changed_or_dropped_here(volunteer, parts):
    """Drafts that came with an update belong to nobody, so anybody who writes may clear them."""
    entry = parts.entries.revision("waste/旧电池").entry
    parts.review.begin(entry, author="shipped")
    assert "物品表" in volunteer.page("/console/drafts/1")

    volunteer.send("/console/drafts/1/drop", version=1)

    assert parts.review.draft(1).state == "dropped"


def test_waste_items_are_found_and_only_read(volunteer, form, parts):
    """The table of things is kept as a table; a form cannot flatten it."""
    assert "旧电池" in volunteer.page("/console/entries?words=旧电池")
    assert "这里只能看" in volunteer.page("/console/entries/waste/旧电池")

    answer = volunteer.send("/console/drafts", entry_id="waste/旧电池", once="a")
    parts.review.begin(parts.entries.revision("waste/旧电池").entry, author="shipped")
    saved = volunteer.send("/console/drafts/1", **form(version=1))

    assert answer.status_code == 404
    assert saved.status_code == 403
    assert parts.review.draft(1).entry.item is not None
