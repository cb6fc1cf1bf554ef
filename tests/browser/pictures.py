"""Take the README's pictures from the running app: python -m tests.browser.pictures."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import DESK, FLAGS, PEOPLE, PHONE, chromium_path, sign_in
from tests.service import running

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
ASKED = (
    ("屋顶的光伏板遇到冰雹会漏电吗", 3),
    ("村里的水塔多久洗一次才干净", 2),
    ("娃儿近视手术几岁能做", 1),
)


def main() -> None:
    """Write docs/pictures/*.png."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "run") as service,
        sync_playwright() as playwright,
    ):
        for name, (password, roles) in PEOPLE.items():
            service.add_user(name, password, *roles)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))

        def fresh(**device: object) -> Page:
            context = browser.new_context(
                base_url=service.url, locale="zh-CN", device_scale_factor=2, **device
            )
            return context.new_page()

        _chat(fresh(**PHONE))
        for question, people in ASKED:
            for _ in range(people):
                _ask(fresh(**PHONE), question)
        _demands(fresh(**DESK))
        browser.close()


def _ask(page: Page, question: str) -> None:
    page.goto("/")
    page.fill("#question", question)
    page.click("button.send")
    page.locator(".reply").last.wait_for()


def _chat(page: Page) -> None:
    page.goto("/")
    page.screenshot(path=PICTURES / "first-view.png")
    _ask(page, "冒充公检法的骗子怎么认")
    page.locator(".reply-answered").wait_for()
    page.screenshot(path=PICTURES / "chat-phone.png")


def _demands(page: Page) -> None:
    sign_in(page, "赵敏")
    page.goto("/console/demands")
    page.screenshot(path=PICTURES / "demands.png")


if __name__ == "__main__":
    main()
