"""Signing in and out."""

import re

import pytest

from webhook import create_app


def without_token(html):
    return re.sub(r'(value="|Token": ")[\w.-]{60,}"', "", html)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("王志愿", "/console/entries"),
        ("李审核", "/console/review"),
        ("陈工", "/console/demands"),
        ("管理员", "/console/people"),
    ],
)
def test_who_signs_in_comes_to_the_first_room_of_their_role(at_desk, name, first):
    """The console opens where somebody may work."""
    assert at_desk(name).open("/console").location == first


def test_a_wrong_name_and_a_wrong_password_look_the_same(visitor, parts):
    """Nobody learns from the sign-in page which accounts exist, are closed or are locked."""
    parts.people.disable("陈工")
    desks = [visitor() for _ in range(4)]
    for _ in range(10):
        desks[3].sign_in("李审核", "wrong-password")

    answers = [
        desks[0].sign_in("王志愿", "wrong-password"),
        desks[1].sign_in("没有这人", "wrong-password"),
        desks[2].sign_in("陈工"),
        desks[3].sign_in("李审核"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({without_token(answer.get_data(as_text=True)) for answer in answers}) == 1


def test_ten_wrong_passwords_lock_the_account_even_for_the_right_one(visitor):
    """Passwords cannot be tried through, from however many browsers."""
    for _ in range(10):
        assert visitor().sign_in("王志愿", "wrong-password").status_code == 403

    assert visitor().sign_in("王志愿").status_code == 403
    assert visitor().sign_in("李审核").status_code == 303


def test_signing_out_ends_the_session_on_the_server(volunteer, visitor):
    """A cookie copied before is worth nothing after."""
    copied = volunteer.client.get_cookie("askscience").value
    volunteer.send("/console/sign-out")
    thief = visitor()
    thief.client.set_cookie("askscience", copied)

    assert volunteer.open("/console/drafts").location == "/console/sign-in"
    assert thief.open("/console/drafts").location == "/console/sign-in"


def test_a_disabled_person_is_out_at_the_next_click(volunteer, parts):
    """Closing an account ends the sessions it has open."""
    assert volunteer.open("/console/drafts").status_code == 200

    parts.people.disable("王志愿")

    assert volunteer.open("/console/drafts").location == "/console/sign-in"


def test_signing_in_begins_a_new_session_and_keeps_the_resident(visitor):
    """What stood in the cookie before does not open the console; the chat goes on."""
    desk = visitor()
    desk.open("/")
    with desk.client.session_transaction() as before:
        resident, token = before["resident"], before.get("csrf_token")
    desk.sign_in("王志愿")

    with desk.client.session_transaction() as after:
        assert after["resident"] == resident
        assert after.get("csrf_token") != token


def test_signing_in_leads_nowhere_else(visitor):
    """An address in the query is not followed."""
    desk = visitor()
    fields = {"csrf_token": desk.token(), "name": "王志愿", "password": "correct-horse-battery"}

    answer = desk.client.post("/console/sign-in?next=https://evil.example", data=fields)

    assert answer.location == "/console"


def test_a_forged_cookie_opens_nothing(parts, visitor):
    """Only this service's secret signs a session; another's is a stranger's."""
    other = create_app(parts)
    other.secret_key = b"x" * 32
    with other.test_client() as forger:
        with forger.session_transaction() as forged:
            forged["person"] = parts.people.sign_in("管理员", "correct-horse-battery")
        cookie = forger.get_cookie("askscience").value
    desk = visitor()
    desk.client.set_cookie("askscience", cookie)

    assert desk.open("/console/people").location == "/console/sign-in"


def test_what_is_typed_is_not_lost_when_the_session_is_over(visitor):
    """A preview asked for after the session says so in its place, and leads nowhere."""
    desk, htmx = visitor(), {"HX-Request": "true"}
    token = {"X-CSRF-Token": desk.token()}

    over = desk.client.post("/console/preview", headers=htmx | token)
    gone = visitor().client.post("/console/preview", headers=htmx | token)

    assert (over.status_code, gone.status_code) == (401, 400)
    for answer in (over, gone):
        assert answer.get_data(as_text=True).startswith('<p class="said said-refused"')
