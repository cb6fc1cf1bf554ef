"""The first view is small and comes from one place: it is for old phones on slow lines."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

BYTES = 60_000


def weighed(page: Page, path: str) -> dict[str, int]:
    """Open a page; return what came over the wire for it, by address."""
    wire = page.context.new_cdp_session(page)
    addresses, bytes_of = {}, {}
    wire.on(
        "Network.responseReceived",
        lambda e: addresses.update({e["requestId"]: e["response"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda e: bytes_of.update({e["requestId"]: e["encodedDataLength"]}),
    )
    wire.send("Network.enable")
    page.goto(path, wait_until="networkidle")
    return {addresses[one]: size for one, size in bytes_of.items()}


@pytest.mark.parametrize("path", ["/", "/?view=elder", "/entry/fraud/fake-police"])
def test_the_first_view_is_small(visit, path):
    """No more than 60 kB with nothing kept from before; a request to elsewhere fails in `visit`."""
    page = visit("about:blank", service_workers="block", **PHONE)

    found = weighed(page, path)

    assert sum(found.values()) <= BYTES, found
    assert len(found) > 3
