"""From the first word to approval: what is wrong is seen, put right, and cannot be approved.

A drafter writes and looks at the worst letter, a manager fixes what is red, a change of the
letterhead makes the rendering stale, and counsel approves only what was rendered since.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from letters.merge import pages
from tests.journeys import people
from tests.journeys.campaign import LONGEST, NAMES, WITHOUT_A_STREET
from tests.journeys.desk import Desk
from tests.journeys.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ALL = len(NAMES)
NEW_PHONE = "(217) 555-0199"
RENDERED_WITHIN = 120_000  # milliseconds


def test_a_letter_is_approved_only_as_it_is_now(house: House, desk: Callable[[str], Desk]) -> None:
    letters = house.python("-m", "tests.journeys.campaign").strip()
    manager, drafter, counsel = map(desk, (people.MANAGER, people.DRAFTER, people.COUNSEL))

    write(drafter, letters)
    see_the_worst(drafter)
    mailing = prepare(drafter)
    fix_the_red_cell(manager, mailing)
    render(drafter, mailing)
    open_letters(counsel, mailing)
    change_the_letterhead(manager, letters)
    be_refused(counsel, mailing)
    render_again(drafter, mailing)
    open_letters(counsel, mailing)
    approve(counsel)
    see_the_new_letterhead(counsel, mailing)


def write(drafter: Desk, letters: str) -> None:
    drafter.go(letters)
    drafter.follow("New letter")
    drafter.choose("Start from", re.compile("request to confirm", re.IGNORECASE))
    drafter.press("Begin the letter")
    drafter.sees("was begun")
    text = drafter.field("Text").input_value()
    drafter.fill("Text", f"{text}\n\nThis sentence is new.")
    drafter.fill("Why the text changed", "Add a sentence.")
    drafter.press("Save as the next version")
    drafter.sees("This is version 2.")


def see_the_worst(drafter: Desk) -> None:
    drafter.press("Long name")
    drafter.sees(re.compile(LONGEST), within=drafter.page.locator("#preview"))
    drafter.sees_pictures("#preview img")
    drafter.picture("right-01-worst")


def prepare(drafter: Desk) -> str:
    """Write the letters. Returns the mailing's address."""
    drafter.tab("Mailings")
    drafter.follow("Prepare a mailing")
    drafter.press("Write the letters and check them")
    drafter.sees(f"Written and checked: {ALL} letters.")
    drafter.sees_number("must be fixed", 1)
    drafter.sees_button(f"Render {ALL} letters", enabled=False)
    return drafter.path


def fix_the_red_cell(manager: Desk, mailing: str) -> None:
    """The cell leads to the street that is missing, and back to the grid."""
    manager.go(f"{mailing}?step=check&severity=red")
    row = manager.row(WITHOUT_A_STREET)
    manager.sees(f"{WITHOUT_A_STREET} has no street.", within=row)
    manager.picture("right-02-red")
    manager.page.locator("td", has_text="has no street.").get_by_role("link", name="Fix").click()
    manager.fill("Street", "419 Boston Avenue")
    manager.fill("Where this address was published", "https://www.tufts.invalid/")
    manager.press("Save")
    manager.sees("Check again")
    manager.press("Check again")
    manager.sees("Ready to be rendered")
    manager.sees_number("must be fixed", 0)


def render(drafter: Desk, mailing: str) -> None:
    drafter.go(f"{mailing}?step=check")
    drafter.press(f"Render {ALL} letters")
    drafter.sees(re.compile(f"{ALL} rendered"), wait=RENDERED_WITHIN)


def open_letters(counsel: Desk, mailing: str) -> None:
    counsel.go(f"{mailing}?step=approve")
    counsel.press("Open the next letter")
    while not counsel.page.get_by_text("You have opened what has to be opened.").count():
        before = counsel.page.url
        counsel.press("Open the next letter")
        expect(counsel.page).not_to_have_url(before)
    counsel.follow("To the decision")


def change_the_letterhead(manager: Desk, letters: str) -> None:
    manager.go(letters)
    manager.tab("Sender")
    manager.page.get_by_role("main").get_by_role("link", name=re.compile("Letterhead")).click()
    manager.follow("Edit")
    manager.fill("Phone", NEW_PHONE)
    manager.press("Save")
    manager.sees(NEW_PHONE)


def be_refused(counsel: Desk, mailing: str) -> None:
    counsel.press(f"Approve and seal {ALL} letters")
    counsel.sees(re.compile("Nothing was approved"))
    counsel.sees(re.compile("letterhead", re.IGNORECASE))
    counsel.picture("right-03-refused")
    counsel.go(f"{mailing}?step=approve")
    counsel.sees_button(f"Approve and seal {ALL} letters", enabled=False)
    counsel.go(mailing)
    counsel.sees("Ready for approval")


def render_again(drafter: Desk, mailing: str) -> None:
    drafter.go(f"{mailing}?step=approve")
    drafter.press("Take in what was changed, and render those letters again")
    drafter.sees(re.compile(f"{ALL} rendered"), wait=RENDERED_WITHIN)


def approve(counsel: Desk) -> None:
    counsel.press(f"Approve and seal {ALL} letters")
    counsel.sees("Approved. Every letter is sealed")


def see_the_new_letterhead(counsel: Desk, mailing: str) -> None:
    """What is sealed bears the number that the letterhead has now."""
    counsel.go(f"{mailing}?step=check")
    counsel.page.locator("tbody th a.cs-mono").first.click()
    counsel.press("Open the sealed letter")
    counsel.sees_pictures()
    address = counsel.page.get_by_role("link", name="PDF", exact=True).get_attribute("href")
    answer = counsel.page.request.get(address or "")
    assert NEW_PHONE in pages.text(answer.body())
    counsel.picture("right-04-sealed")
