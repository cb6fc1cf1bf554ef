"""Accounts, kept by the administrator and by nobody else."""

import pytest

from knowledge.people import Role


def test_an_account_is_added_and_can_sign_in(administrator, visitor, parts):
    """A new colleague works from the first minute, in the roles chosen."""
    fields = {"name": "新同事", "password": "a-long-password", "roles": ["volunteer", "staff"]}
    administrator.send("/console/people", **fields)

    assert visitor().sign_in("新同事", "a-long-password").status_code == 303
    added = next(one for one in parts.people.all() if one.name == "新同事")
    assert added.roles == {Role.VOLUNTEER, Role.STAFF}


def test_an_account_added_twice_is_one_account(administrator, visitor, parts):
    """The second form changes neither roles nor password."""
    fields = {"name": "新同事", "password": "a-long-password", "roles": ["volunteer"]}
    administrator.send("/console/people", **fields)
    people = parts.people.all()

    administrator.send("/console/people", **{**fields, "password": "x" * 12, "roles": ["staff"]})

    assert "已经有账号" in administrator.said()
    assert parts.people.all() == people
    assert visitor().sign_in("新同事", "a-long-password").status_code == 303


def test_an_account_needs_a_name_a_role_and_a_password(administrator, parts):
    """What is missing is said; nothing is half made."""
    people = parts.people.all()

    for fields in (
        {"name": " ", "password": "a-long-password", "roles": ["staff"]},
        {"name": "新同事", "password": "a-long-password"},
        {"name": "新同事", "password": "short", "roles": ["staff"]},
        {"name": "长" * 41, "password": "a-long-password", "roles": ["staff"]},
    ):
        assert administrator.send("/console/people", **fields).status_code == 303
        assert "said-refused" in administrator.page("/console/people")

    assert parts.people.all() == people


def test_a_disabled_account_cannot_sign_in(administrator, visitor):
    """Closing takes effect at once."""
    administrator.send("/console/people/disable", name="王志愿")

    assert visitor().sign_in("王志愿").status_code == 403


def test_the_administrator_cannot_lock_themselves_out(administrator):
    """One's own account is closed by another administrator."""
    administrator.send("/console/people/disable", name="管理员")

    assert administrator.open("/console/people").status_code == 200


def test_a_reset_password_ends_the_old_one_and_its_sessions(administrator, volunteer, visitor):
    """Whoever had the old password is out."""
    administrator.send("/console/people/password", name="王志愿", password="another-password")

    assert volunteer.open("/console/drafts").location == "/console/sign-in"
    assert visitor().sign_in("王志愿").status_code == 403
    assert visitor().sign_in("王志愿", "another-password").status_code == 303


def test_no_password_stays_in_the_cookie(administrator):
    """A password is shown where it is chosen and nowhere else."""
    answer = administrator.send(
        "/console/people", name="新同事", password="a-long-password", roles=["staff"]
    )
    with administrator.client.session_transaction() as session:
        assert "a-long-password" not in str(dict(session))
    assert "a-long-password" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["\u200b", "shipped", "x" * 41])
def test_a_name_nobody_can_read_is_refused_in_words(administrator, parts, name):
    """Invisible characters, a reserved word, too long: a sentence, and no account."""
    before = parts.people.all()

    answer = administrator.send(
        "/console/people", name=name, password="long-enough-password", roles="staff"
    )

    assert answer.status_code == 303
    assert parts.people.all() == before
