"""One person at a browser, and what no page may ever do in front of them."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.journeys.house import House
from tests.journeys.people import PASSWORD

SOON = 60_000  # milliseconds; the longest press on a busy machine
REFUSED = 422  # a form that comes back with what has to be mended
# What a browser and htmx call errors: such a form, and a preview that a newer one replaced.
_NO_FAULT = (f"status of {REFUSED}", "htmx:sendAbort", "htmx:afterRequest")
_OPTIONAL = r"( \(.*\))?"


class Watch:
    """Everything that went wrong behind the pages: errors, broken policies, other hosts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._went_to(request.url))
        context.on("response", lambda response: self._answered(response.status, response.url))
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on(
            "weberror",
            lambda error: self.complaints.append(
                f"script on {error.page.url}: {error.error.stack}"
            ),
        )

    def _went_to(self, url: str) -> None:
        there = urlsplit(url)
        ours = f"{there.scheme}://{there.netloc}" == self.house.url
        if not ours and there.scheme not in ("data", "blob", "about"):
            self.complaints.append(f"left the host: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status != REFUSED:
            self.complaints.append(f"{status} from {url}")

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(words in text for words in _NO_FAULT):
            self.complaints.append(f"console {kind}: {text}")


class Desk:
    """A browser window of its own, with the cookies of one person."""

    def __init__(
        self, browser: Browser, house: House, watch: Watch, *, javascript: bool = True
    ) -> None:
        self.house = house
        self.context = browser.new_context(
            base_url=house.url,
            java_script_enabled=javascript,
            viewport={"width": 1360, "height": 900},
            locale="en-US",
            timezone_id="America/New_York",
        )
        self.context.set_default_timeout(SOON)
        watch.over(self.context)
        self.page: Page = self.context.new_page()

    # --- Moving ----------------------------------------------------------------------

    def sign_in(self, name: str) -> None:
        self.go("/staff/")
        self.fill("Username", name)
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        self.sees_title("Home")

    def go(self, address: str) -> None:
        self.page.goto(address)

    def follow(self, words: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Click a link, by all of its words or by a pattern."""
        _shown((within or self.page).get_by_role("link", name=words, exact=True)).click()

    def tab(self, words: str) -> None:
        campaign = self.page.get_by_role("navigation", name="Campaign", exact=True)
        campaign.get_by_role("link", name=words, exact=True).click()

    def menu(self, words: str) -> None:
        lines = self.page.locator("#nav-sidebar").get_by_role("link")
        lines.filter(has_text=re.compile(rf"\b{words}\s*$")).click()

    def press(self, words: str) -> None:
        _shown(self.page.get_by_role("button", name=words, exact=True)).click()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # --- Filling in ------------------------------------------------------------------

    def field(self, label: str, within: Locator | None = None) -> Locator:
        whole = re.compile(rf"^\s*{re.escape(label)}{_OPTIONAL}\s*$")
        return _shown((within or self.page).get_by_label(whole))

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        self.field(label, within).fill(value)

    def choose(
        self, label: str, option: str | re.Pattern[str], within: Locator | None = None
    ) -> None:
        """Choose from a list by the words it shows."""
        box = self.field(label, within)
        words = box.locator("option").filter(has_text=option).first.text_content()
        box.select_option(label=(words or "").strip())

    def tick(self, label: str, within: Locator | None = None) -> None:
        self.field(label, within).check()

    def attach(self, label: str, *files: Path) -> None:
        self.field(label).set_input_files(files)

    def attach_document(self, label: str, name: str, content: bytes) -> None:
        file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": content}
        self.field(label).set_input_files(file)

    # --- Looking ---------------------------------------------------------------------

    def sees(
        self, words: str | re.Pattern[str], within: Locator | None = None, wait: int = SOON
    ) -> None:
        expect(_shown((within or self.page).get_by_text(words))).to_be_visible(timeout=wait)

    def sees_not(self, words: str) -> None:
        expect(self.page.get_by_text(words).filter(visible=True)).to_have_count(0)

    def sees_title(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def sees_button(self, words: str, *, enabled: bool = True) -> None:
        expect(_shown(self.page.get_by_role("button", name=words))).to_be_enabled(enabled=enabled)

    def appears(self, words: str) -> None:
        """A worker's work is seen on a page that a person loads again."""
        deadline = time.monotonic() + SOON / 1000
        while not self.page.get_by_text(words).count():
            assert time.monotonic() < deadline, f"{words} does not appear on {self.path}"
            self.page.wait_for_timeout(250)
            self.page.reload()

    def demand(self, number: int) -> Locator:
        """One demand on the recipient's page."""
        named = self.page.get_by_role("heading", name=f"Demand {number} ")
        return self.page.locator("fieldset.group").filter(has=named)

    def section(self, heading: str | re.Pattern[str]) -> Locator:
        """The card under a heading."""
        named = self.page.get_by_role("heading", name=heading)
        return self.page.locator("section, article, form, fieldset").filter(has=named).last

    def row(self, *words: str) -> Locator:
        """The row of a table that holds all the words."""
        rows = self.page.get_by_role("row")
        for each in words:
            rows = rows.filter(has_text=each)
        return rows.first

    def number(self, label: str) -> int:
        """The number above a label in a row of figures."""
        figure = self.page.locator(".cs-stat").filter(
            has=self.page.get_by_text(re.compile(f"^{re.escape(label)}$", re.IGNORECASE))
        )
        return int((figure.first.locator("b").text_content() or "").replace(",", ""))

    def sees_number(self, label: str, number: int) -> None:
        figure = self.page.locator(".cs-stat").filter(
            has=self.page.get_by_text(re.compile(f"^{re.escape(label)}$", re.IGNORECASE))
        )
        expect(figure.first.locator("b")).to_have_text(f"{number:,}")

    def sees_pictures(self, locator: str = "img.cs-sheet") -> None:
        """Every picture of a page is there and is a picture."""
        pictures = self.page.locator(locator)
        expect(pictures.first).to_be_visible()
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("picture => picture.naturalWidth") > 400

    def download(self, press: Callable[[], None]) -> bytes:
        with self.page.expect_download() as coming:
            press()
        return Path(coming.value.path()).read_bytes()

    def picture(self, name: str) -> None:
        """Keep a picture of the page where somebody asked for them."""
        if folder := os.environ.get("JOURNEY_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _shown(found: Locator) -> Locator:
    return found.filter(visible=True).first
