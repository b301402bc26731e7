"""The page that says why an answer is due on that day."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import deadlines
from campaigns.actions import extension
from campaigns.models import Recipient
from letters.models import LetterTemplate
from tests.factories import make_campaign, make_recipient, make_user, make_version
from tests.letters.actions.test_deadline import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager"))
    return client


def page(client: Client, recipient: Recipient) -> str:
    return client.get(reverse("letters:deadline", args=[recipient.pk])).text


def give(story: Story, days: int = 60) -> datetime.date:
    until = deadlines.next_business_day(story.today + datetime.timedelta(days=days))
    extension.give_unasked(
        recipient=story.recipient,
        until=until,
        decision="The storm.",
        now=timezone.now(),
        by=story.manager,
    )
    return until


def test_it_names_rule_start_proof_and_what_is_printed(client):
    story = Story("delivered")
    story.happen("post", 0, 0)
    said = page(client, story.recipient)
    mailing = story.letters[0].mailing
    assert f"It is the day that the letters of “{mailing}” print." in said
    assert "10 calendar days after the first proven delivery" in said
    assert "Its delivery is not proven yet. Until it is, the printed day holds." in said
    story.happen("delivered", 0, 9)
    said = page(client, story.recipient)
    assert "gives from its proven start" in said
    assert "was delivered: the carrier’s record." in said


def test_it_names_each_day_that_was_passed_over(client):
    story = Story("letter_date")
    mailing = story.letters[0].mailing
    mailing.letter_date = datetime.date(2025, 12, 14)  # ten days on, offices are closed
    mailing.approved_at = timezone.now() - datetime.timedelta(days=5000)
    mailing.date_by(mailing.rule)
    mailing.save()
    story.happen("post", 0, 0)
    said = page(client, story.recipient)
    assert "Wednesday, December 24, 2025" in said
    assert "Christmas Eve" in said and "Weekend" in said


def test_it_lists_extensions_with_who_decided_and_why(client):
    story = Story("letter_date")
    story.happen("post", 0, 0)
    until = give(story)
    said = page(client, story.recipient)
    assert "More time was given until then." in said
    assert deadlines.written(until) in said
    assert "The storm." in said and "given unasked" in said
    assert "Prepare the letter that confirms it" in said


def test_it_says_that_mail_which_came_back_stops_the_deadline(client):
    story = Story("sent")
    assert "no letter is known to have left" in page(client, story.recipient)
    story.happen("post", 0, 0)
    story.happen("returned", 0, 3)
    said = page(client, story.recipient)
    assert "every letter that left for it came back" in said
    assert "Everything that left of it came back, so nothing runs." in said


def test_a_viewer_reads_it_and_is_offered_no_decision(client):
    story = Story("letter_date")
    story.happen("post", 0, 0)
    give(story)
    client.force_login(make_user("viewer"))
    said = page(client, story.recipient)
    assert "The storm." in said
    assert "Take back" not in said and "They ask for more time" not in said


def test_the_page_takes_the_same_queries_for_few_and_for_many_extensions(client, query_count):
    few, many = Story("letter_date"), Story("letter_date")
    for story, count in ((few, 1), (many, 6)):
        story.happen("post", 0, 0)
        for number in range(count):
            give(story, 60 + 7 * number)
    addresses = [reverse("letters:deadline", args=[one.recipient.pk]) for one in (few, many)]
    assert query_count(client, addresses[0]) == query_count(client, addresses[1])


def test_a_recipient_without_letters_has_the_page_too(client):
    assert "No deadline runs" in page(client, make_recipient(make_campaign()))


def test_one_press_prepares_the_letter_that_confirms_it(client):
    story = Story("letter_date")
    story.happen("post", 0, 0)
    give(story)
    address = reverse("letters:confirm_extensions", args=[story.campaign.pk])
    one = {"recipient": story.recipient.pk}
    said = client.post(address, one, follow=True).text
    assert "Write the text of the letter first" in said
    make_version(
        story.campaign,
        template=LetterTemplate.objects.create(
            campaign=story.campaign, name="More time", purpose="extension"
        ),
        body="Please answer by {{ deadline }}.",
    )
    said = client.post(address, one, follow=True).text
    assert "is prepared and checked." in said
    assert "for each recipient, the time that it was given" in said
    said = client.post(address, one, follow=True).text
    assert "has it in a letter already" in said
