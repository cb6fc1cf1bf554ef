"""Scripts and signs in any field are text, on every page."""

from pathlib import Path

import pytest
from jinja2 import Environment

import webhook

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>{{2999*3001}}"
TEMPLATES = Path(webhook.__file__).parent / "templates" / "console"


def inert(page):
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>" not in page
    assert "8999999" not in page  # a product that no clock and hardly a token shows
    assert "&lt;script&gt;" in page


@pytest.fixture
def evil(form):
    return form(
        question=EVIL,
        phrasings="\n".join(f"{EVIL}{n}" for n in "甲乙丙丁"),
        conclusion=EVIL[:58],
        steps=f"{EVIL}\n{EVIL}二",
        source_authority=EVIL,
        source_document=EVIL,
    )


def test_scripts_in_an_answer_are_text_from_preview_to_publication(
    volunteer, reviewer, evil, parts, app
):
    """Draft, preview, review, entry and the resident's page show signs as signs."""
    inert(volunteer.send("/console/preview", **evil).get_data(as_text=True))
    volunteer.send("/console/drafts/new", **evil)
    inert(volunteer.page("/console/drafts"))
    inert(volunteer.page("/console/drafts/1"))
    inert(reviewer.page("/console/review"))
    inert(reviewer.page("/console/review/1"))

    reviewer.send("/console/review/1/approve", version=2)

    assert parts.review.draft(1).state == "published"
    inert(volunteer.page("/console/drafts/1"))
    inert(volunteer.page("/console/entries?words=script"))
    inert(volunteer.page("/console/entries/first-aid/dog-bite"))
    inert(app.test_client().get("/entry/first-aid/dog-bite").get_data(as_text=True))


def test_scripts_in_a_change_are_text(volunteer, reviewer, evil):
    """The comparison with what is published shows signs as signs."""
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="a")
    volunteer.send("/console/drafts/1", **{**evil, "version": 1})

    inert(reviewer.page("/console/review/1"))


def test_scripts_in_a_question_are_text_to_staff(ask, staff):
    """A resident's words reach the console as words."""
    ask(f"光伏板怎么装 {EVIL}")

    inert(staff.page("/console/demands"))
    inert(staff.page("/console/demands/1"))
    inert(staff.page("/console/drafts/new?demand=1"))
    staff.send("/console/demands/1/decline", reason=EVIL)
    inert(staff.page("/console/demands/1"))


def test_scripts_in_a_note_a_name_or_a_search_are_text(volunteer, reviewer, administrator, form):
    """Every other field that comes back on a page."""
    volunteer.send("/console/drafts/new", **form())
    reviewer.send("/console/review/1/send-back", version=2, note=EVIL)
    administrator.send("/console/people", name=EVIL[:40], password="x" * 12, roles=["staff"])

    inert(volunteer.page("/console/drafts/1"))
    inert(volunteer.page(f"/console/entries?words={EVIL}"))
    inert(administrator.page("/console/people"))


def test_a_link_that_is_no_address_is_not_a_link(volunteer, form):
    """A draft with javascript: in its link shows it as text."""
    volunteer.send("/console/drafts/new", **form(source_link="javascript:alert(1)", do="save"))

    assert 'href="javascript' not in volunteer.page("/console/drafts/1")


def test_no_template_trusts_its_words():
    """Escaping is never switched off, and no page carries code or style of its own."""
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        Environment(autoescape=True).parse(text)
        for sign in ("|safe", "| safe", "Markup", "autoescape", " style=", " onclick", "<script>"):
            assert sign not in text, (path.name, sign)


def test_pages_of_the_console_are_not_kept_and_run_no_foreign_code(volunteer):
    """The strict policy of the site holds here too."""
    headers = volunteer.open("/console/drafts/new").headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
