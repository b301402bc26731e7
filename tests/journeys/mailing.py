"""Steps 5 to 7: the checks, the rendering, the approval, and how the letters leave."""

import csv
import io
import re
from dataclasses import dataclass

from playwright.sync_api import expect

from letters.merge import pages
from tests.journeys.desk import Desk
from tests.journeys.preparing import GROUND, MEDICAL, STREETS, WITHOUT_A_STREET

RENDERED_WITHIN = 300_000  # milliseconds; a busy machine renders one letter a second
FUNDING_NOT_SHOWN = 2


@dataclass(frozen=True)
class Pack:
    """What the clerk downloaded: the PDF to print, and the rows of its manifest."""

    pdf: bytes
    rows: list[dict[str, str]]

    def reference_of(self, institution: str) -> str:
        """The reference of the letter to an institution, by the first line of its address."""
        (found,) = [row["reference"] for row in self.rows if institution in row["addressee"]]
        return found


# --- 5. The mailing ------------------------------------------------------------------


def prepare(drafter: Desk, campaign: str) -> str:
    """Write the letters, and see what stops them. Returns the mailing's address."""
    drafter.go(campaign)
    drafter.tab("Mailings")
    drafter.follow("Prepare a mailing")
    drafter.fill("Planned send date", _today(drafter))
    drafter.press("Write the letters and check them")
    drafter.sees(f"Written and checked: {MEDICAL} letters.")
    drafter.sees("Something has to be fixed before this can be rendered")
    drafter.sees_number("must be fixed", len(WITHOUT_A_STREET))
    drafter.sees_button(f"Render {MEDICAL} letters", enabled=False)
    drafter.sees(f"Nobody has verified {GROUND} yet.")
    drafter.picture("20-preflight")
    mailing = drafter.path
    drafter.choose("Severity", re.compile("Must be fixed"))
    drafter.press("Filter")
    expect(drafter.page.locator("tbody tr")).to_have_count(len(WITHOUT_A_STREET))
    for name in WITHOUT_A_STREET:
        drafter.sees(f"{name} has no street.")
    drafter.picture("20-without-a-street")
    return mailing


def see_whose_funding_is_not_shown(drafter: Desk, mailing: str) -> None:
    drafter.go(mailing)
    drafter.choose("Finding", re.compile("Ground may not cover it"))
    drafter.press("Filter")
    rows = drafter.page.locator("tbody tr")
    expect(rows).to_have_count(FUNDING_NOT_SHOWN)
    drafter.picture("21-funding-not-shown")


def supply_the_streets(manager: Desk) -> None:
    """A list of another shape: the page guesses which column is which."""
    manager.menu("Imports")
    manager.follow("Import a file")
    manager.attach("CSV file or XLSX workbook", STREETS)
    manager.press("Read it")
    manager.sees("Which column is which?")
    expect(manager.field("UNITID").locator("option:checked")).to_have_text(re.compile("UNITID"))
    expect(manager.field("ADDR").locator("option:checked")).to_have_text(
        re.compile("street", re.IGNORECASE)
    )
    manager.picture("22-mapping")
    manager.press("Plan the import")
    manager.sees_number("changed", len(WITHOUT_A_STREET))
    manager.picture("23-streets-planned")
    manager.press(f"Write {len(WITHOUT_A_STREET)} institutions")
    manager.sees("Every one of the 5 rows is accounted for.")


def check_again(drafter: Desk, mailing: str) -> None:
    drafter.go(mailing)
    drafter.press("Check again")
    drafter.sees("Ready to be rendered")
    drafter.sees_number("must be fixed", 0)
    drafter.sees_not(f"Nobody has verified {GROUND} yet.")
    drafter.picture("24-ready-to-render")


def render(drafter: Desk, mailing: str) -> None:
    """In the worker, with the progress moving on a page that nobody reloads."""
    drafter.press(f"Render {MEDICAL} letters")
    drafter.sees(re.compile(r"[1-9]\d* of 208 letters rendered, .* a second, .* left"), wait=60_000)
    drafter.picture("25-rendering")
    drafter.sees(f"{MEDICAL} rendered", wait=RENDERED_WITHIN)  # the page went on by itself


# --- 6. Approval ---------------------------------------------------------------------


