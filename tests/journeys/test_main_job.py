"""The main job, from a directory of institutions to answers on the board, in a browser.

One story, because each step needs what the one before has made: that is what it proves.
JOURNEY_PICTURES=folder keeps a picture of each page.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.journeys import answering, mailing, people, preparing
from tests.journeys.desk import Desk, Watch
from tests.journeys.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ANSWERS_ONLINE, ANSWERS_BY_POST = "Stanford University", "Auburn University"
COMES_BACK = "Albany Medical College"
BY_EMAIL = "president@stanford.invalid"


def test_a_directory_becomes_letters_and_letters_become_answers(
    house: House, browser: Browser, watch: Watch, desk: Callable[[str], Desk]
) -> None:
    manager, drafter, counsel, clerk, viewer = map(desk, people.ROLES)
    directory = preparing.Directory.at_hand()

    # 1. The directory
    preparing.import_directory(manager, directory)
    preparing.import_it_again(manager, directory)
    # 2. The grounds
    preparing.see_the_ground_unverified(counsel)
    # 3. The campaign
    campaign = preparing.create_campaign(manager)
    preparing.make_the_sender(manager, campaign)
    preparing.choose_recipients(manager, campaign)
    preparing.write_by_email_too(manager, campaign, ANSWERS_ONLINE, BY_EMAIL)
    # 4. The letter
    preparing.write_the_letter(drafter, campaign)
    # 5. The mailing
    first_letter = mailing.prepare(drafter, campaign)
    mailing.see_whose_funding_is_not_shown(drafter, first_letter)
    mailing.supply_the_streets(manager)
    preparing.verify_the_ground(counsel)
    mailing.check_again(drafter, first_letter)
    mailing.render(drafter, first_letter)
    # 6. The approval
    mailing.the_author_is_refused(drafter, first_letter)
    mailing.approve(counsel, first_letter)
    # 7. Sending
    pack = mailing.make_the_pack(clerk, first_letter)
    online, by_post, back = map(pack.reference_of, (ANSWERS_ONLINE, ANSWERS_BY_POST, COMES_BACK))
    mailing.mark_as_posted(clerk, first_letter, missing=pack.rows[-1]["reference"])
    mailing.send_the_emails(clerk, first_letter, [BY_EMAIL])
    mailing.track_and_deliver(clerk, first_letter, arrived=[online, by_post], returned=back)
    # 8. The answers
    recipient = Desk(browser, house, watch, javascript=False)
    address = answering.response_address(pack, online, house.url)
    receipt = answering.answer_online(recipient, address, ANSWERS_ONLINE)
    answering.see_the_receipt_in_the_outbox(clerk, receipt)
    answering.record_a_letter_that_came_by_post(clerk, campaign, ANSWERS_BY_POST)
    # 9. The board
    answering.read_the_board(viewer, campaign, ANSWERS_ONLINE, ANSWERS_BY_POST)
    answering.see_where_one_stands(viewer, ANSWERS_ONLINE)
    # 10. The record
    answering.read_the_history(manager, campaign)
    assert "events hold" in house.manage("verify_audit")

    assert watch.complaints == []
    assert "Traceback" not in house.said()
