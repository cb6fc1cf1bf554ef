"""People: accounts, sign-in, lockout and sessions that end on the server."""

import pytest

from knowledge.people import FAILURES, BadName, NameTaken, People, Role, WeakPassword

PASSWORD = "correct-horse-battery"


@pytest.fixture
def people(database, clock, hasher):
    people = People(database, clock, hasher)
    people.add("王芳", PASSWORD, [Role.VOLUNTEER, Role.STAFF])
    return people


def test_the_right_password_opens_a_session(people):
    """A session knows whose it is and which roles they have."""
    person = people.session(people.sign_in("王芳", PASSWORD))

    assert person.name == "王芳"
    assert person.may(Role.STAFF)
    assert not person.may(Role.REVIEWER, Role.ADMINISTRATOR)


@pytest.mark.parametrize(("name", "password"), [("王芳", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_anything_wrong_opens_nothing(people, name, password):
    """A wrong name and a wrong password are told the same."""
    assert people.sign_in(name, password) is None


def test_an_account_locks_and_opens_again(people, clock):
    """After ten wrong passwords even the right one waits for the window to end."""
    for _ in range(FAILURES):
        people.sign_in("王芳", "wrong")

    assert people.sign_in("王芳", PASSWORD) is None
    clock.pass_by(minutes=16)
    assert people.sign_in("王芳", PASSWORD)


def test_the_right_password_ends_the_count(people):
    """Nine slips, a success and nine slips do not lock anybody out."""
    for _ in range(2):
        for _ in range(FAILURES - 1):
            people.sign_in("王芳", "wrong")
        assert people.sign_in("王芳", PASSWORD)


def test_signing_out_ends_the_session_on_the_server(people):
    """A copied cookie is worth nothing afterwards."""
    token = people.sign_in("王芳", PASSWORD)

    people.sign_out(token)

    assert people.session(token) is None


def test_a_session_ends_idle_and_at_last(people, clock):
    """Two hours without a page, or twelve hours in all."""
    idle, busy = people.sign_in("王芳", PASSWORD), people.sign_in("王芳", PASSWORD)
    for _ in range(11):
        clock.pass_by(minutes=65)
        if clock().hour < 20:
            assert people.session(busy)

    assert people.session(idle) is None
    clock.pass_by(hours=1)
    assert people.session(busy) is None
    assert people.sweep() == 2


@pytest.mark.parametrize("end", ["disable", "reset"])
def test_disabling_and_resetting_end_every_session(people, end):
    """Who is shut out is out at once, on every device."""
    token = people.sign_in("王芳", PASSWORD)

    if end == "disable":
        assert people.disable("王芳")
    else:
        assert people.reset_password("王芳", "another-long-password")

    assert people.session(token) is None
    assert people.sign_in("王芳", PASSWORD) is None


def test_names_are_taken_once_and_passwords_are_not_short(people):
    """Two accounts of one name, or a password like the name, are refused with a sentence."""
    with pytest.raises(NameTaken):
        people.add("王芳", PASSWORD, [Role.STAFF])
    with pytest.raises(WeakPassword):
        people.add("李强", "short", [Role.STAFF])
    assert not people.disable("nobody")


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\nb", "shipped", "imported"])
def test_a_name_can_be_read_and_is_nobody_else_s(people, name):
    """An author's name stands beside what they wrote: it is short, visible and their own."""
    with pytest.raises((BadName, NameTaken)):
        people.add(name, PASSWORD, [Role.STAFF])


@pytest.mark.usefixtures("people")
def test_passwords_are_kept_as_argon2id(database):
    """Whoever reads the database reads no password."""
    with database.read() as db:
        kept = db.exec_driver_sql("SELECT password_hash FROM people").scalar_one()

    assert kept.startswith("$argon2id$")
