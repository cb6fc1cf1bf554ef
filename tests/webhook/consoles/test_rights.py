"""Who may do what: checked on the server, at every request."""

import pytest

PUBLIC = {
    "console.signing.sign_in",
    "console.signing.enter",
    "console.signing.leave",
    "console.first",
}


def console_routes(app):
    """Yield (method, path) of everything in the console that needs somebody."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("console.") or rule.endpoint in PUBLIC:
            continue
        ids = dict.fromkeys(rule.arguments, 1) | {
            name: "fraud/fake-police" for name in rule.arguments if name == "entry_id"
        }
        _, path = rule.build(ids)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield method, path


def test_nothing_opens_without_signing_in(app, visitor):
    """Every page and every form of the console leads a stranger to the sign-in page."""
    desk = visitor()
    routes = list(console_routes(app))
    token = desk.token()

    for method, path in routes:
        answer = desk.client.open(path, method=method, data={"csrf_token": token})
        assert answer.location == "/console/sign-in", (method, path)
    assert len(routes) > 15


ALLOWED = {
    "王志愿": ("entries", "drafts", "preview"),
    "李审核": ("entries", "review"),
    "陈工": ("demands", "entries", "drafts", "preview"),
    "管理员": ("people",),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_one_may_not_do_is_refused_by_url(app, at_desk, name):
    """Every route outside one's roles is 403, whatever the method."""
    desk = at_desk(name)
    token = desk.token()
    outside = [
        (method, path)
        for method, path in console_routes(app)
        if path.split("/")[2] not in ALLOWED[name]
    ]

    for method, path in outside:
        answer = desk.client.open(path, method=method, data={"csrf_token": token})
        assert answer.status_code == 403, (method, path)
    assert outside


@pytest.mark.parametrize("name", ALLOWED)
def test_what_one_may_not_do_is_not_shown(at_desk, name):
    """The rooms in the header are those one may enter."""
    html = at_desk(name).page("/console")

    for room in ("demands", "entries", "drafts", "review", "people"):
        assert (f'href="/console/{room}"' in html) == (room in ALLOWED[name]), room


def test_a_role_cannot_be_given_to_oneself(volunteer, parts):
    """A forged form that asks for roles changes nobody."""
    before = parts.people.all()

    answer = volunteer.send(
        "/console/people", name="王志愿", password="x" * 12, roles=["administrator"]
    )
    volunteer.send("/console/drafts", entry_id="fraud/fake-police", once="1", roles="reviewer")

    assert answer.status_code == 403
    assert parts.people.all() == before


def test_a_role_that_does_not_exist_is_refused(administrator, parts):
    """The roles are four, and a form cannot make a fifth."""
    fields = {"name": "新人", "password": "x" * 12, "roles": ["root"]}

    assert administrator.send("/console/people", **fields).status_code == 400
    assert "新人" not in [person.name for person in parts.people.all()]


def test_the_administrator_does_not_review(administrator, parts):
    """Whoever keeps the accounts stands for no content because of that."""
    answer = administrator.send("/console/review/confirm", entry_id="fraud/fake-police", number=1)

    assert answer.status_code == 403
    assert parts.entries.revision("fraud/fake-police").confirmed_by is None


def test_a_volunteer_cannot_choose_a_demand(volunteer, form, ask, parts):
    """Residents' questions are for staff; a number in a volunteer's form opens none."""
    ask("家里装了光伏板要注意什么")

    assert volunteer.open("/console/drafts/new?demand=1").status_code == 403
    assert volunteer.send("/console/drafts/new", **form(demand="1")).status_code == 403
    assert parts.demands.demand(1).state == "open"


@pytest.mark.parametrize(
    "path",
    [
        "/console/drafts/new",
        "/console/drafts",
        "/console/preview",
        "/console/sign-out",
    ],
)
@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_its_token_changes_nothing(volunteer, form, parts, path, token):
    """Another site's page cannot write in somebody's name."""
    fields = form(entry_id="fraud/fake-police")
    if token is not None:
        fields["csrf_token"] = token

    answer = volunteer.client.post(path, data=fields)

    assert answer.status_code == 400
    assert "没有提交" in answer.get_data(as_text=True)
    assert parts.review.waiting() == []
    assert volunteer.open("/console/drafts").status_code == 200


def test_an_approval_without_its_token_publishes_nothing(volunteer, reviewer, form, parts):
    """The most costly click is guarded like the others."""
    volunteer.send("/console/drafts/new", **form())
    number = parts.entries.snapshot_number()

    answer = reviewer.client.post("/console/review/1/approve", data={"version": "2"})

    assert answer.status_code == 400
    assert parts.entries.snapshot_number() == number


@pytest.mark.parametrize(
    "path",
    [
        "/console/drafts/99999999999999999999",
        "/console/demands/0x1",
        "/console/demands/7",
        "/console/entries/fraud/no-such",
        "/console/entries/fraud/%00",
    ],
)
def test_a_number_that_cannot_be_one_is_not_found(at_desk, path):
    """An address made up by hand is a missing page, never a crash."""
    assert at_desk("陈工").open(path).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "１", "9" * 10, "9" * 40])
def test_a_version_that_cannot_be_one_is_refused(reviewer, volunteer, form, parts, version):
    """A forged number changes nothing and breaks nothing."""
    volunteer.send("/console/drafts/new", **form())

    answer = reviewer.send("/console/review/1/approve", version=version)

    assert answer.status_code == 400
    assert parts.review.draft(1).state == "submitted"
