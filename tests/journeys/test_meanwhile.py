"""What a person sees while the server looks at every letter of a mailing.

JOURNEY_PICTURES=folder keeps a picture of it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from campaigns import audit
from letters.models import Mailing
from tests.letters import stages

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch) -> Mailing:
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop
    return stages.prepared(2).mailing


@pytest.fixture
def page(browser: Browser, live_server, mailing: Mailing) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="en-US")
    visitor = Client()
    visitor.force_login(mailing.prepared_by)
    cookie = visitor.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_a_press_that_takes_long_says_so_and_counts_once(page: Page, mailing: Mailing) -> None:
    page.goto(f"{mailing.get_absolute_url()}?step=check")
    # The answer opens elsewhere, so that the page stays as it is while the server works.
    page.evaluate("() => { for (const form of document.forms) form.target = '_blank' }")
    button = page.get_by_role("button", name="Check again")
    with page.expect_popup() as answer:
        button.click()
    expect(page.get_by_role("status").filter(has_text="Every letter is checked")).to_be_visible()
    expect(button).to_have_attribute("aria-disabled", "true")
    if folder := os.environ.get("JOURNEY_PICTURES"):
        page.screenshot(path=str(Path(folder) / "meanwhile.png"), full_page=True)
    button.click(force=True)
    expect(answer.value.get_by_text("checked again")).to_be_visible()
    assert len(page.context.pages) == 2
    assert audit.history(mailing).filter(verb="mailing.refreshed").count() == 1
