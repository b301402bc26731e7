"""A person without a mouse: Tab, the arrows, Space and Enter, and nothing that cannot be seen."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_MOST_TABS = 150
# What the element in focus is called, as a screen reader would say it.
_IN_FOCUS = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels.length ? one.labels[0].textContent : one.textContent;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    name: label.replace(/\\s+/g, " ").trim(),
    kind: one.type || one.tagName.toLowerCase(),
    group: one.closest("fieldset.group") ? one.closest("fieldset.group").innerText : "",
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


class Keyboard:
    """Every page that it meets is judged by axe, and must not scroll sideways."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.pictures = 0
        self.faults: list[str] = []
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        # Who listens all along is never late: a chooser asked for in the press itself is missed
        # once in a hundred times on a busy machine.
        page.on("filechooser", lambda _: None)

    # --- Moving ----------------------------------------------------------------------

    def tab_to(self, words: str, *, within: str = "") -> None:
        """Tab on until what is in focus begins with the words; from its end a page begins anew.

        `within` are words of the group that it stands in. Whatever is passed on the way must
        show that it has the focus.
        """
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(_IN_FOCUS)
            if focus["kind"] == "body":
                continue
            assert focus["outlined"] and focus["seen"], f"The focus is not seen: {focus}"
            if focus["name"].startswith(words) and within in focus["group"]:
                return
        raise AssertionError(f"Tab does not reach “{words}” on {self.page.url}")

    def follow(self, words: str) -> None:
        """Go along a link, or press a button that leads to another page."""
        self.tab_to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def type(self, label: str, words: str, *, within: str = "") -> None:
        self.tab_to(label, within=within)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(words)

    def date(self, label: str, month_day_year: str, *, within: str = "") -> None:
        """Into a date field, which takes digits one by one."""
        self.tab_to(label, within=within)
        self.page.keyboard.type(month_day_year)

    def choose(self, words: str, *, within: str) -> None:
        """One of a set of choices: Tab leads into the set, the arrows through it."""
        first = "We have done this"
        self.tab_to(first, within=within)
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.page.evaluate(_IN_FOCUS)["name"].startswith(words):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrows do not reach “{words}”")

    def tick(self, label: str) -> None:
        self.tab_to(label)
        self.page.keyboard.press("Space")

    def attach(self, label: str, file: Path) -> None:
        self.tab_to(label)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files(file)

    # --- Looking ---------------------------------------------------------------------

    def look(self) -> None:
        """Judge the page: nothing serious for axe, nothing beside the edge."""
        found = Axe().run(self.page).response["violations"]
        self.faults += [
            f"{one['id']} on {self.page.url}: {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        wide: dict[str, Any] = self.page.evaluate(
            "() => ({ page: document.documentElement.scrollWidth, window: innerWidth })"
        )
        if wide["page"] > wide["window"]:
            self.faults.append(f"{self.page.url} is {wide['page']} wide")
        self._picture()

    def sees(self, words: str) -> None:
        text = " ".join(self.page.inner_text("body").split())
        assert words in text, f"“{words}” is not on {self.page.url}: {text[:2000]}"

    def _said(self, kind: str, text: str) -> None:
        # A form that comes back with what has to be mended is no fault of the page.
        if kind in ("error", "warning") and "status of 422" not in text:
            self.faults.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1", "http://localhost", "data:", "about:")):
            self.faults.append(f"left the host: {url}")

    def _picture(self) -> None:
        """Keep a picture of the page where somebody asked for them."""
        if folder := os.environ.get("JOURNEY_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.pictures += 1
            path = f"{folder}/{self.name}-{self.pictures:02}.png"
            self.page.screenshot(path=path, full_page=True)