def the_author_is_refused(drafter: Desk, mailing: str) -> None:
    """She may approve mailings, but not one made from her own words."""
    drafter.go(f"{mailing}?step=approve")
    drafter.sees("You wrote this text. Another person approves it.")
    expect(drafter.page.get_by_role("button", name="Approve and seal")).to_have_count(0)
    drafter.picture("27-author-refused")


def approve(counsel: Desk, mailing: str) -> int:
    """Open what has to be opened, then decide. Returns how many letters were opened."""
    counsel.go(mailing)
    counsel.sees("What has to be opened")
    counsel.sees_button(f"Approve and seal {MEDICAL} letters", enabled=False)
    counsel.picture("28-to-open")
    opened = 0
    counsel.press("Open the next letter")
    while True:
        opened += 1
        counsel.sees(re.compile("You opened .*, which is on record"))
        if opened == 1:
            counsel.sees_pictures()
            counsel.picture("29-letter-opened")
        if counsel.page.get_by_text("You have opened what has to be opened.").count():
            break
        before = counsel.page.url
        counsel.press("Open the next letter")
        expect(counsel.page).not_to_have_url(before)
    counsel.follow("To the decision")
    counsel.picture("30-decision")
    counsel.press(f"Approve and seal {MEDICAL} letters")
    counsel.sees("Approved. Every letter is sealed")
    return opened


# --- 7. Sending ----------------------------------------------------------------------


def make_the_pack(clerk: Desk, mailing: str) -> Pack:
    clerk.go(mailing)
    clerk.press(f"Make a pack of {MEDICAL} letters")
    clerk.sees("Nothing is posted until you mark it as posted.")
    clerk.picture("31-pack")
    pdf = clerk.download(lambda: clerk.press("PDF to print"))
    manifest = clerk.download(lambda: clerk.press("Manifest"))
    rows = list(csv.DictReader(io.StringIO(manifest.decode("utf-8-sig"))))
    assert len(rows) == MEDICAL
    assert pages.page_count(pdf) == sum(2 * int(row["sheets"]) for row in rows)
    return Pack(pdf, rows)


def mark_as_posted(clerk: Desk, mailing: str, missing: str) -> None:
    """All but one, which the clerk did not find in the pile."""
    clerk.go(mailing)
    clerk.fill("Pieces you counted", str(MEDICAL))
    clerk.fill("References that are missing", missing)
    clerk.press("Mark as posted")
    clerk.picture("32-miscounted")
    clerk.fill("Pieces you counted", str(MEDICAL - 1))
    clerk.fill("References that are missing", missing)
    clerk.press("Mark as posted")
    clerk.sees(re.compile(f"Marked as posted on .*: {MEDICAL - 1} letters"))
    clerk.picture("33-posted")


def send_the_emails(clerk: Desk, mailing: str, addresses: list[str]) -> None:
    """Pressed once, sent once, and to be read in the outbox."""
    clerk.go(mailing)
    clerk.fill("Type how many messages will leave", str(len(addresses)))
    clerk.press("Send the messages")
    clerk.sees("A worker sends one after the other.")
    for address in addresses:
        clerk.menu("Outbox")
        clerk.appears(address)
    clerk.picture("34-outbox")
    clerk.follow(re.compile("^Letter from Meridian Review"), within=clerk.row(addresses[0]))
    clerk.sees(".pdf")
    clerk.picture("35-message")


def track_and_deliver(clerk: Desk, mailing: str, arrived: list[str], returned: str) -> None:
    clerk.go(mailing)
    numbers = "\n".join(
        f"{reference}\t9407 1000 0000 0000 0000 {number:02}"
        for number, reference in enumerate([*arrived, returned])
    )
    clerk.fill("One letter a line: reference, then number", numbers)
    clerk.press("Keep the numbers")
    clerk.sees("3 done")
    clerk.picture("36-tracking")
    clerk.follow("Back to the mailing")
    for status, references in (("Delivered", arrived), ("Returned", [returned])):
        clerk.choose("What happened", status)
        clerk.fill("References, one per line", "\n".join(references))
        clerk.press("Record")
        clerk.sees("done")
        clerk.follow("Back to the mailing")
    clerk.fill("Institution or reference", returned)
    clerk.press("Filter")
    clerk.sees("Returned", within=clerk.row(returned))
    clerk.picture("37-returned")


def _today(desk: Desk) -> str:
    """The day at the sender's, whom the browser's clock follows."""
    return str(desk.page.evaluate("new Date().toLocaleDateString('en-CA')"))
