"""Take pictures of every screen from the running app: python -m tests.browser.pictures."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import DESK, FLAGS, PEOPLE, PHONE, chromium_path
from tests.browser.people import Office, Resident, sign_in
from tests.service import running

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
SHARP = ("first-view", "chat-phone", "demands")  # the README's; the others are small files
ELDER = ("first-view", "chat-phone", "urgent")
ASKED = (
    ("屋顶的水箱好久洗一次才干净", 3),
    ("魔方怎么还原", 2),
    ("集邮册发黄了怎么办", 1),
)
CHAT = {  # file: what is said, and what comes back
    "chat-phone": (("冒充公检法的骗子怎么认", "answered"),),
    "offered": (("怎么防骗", "offered"),),
    "unmet": (("二手钢琴多少钱", "unmet"),),
    "urgent": (("我妈正在给骗子转账", "urgent"),),
    "menu": (("菜单", "command"),),
    "region-answer": (("我在成都", "command"), ("旧沙发旧床垫怎么丢", "answered")),
    "person": (("人工", "command"),),
}
PATHS = {
    "first-view": "/",
    "privacy": "/privacy",
    "topics": "/topics",
    "topic": "/topics/fraud",
    "entry": "/entry/fraud/fake-police",
    "offline": "/offline",
    "404": "/no-such-page",
}
TROUBLE = "trouble"  # asked without a network
NEIGHBOURS = "底楼打麻将打到半夜"
STARS = "北斗七星离我们多远"


@dataclass(frozen=True, slots=True)
class Camera:
    """Opens everything as somebody new, and keeps what is on the screen."""

    browser: Browser
    url: str

    def somebody(self, *, sharp: bool = False, look: str = "", **device: object) -> Resident:
        """Return somebody new on the first page; `look` is dark, elder or neither."""
        context = self.browser.new_context(
            base_url=self.url,
            locale="zh-CN",
            color_scheme="dark" if look == "dark" else "light",
            device_scale_factor=1.5 if sharp else 1,
            service_workers="block",
            **(device or PHONE),
        )
        page = context.new_page()
        page.goto("/?view=elder" if look == "elder" else "/")
        return Resident(page, touch=not device)

    def take(self, name: str, look: str, paths: dict[str, str]) -> None:
        """Keep one screen in one look."""
        resident = self.somebody(sharp=name in SHARP, look=look)
        if name in paths:
            resident.page.goto(paths[name])
        for words, outcome in CHAT.get(name, ()):
            resident.ask(words, outcome)
        if name == TROUBLE:
            resident.page.context.set_offline(True)
            resident.ask("冒充公检法的骗子怎么认", TROUBLE)
        self.keep(resident.page, f"{name}-{look}" if look else name)

    def keep(self, page: Page, name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")
        page.context.close()


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
        camera = Camera(browser, service.url)
        paths = PATHS | _own(camera)
        for look in ("", "dark"):
            for name in (*CHAT, *paths, TROUBLE):
                camera.take(name, look, paths)
        for name in ELDER:
            camera.take(name, "elder", paths)
        _demands(camera)
        browser.close()


def _own(camera: Camera) -> dict[str, str]:
    """Ask until there are receipts and data to show; return their addresses."""
    asker = camera.somebody()
    waiting = asker.receipt_for("楼顶的鸽子棚能不能搭")
    settled = asker.receipt_for(NEIGHBOURS)
    refused = asker.receipt_for(STARS)
    asker.ask("冒充公检法的骗子怎么认", "answered")
    own = {"export": _link(asker, "导出我的数据"), "mine": _link(asker, "我的问题")}
    desk = _desk(camera)
    desk.answer(NEIGHBOURS, "environment/noise")
    desk.decline(STARS, "这要问天文台。")
    return {
        "receipt-open": f"/q/{waiting}",
        "receipt-answered": f"/q/{settled}",
        "receipt-declined": f"/q/{refused}",
        **own,
    }


def _link(resident: Resident, words: str) -> str:
    return str(resident.ask(words, "command").locator(".reply-links a").get_attribute("href"))


def _desk(camera: Camera) -> Office:
    desks = [camera.somebody(**DESK).page for _ in PEOPLE]
    for desk, name in zip(desks, ("赵敏", "李强"), strict=True):
        sign_in(desk, name, PEOPLE[name][0])
    return Office(*desks)


def _demands(camera: Camera) -> None:
    for question, people in ASKED:
        for _ in range(people):
            camera.somebody().ask(question, "unmet")
    page = camera.somebody(sharp=True, **DESK).page
    sign_in(page, "赵敏", PEOPLE["赵敏"][0])
    page.goto("/console/demands")
    camera.keep(page, "demands")


if __name__ == "__main__":
    main()
