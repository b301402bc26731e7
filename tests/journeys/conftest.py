"""The running house, the browser, and a desk for each person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.desk import SOON, Desk, Watch
from tests.journeys.house import House

CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    try:
        house.start()
        house.manage("seed_grounds")
        house.python("-m", "tests.journeys.people")
        yield house
    finally:
        house.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=SOON)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def watch(house: House) -> Watch:
    return Watch(house)


@pytest.fixture
def desk(browser: Browser, house: House, watch: Watch) -> Iterator[Callable[[str], Desk]]:
    """Seat a person: `desk("morgan")` is signed in. A failed test keeps what each one saw."""
    seated: dict[str, Desk] = {}

    def seat(name: str) -> Desk:
        seated[name] = Desk(browser, house, watch)
        seated[name].sign_in(name)
        return seated[name]

    yield seat
    for name, each in seated.items():
        each.page.screenshot(path=house.data.parent / f"last-{name}.png")
