"""Chromium, the machine's own or Playwright's, and a service for it to open."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.people import Office, Resident, sign_in
from tests.conftest import unavailable
from tests.service import Service, running

# Nothing is fetched from outside: each of these would try to at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
PLAIN = {**PHONE, "java_script_enabled": False}
DEVICES = {"phone": PHONE, "desk": DESK, "no script": PLAIN}
PEOPLE = {
    "李强": ("reviewer-password", ("reviewer",)),
    "赵敏": ("staff-password-1", ("staff",)),
}


def chromium_path() -> str | None:
    """Return the machine's Chromium; none lets Playwright look for its own."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is said and counts
            unavailable("Chromium", str(error).splitlines()[0])
            return
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("browser"), "run") as service:
        for name, (password, roles) in PEOPLE.items():
            service.add_user(name, password, *roles)
        yield service


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[object]:
    """Open a page as somebody new, on a device of their own; nothing on it may go wrong."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def visit(path: str = "/", *, script: str = "", **device: object) -> Page:
        """Open it; `script` runs before the page's own."""
        context = browser.new_context(base_url=service.url, locale="zh-CN", **device)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda m: wrong.append(m.text) if _is_ours(m) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: r.url.startswith(service.url) or wrong.append(r.url))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


def _is_ours(message: ConsoleMessage) -> bool:
    """Tell whether a console line is a mistake of the page, not what a test has asked for."""
    if message.type != "error" or re.search("net::ERR_|fetching the script", message.text):
        return False  # a line that was cut, or a page that was closed while its worker came
    refused = "the server responded with a status of" in message.text
    return not refused or re.search("/static/|/sw.js|manifest", message.location["url"]) is not None


@pytest.fixture(params=DEVICES)
def resident(request: pytest.FixtureRequest, visit) -> Resident:
    """Somebody new on the first page: on a phone, at a desk, on a phone that runs no script."""
    device = DEVICES[request.param]
    return Resident(visit("/", **device), touch="has_touch" in device)


@pytest.fixture
def phone(visit) -> Resident:
    """Somebody new on the first page, on a phone."""
    return Resident(visit("/", **PHONE), touch=True)


@pytest.fixture(scope="session")
def office(browser: Browser, service: Service) -> Iterator[Office]:
    """Staff and a reviewer, signed in."""
    desks = []
    for name in ("赵敏", "李强"):
        desks.append(browser.new_context(base_url=service.url, **DESK).new_page())
        sign_in(desks[-1], name, PEOPLE[name][0])
    yield Office(*desks)
    for desk in desks:
        desk.context.close()
