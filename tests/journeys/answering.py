"""Steps 8 to 10: what the recipients answer, the board, and the record."""

import re

from playwright.sync_api import expect

from letters.merge import pages
from tests.factories import make_pdf
from tests.journeys.desk import Desk
from tests.journeys.mailing import Pack
from tests.journeys.preparing import MEDICAL

# --- 8. The answers ------------------------------------------------------------------


def response_address(pack: Pack, reference: str, house_url: str) -> str:
    """The web address that is printed in a letter, read from the paper as the recipient does."""
    (found,) = {
        address
        for page in pages.text(pack.pdf).split("\f")
        if reference in page
        for address in re.findall(rf"{re.escape(house_url)}/respond/c/\w+/", page)
    }
    return found


def answer_online(recipient: Desk, address: str, institution: str) -> str:
    """Read the letter and answer it, demand by demand. Returns the receipt's number."""
    recipient.go(address)
    recipient.sees_title(f"Letter to {institution}")
    assert recipient.path == "/respond/letter/", "The code stays in the address."
    recipient.sees("This page belongs to Meridian Review, the private sender of the letter.")
    recipient.picture("40-letter")
    recipient.follow("Answer the letter")
    recipient.press("Check your answer")
    recipient.sees("There is a problem")
    recipient.picture("41-nothing-answered")

    first, second = (recipient.demand(number) for number in (1, 2))
    recipient.tick("We were already doing this before the letter came", within=first)
    recipient.fill("Explain your answer, or quote your policy", "Policy 4.1 says so.", within=first)
    recipient.tick("We dispute the facts or the legal basis", within=second)
    recipient.fill("Your name", "Robin Dean")
    recipient.fill("Your title or office", "General Counsel")
    recipient.fill("Your authority to answer for the institution", "Authorised by the President")
    recipient.fill("Your e-mail address, if you want a receipt by e-mail", "robin@dean.invalid")
    recipient.attach_document("Attach documents", "policy.pdf", make_pdf(pages=1))
    recipient.picture("42-answer")
    recipient.press("Check your answer")
    recipient.sees("It has not been sent yet.")
    recipient.sees("Policy 4.1 says so.")
    recipient.sees("policy.pdf")
    recipient.picture("43-check")
    recipient.tick(
        f"I may give these answers for {institution}, and they are what we want to put on record."
    )
    recipient.fill("Sign by typing your full name", "Robin Dean")
    recipient.press("Submit the answer")
    recipient.sees_title("Your answer is on record")
    recipient.picture("44-receipt")
    number = (recipient.page.locator(".receipt").text_content() or "").strip()
    text = recipient.download(lambda: recipient.follow("Download the receipt as text")).decode()
    assert number in text and "Policy 4.1 says so." in text
    return number


def see_the_receipt_in_the_outbox(clerk: Desk, number: str) -> None:
    clerk.menu("Outbox")
    clerk.appears("robin@dean.invalid")
    clerk.follow(re.compile("."), within=clerk.row("robin@dean.invalid"))
    clerk.sees(re.compile(number))


def record_a_letter_that_came_by_post(clerk: Desk, campaign: str, institution: str) -> None:
    """With its scan, which is chosen first: the names of files do not run into other fields."""
    clerk.go(campaign)
    clerk.tab("Board")
    clerk.fill("Search", institution)
    clerk.press("Find")
    clerk.follow(institution, within=clerk.row(institution))
    clerk.follow("Record a response")
    clerk.attach_document("Scans and attachments", "scan.pdf", make_pdf(pages=2))
    expect(clerk.field("Name")).to_have_value("")
    clerk.choose("Came by", re.compile("post", re.IGNORECASE))
    clerk.fill("Name", "Pat Provost")
    clerk.fill("Title", "Provost")
    demand = clerk.section(re.compile("^Demand 1: "))
    clerk.choose("Answer", re.compile("^Complied$"), within=demand)
    clerk.fill("Quoted word for word", "We confirm.", within=demand)
    clerk.fill("On page", "2", within=demand)
    clerk.picture("45-by-post")
    clerk.press("Record the response")
    clerk.sees("Recorded as R-")
    clerk.sees("scan.pdf")
    clerk.picture("46-recorded")


# --- 9. The board --------------------------------------------------------------------


def read_the_board(viewer: Desk, campaign: str, online: str, by_post: str) -> None:
    """Who may only look sees where everyone stands."""
    viewer.go(campaign)
    viewer.tab("Board")
    viewer.sees(f"2 of {MEDICAL} answered")
    viewer.sees_number("All recipients", MEDICAL)
    viewer.picture("50-board")
    viewer.follow("Who stands where")
    for institution, answers in (
        (online, ("Already compliant", "Disputes the premise")),
        (by_post, ("Complied", "Unanswered")),
    ):
        viewer.fill("Search", institution)
        viewer.press("Filter")
        row = viewer.row(institution)
        for words in answers:
            viewer.sees(words, within=row)
    viewer.follow("Show all")
    export = viewer.download(lambda: viewer.press("Export CSV")).decode("utf-8-sig")
    assert len(export.splitlines()) >= MEDICAL + 1
    assert "Already compliant" in export
    workbook = viewer.download(lambda: viewer.press("Export XLSX"))
    assert workbook.startswith(b"PK")


def see_where_one_stands(viewer: Desk, institution: str) -> None:
    viewer.fill("Search", institution)
    viewer.press("Filter")
    viewer.follow(institution, within=viewer.row(institution))
    viewer.sees("Policy 4.1 says so.")
    viewer.sees("Robin Dean")
    viewer.picture("51-recipient")


# --- 10. The record ------------------------------------------------------------------


def read_the_history(manager: Desk, campaign: str) -> None:
    """Who did what, in sentences; and the chain of hashes holds."""
    manager.go(campaign)
    manager.tab("History")
    manager.picture("60-history")
    for sentence in (
        f"Casey Counsel approved and sealed {MEDICAL} letters of",
        f"Chris Clerk marked {MEDICAL - 1} letters of",
        f"Dana Drafter started to render {MEDICAL} letters of",
        "Morgan Manager created the campaign",
    ):
        manager.fill("Search", " ".join(sentence.split()[2:5]))
        manager.press("Filter")
        manager.sees(sentence)
    manager.menu("Audit log")
    manager.press("Verify the chain")
    manager.sees(re.compile(r"[\d,]+ events hold"))
    manager.picture("61-audit")
    manager.fill("Search", "imported")
    manager.press("Filter")
    manager.sees("imported supplied_streets.csv: 5 changed.")
