"""Measure the first answer on a slow line and a slow phone: python -m tests.browser.timings."""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, PHONE, chromium_path
from tests.service import running

RUNS = 5
SLOWER = 4  # times, for the processor
QUESTION = "冒充公检法的骗子怎么认"
PAINTED = """() => new Promise(done => {
  const seen = list => {
    const one = list.find(entry => entry.name === "first-contentful-paint");
    if (one) done(one.startTime / 1000);
  };
  const watch = new PerformanceObserver(list => seen(list.getEntries()));
  watch.observe({ type: "paint", buffered: true });
})"""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    bits: int  # a second, down and up
    round_trip: int  # milliseconds


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    painted: float  # until something is seen
    writable: float  # until the field takes what is typed
    answered: float  # from 发送 to the answer on the screen

    @property
    def all(self) -> float:
        return self.writable + self.answered


LINES = (
    Line("slow 3G, 400 kbit/s, 400 ms", 400_000, 400),
    Line("fast 3G, 1.6 Mbit/s, 150 ms", 1_600_000, 150),
)


def main() -> None:
    """Print a table: median of five runs, each with nothing kept from before."""
    out = sys.stdout.write
    out(f"Chromium, 360x740, processor {SLOWER} times slower, median of {RUNS} runs, seconds\n\n")
    out("| line | first paint | field writable | answer after 发送 | first answer |\n")
    out("| --- | ---: | ---: | ---: | ---: |\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "run") as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        for line in LINES:
            runs = [_run(browser, service.url, line) for _ in range(RUNS)]
            columns = ("painted", "writable", "answered", "all")
            middle = (median(getattr(run, column) for run in runs) for column in columns)
            out(f"| {line.name} | {' | '.join(f'{seconds:.2f}' for seconds in middle)} |\n")
        browser.close()


def _run(browser: Browser, url: str, line: Line) -> Times:
    context = browser.new_context(base_url=url, locale="zh-CN", **PHONE)
    page = context.new_page()
    _slow_down(page, line)
    began = time.perf_counter()
    page.goto("/", wait_until="commit")
    painted = page.evaluate(PAINTED)
    page.fill("#question", QUESTION)
    writable = time.perf_counter()
    page.tap("button.send")
    page.locator(".reply-answered .reply-head").wait_for()
    answered = time.perf_counter()
    context.close()
    return Times(painted, writable - began, answered - writable)


def _slow_down(page: Page, line: Line) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    a_second = line.bits / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": line.round_trip,
            "downloadThroughput": a_second,
            "uploadThroughput": a_second,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


if __name__ == "__main__":
    main()
