"""The recipient's way without a mouse, on a telephone and on a desk; and a scanner's, ahead of it.

JOURNEY_PICTURES=folder keeps a picture of each page.
"""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from campaigns import filestore
from campaigns.models import Demand, Extension
from letters.merge import codes
from letters.models import Letter, Response, SavedAnswer
from letters.tasks import send_receipts
from tests.factories import make_campaign, make_pdf
from tests.journeys.keyboard import Keyboard
from tests.letters import stages
from tests.rows import everything_stored

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WINDOWS = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1360, "height": 900},
}
DEMANDS = (
    ("Confirm in writing", "Confirm that no program is limited to people of one background."),
    ("Name the responsible officer", "Say who is responsible, and how that person is reached."),
    ("Publish the policy", "Publish the policy where applicants can find it."),
)


@pytest.fixture
def letter(monkeypatch: pytest.MonkeyPatch) -> Letter:
    """A real letter with three demands, set by the press, approved and sealed."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop
    campaign = make_campaign(demands=0, title="Request to confirm non-discrimination")
    for number, (title, text) in enumerate(DEMANDS, start=1):
        Demand.objects.create(
            campaign=campaign,
            number=number,
            title=title,
            text=text,
            guidance="A letter on the institution’s paper will do." if number == 1 else "",
        )
    return stages.approved(1, campaign=campaign).letters[0]


@pytest.fixture(params=WINDOWS)
def page(request: pytest.FixtureRequest, browser: Browser, live_server) -> Iterator[Page]:
    context = browser.new_context(
        base_url=live_server.url,
        viewport=WINDOWS[request.param],
        is_mobile=request.param == "phone",
        has_touch=request.param == "phone",
        locale="en-US",
    )
    page = context.new_page()
    page.window = request.param  # type: ignore[attr-defined]
    yield page
    context.close()


def test_a_recipient_reads_saves_comes_back_answers_and_asks(
    letter: Letter, page: Page, tmp_path: Path
) -> None:
    keys = Keyboard(page, page.window)  # type: ignore[attr-defined]
    issued = codes.derive(letter.reference)
    policy, sent = tmp_path / "policy.pdf", tmp_path / "letter.pdf"
    policy.write_bytes(make_pdf())
    sent.write_bytes(filestore.get(letter.pdf_sha256))

    open_the_letter(keys, letter, issued.short_code)
    save_half_an_answer(keys)
    assert SavedAnswer.objects.count() == 1 and not Response.objects.exists()
    come_back(keys, f"/respond/c/{issued.code}/")
    answer_the_rest(keys, policy)
    take_the_receipt(keys)
    ask_for_more_time(keys)
    check_that_it_is_genuine(keys, sent)

    outcomes = letter.recipient.answers.order_by("demand__number").values_list("outcome", flat=True)
    assert list(outcomes) == ["complied", "will_comply", "disputes_premise"]
    assert Response.objects.get(kind="answer").documents.get().file_name == "policy.pdf"
    assert Extension.objects.get().reason == "The board meets in spring."
    assert not SavedAnswer.objects.exists()
    assert keys.faults == []


def open_the_letter(keys: Keyboard, letter: Letter, short_code: str) -> None:
    keys.page.goto("/respond/")
    keys.look()
    keys.type("Reference", letter.reference.lower())
    keys.type("Short code", short_code.replace("-", " ").lower())
    keys.follow("Open the letter")
    keys.sees(f"Letter to {letter.recipient.institution.name}")
    keys.sees("It is not a government website.")
    keys.sees("How to comply")
    keys.tab_to("Read the letter as plain text")
    keys.page.keyboard.press("Enter")
    keys.sees(f"We write to {letter.recipient.institution.name}.")


def save_half_an_answer(keys: Keyboard) -> None:
    keys.page.goto("/respond/letter/")
    keys.follow("Answer the letter")
    keys.choose("We have done this", within="Demand 1")
    keys.type("Explain your answer", "Policy 4.1 says so.", within="Demand 1")
    keys.follow("Save and continue later")
    keys.sees("Your answer is saved, not sent")
    keys.follow("Close the letter on this device")


def come_back(keys: Keyboard, address: str) -> None:
    keys.page.goto(address)
    assert urlsplit(keys.page.url).path == "/respond/letter/", "The code stays in the address."
    keys.look()
    keys.follow("Go on with your answer")
    keys.sees("You go on with what was saved")
    assert keys.page.get_by_text("Policy 4.1 says so.").count() == 1


def answer_the_rest(keys: Keyboard, policy: Path) -> None:
    keys.choose("We will do this by a date", within="Demand 2")
    spring = datetime.date(datetime.date.today().year + 1, 4, 1)  # noqa: DTZ011 - a day far off
    keys.date("The date by which", f"{spring:%m%d%Y}", within="Demand 2")
    keys.choose("We dispute the facts", within="Demand 3")
    keys.type("Explain your answer", "It is published.", within="Demand 3")
    keys.follow("Check your answer")
    keys.sees("There is a problem")
    keys.sees("Enter your name.")
    keys.type("Your name", "Robin Dean")
    keys.type("Your title or office", "General Counsel")
    keys.type("Your authority to answer", "Authorised by the President")
    keys.attach("Attach documents", policy)
    keys.follow("Check your answer")
    keys.sees("It has not been sent yet.")
    keys.sees("policy.pdf")
    keys.tick("I may give these answers for")
    keys.type("Sign by typing your full name", "Robin Dean")
    keys.follow("Submit the answer")


def take_the_receipt(keys: Keyboard) -> None:
    keys.sees("Your answer is on record")
    keys.sees("Policy 4.1 says so.")
    send_receipts()
    keys.follow("Show this page again")
    keys.tab_to("Download the receipt as PDF")
    with keys.page.expect_download() as coming:
        keys.page.keyboard.press("Enter")
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")


def ask_for_more_time(keys: Keyboard) -> None:
    keys.follow("your letter")
    keys.sees("On record for")
    keys.follow("Ask for more time")
    later = datetime.date(datetime.date.today().year + 1, 5, 3)  # noqa: DTZ011
    keys.date("Until which day", f"{later:%m%d%Y}")
    keys.type("Why do you need it?", "The board meets in spring.")
    keys.type("Your name", "Robin Dean")
    keys.type("Your title or office", "General Counsel")
    keys.follow("Check what you ask for")
    keys.follow("Submit")
    keys.sees("Your request is on record")
    keys.sees("Not decided yet")


def check_that_it_is_genuine(keys: Keyboard, sent: Path) -> None:
    keys.page.goto("/respond/")
    keys.follow("Check whether it is genuine")
    keys.attach("The letter as PDF", sent)
    keys.follow("Check the letter")
    keys.sees("This letter is genuine")
    keys.type("Reference", "CNF-2026-0001-X")
    keys.follow("Check the letter")
    keys.sees("No such letter is known here")


def test_a_browser_that_opens_every_link_and_runs_its_scripts_changes_no_row(
    letter: Letter, browser: Browser, live_server
) -> None:
    """As the sandboxes of mail filters do: they follow links, and post no form."""
    before = everything_stored()
    context = browser.new_context(base_url=live_server.url, accept_downloads=True)
    page = context.new_page()
    waiting, seen = [f"/respond/c/{codes.derive(letter.reference).code}/", "/respond/"], set()
    while waiting:
        address = waiting.pop()
        if (path := urlsplit(address).path) in seen:
            continue
        seen.add(path)
        if path.endswith((".pdf", ".txt")):
            assert context.request.get(address).ok
            continue
        answer = page.goto(address)
        assert answer and answer.ok
        page.mouse.move(200, 200)
        page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        waiting += [urljoin(page.url, link).partition("#")[0] for link in links]
    context.close()
    assert len(seen) > 8
    assert everything_stored() == before
