"""The composer under somebody's hands: what is typed is set, marked and put in at the cursor."""

import os

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from letters.actions import draft
from letters.merge import proof
from tests.factories import PASSWORD, make_campaign, make_institution, make_recipient, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server, monkeypatch) -> Page:
    """A composer with one saved text, open in a browser."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop
    drafter = make_user("drafter", username="drew")
    campaign = make_campaign()
    for name in ("Alpha University", "Beta College"):
        make_recipient(campaign, make_institution(name))
    template = draft.create_template(campaign=campaign, name="A", purpose="first", by=drafter)
    text = draft.Text(subject="Request", body="We write.\n\n{% demands %}")
    draft.save_version(template=template, text=text, by=drafter)
    page = browser.new_page()
    page.goto(f"{live_server.url}/admin/login/?next={template.get_absolute_url()}")
    page.fill("input[name=username]", "drew")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#preview img")).to_have_count(1)
    yield page
    page.close()
    proof._proofs.close()


def typed(page: Page) -> str:
    return page.locator("#id_body").input_value()


def write(page: Page, words: str) -> None:
    page.locator("#id_body").press("ControlOrMeta+Home")
    page.keyboard.insert_text(words)


def test_what_is_typed_is_set_and_what_is_wrong_is_marked_and_found(page: Page) -> None:
    before = page.locator("#preview img").get_attribute("src")
    write(page, "Good day. ")
    expect(page.locator("#preview img")).not_to_have_attribute("src", before or "")

    write(page, "\n\nTo {{ institution_nmae }}. ")
    expect(page.locator(".cs-source-marks mark")).to_have_text("{{ institution_nmae }}")
    page.locator("#id_closing").focus()
    page.get_by_role("button", name="Text, line 1, column 4").click()
    page.keyboard.insert_text("{{ institution_name }}")
    expect(page.locator("#preview img")).to_have_count(1)
    expect(page.locator(".cs-source-marks mark")).to_have_count(0)

    page.keyboard.press("ControlOrMeta+Home")
    page.get_by_label("Put in a field").select_option(label="City of the institution")
    assert typed(page).startswith("{{ institution_city }}\n\nTo {{ institution_name }}.")
    page.get_by_label("Put in a block").select_option(label="The institution is public")
    page.keyboard.insert_text("Public.")
    assert typed(page).startswith(
        "{{ institution_city }}\n\n{% if is_public %}\n\nPublic.\n\n{% endif %}\n\nTo "
    )
    for _ in range(5):  # the browser decides what one step is
        if "institution_city" in typed(page):
            page.keyboard.press("ControlOrMeta+z")
    assert typed(page).startswith("\n\nTo {{ institution_name }}.")
    page.locator("#id_subject").press("End")
    page.get_by_label("Put in a field").select_option(label="Name of the institution")
    expect(page.locator("#id_subject")).to_have_value("Request {{ institution_name }}")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator("#preview")).to_contain_text("Beta College")


def test_a_server_that_fails_is_named_and_the_text_is_kept(page: Page) -> None:
    page.route("**/preview/", lambda route: route.fulfill(status=502, body="bad gateway"))
    write(page, "Still here. ")
    expect(page.get_by_role("alert")).to_contain_text("Your text is still here")
    assert typed(page).startswith("Still here.")


def test_text_that_is_not_saved_is_not_lost_by_a_click_on_a_link(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    write(page, "Not saved. ")
    page.get_by_role("link", name="Own texts").click()
    assert asked == ["beforeunload"]
    assert typed(page).startswith("Not saved.")
    page.get_by_label("Why the text changed").fill("A word more.")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_text("This is version 2.")).to_be_visible()
    page.get_by_role("link", name="Own texts").click()
    expect(page.locator("h1")).to_contain_text("own texts")
    assert asked == ["beforeunload"]
