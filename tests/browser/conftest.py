"""Chromium, the machine's own or Playwright's, and a service for it to open."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

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
PEOPLE = {
    "王芳": ("volunteer-password", ("volunteer",)),
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

    def visit(path: str = "/", **device: object) -> Page:
        context = browser.new_context(base_url=service.url, locale="zh-CN", **device)
        contexts.append(context)
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
    """Tell whether a console line is a mistake of the page, not a line that a test has cut."""
    return message.type == "error" and "net::ERR_FAILED" not in message.text


def sign_in(page: Page, name: str) -> None:
    page.goto("/console/sign-in")
    page.fill("#name", name)
    page.fill("#password", PEOPLE[name][0])
    page.click("button:has-text('登录')")
