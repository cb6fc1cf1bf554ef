"""Who is in these tests: a resident with a device, staff and a reviewer in the console."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody with a device of their own; a finger presses where it has touch."""

    page: Page
    touch: bool

    @property
    def newest(self) -> Locator:
        return self.page.locator(".exchange").last

    def press(self, target: str | Locator) -> None:
        found = self.page.locator(target) if isinstance(target, str) else target
        if self.touch:
            found.tap()
        else:
            found.click()

    def press_twice(self, target: str) -> None:
        """Press again before anything has come back."""
        found = self.page.locator(target)
        found.scroll_into_view_if_needed()
        box = found.bounding_box()
        assert box, target
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        if self.touch:
            self.page.touchscreen.tap(x, y)
            self.page.touchscreen.tap(x, y)
        else:
            self.page.mouse.dblclick(x, y)

    def ask(self, text: str, outcome: str) -> Locator:
        """Write, send, and return the card of that outcome that comes back."""
        before = self.page.locator(".exchange").count()
        self.page.fill("#question", text)
        self.press("button.send")
        expect(self.page.locator(".exchange")).to_have_count(before + 1)
        return self.card(outcome)

    def card(self, outcome: str) -> Locator:
        """Return the newest card, once it has that outcome."""
        card = self.newest.locator(f".reply-{outcome}")
        expect(card).to_be_visible()
        return card

    def receipt_for(self, text: str) -> str:
        """Ask what nobody has answered; return the receipt."""
        return self.ask(text, "unmet").locator(".ticket strong").inner_text()


@dataclass(frozen=True, slots=True)
class Office:
    """Those who see to it that a question gets its answer, or its reason."""

    staff: Page
    reviewer: Page

    def answer(self, question: str, entry_id: str) -> None:
        """Make a question a phrasing of an entry, and approve it."""
        self._open(question)
        self.staff.goto(f"{self.staff.url}?words={entry_id}")
        self.staff.check(f"[name=entry_id][value='{entry_id}']")
        self.staff.click("button:has-text('加为问法')")
        expect(self.staff.locator(".said")).to_contain_text("等审核")
        self.reviewer.goto("/console/review")
        self.reviewer.locator("main ul.list a").first.click()
        self.reviewer.click("button:has-text('批准')")
        expect(self.reviewer.locator(".said")).to_contain_text("发布")

    def decline(self, question: str, reason: str) -> None:
        self._open(question)
        self.staff.click("summary:has-text('不回答')")
        self.staff.fill("#reason", reason)
        self.staff.click("button:has-text('记为不回答')")
        expect(self.staff.locator(".said")).to_contain_text("不回答")

    def _open(self, question: str) -> None:
        self.staff.goto("/console/demands")
        self.staff.click(f"a.demand:has-text('{question}')")
        expect(self.staff.locator("h1")).to_contain_text(question)


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/console/sign-in")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("button:has-text('登录')")
    expect(page.locator("#password")).to_have_count(0)
