"""What leaves: whether it starts a deadline, and when a mailing is sent."""

import datetime

import pytest
from django.utils import timezone

from letters import tasks
from letters.actions import dispatch, leave_out
from letters.channels import outbox
from letters.models import Dispatch, LetterVersion
from tests.factories import make_campaign, make_letter, make_mailing, make_version
from tests.letters import stages
from tests.letters.actions.dispatch.steps import (
    BY_EMAIL,
    DAY,
    packed,
    post,
    queue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


THANKS = "We thank {{ institution_name }}.\n\n{% no_response %}"


def thanked(**channels: bool) -> tuple[stages.Stage, datetime.datetime]:
    """A letter that asks for nothing, to those whose answer was due before it."""
    campaign = make_campaign()
    stage = stages.approved(
        2, campaign=campaign, version=make_version(campaign, body=THANKS), channels=channels
    )
    asked = make_mailing(make_version(campaign), letter_date=stage.mailing.letter_date - 20 * DAY)
    asked.date_by(asked.rule)
    asked.save()
    for recipient in campaign.recipients.all():
        Dispatch.objects.create(
            letter=make_letter(asked, recipient),
            channel="post",
            status="delivered",
            sent_at=timezone.now() - 20 * DAY,
            queued_by=stage.clerk,
        )
    due_at = asked.printed_deadline
    return stage, due_at


def standings(stage: stages.Stage) -> set[tuple[str, datetime.datetime | None]]:
    return set(stage.campaign.recipients.values_list("reach", "due_at"))


def test_a_posted_letter_that_asks_for_nothing_moves_no_deadline():
    stage, due_at = thanked()
    post(stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk))
    assert stage.again().status == "sent"
    assert standings(stage) == {("reached", due_at)}


def test_an_emailed_letter_that_asks_for_nothing_moves_no_deadline():
    stage, due_at = thanked(**BY_EMAIL)
    queue(stage)
    tasks.send_emails(stage.mailing.pk)
    assert stage.again().status == "sent"
    assert standings(stage) == {("reached", due_at)}
    for one in outbox.listing():
        _, said, _ = outbox.opened(one.key)
        assert "It asks for no answer." in said
        assert "asks for an answer by" not in said and "the code that" not in said


def test_a_letter_that_asks_for_nothing_moves_no_deadline_once_a_person_settles_that_it_left():
    stage, due_at = thanked(**BY_EMAIL)
    queue(stage)
    rows = Dispatch.objects.filter(letter__mailing=stage.mailing)
    rows.update(status="claimed", claimed_at=timezone.now())
    rows.update(status="unknown")
    for row in rows:
        dispatch.confirm_sent(dispatch=row, evidence="In the server's log.", by=stage.clerk)
    assert standings(stage) == {("reached", due_at)}


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("Please answer.", True),
        ("Please answer.\n\n{% response %}", True),
        (THANKS, False),
        ("Thank you.\n\n{%no_response%}", False),
        ("{% if is_public %}\nOne.\n{% endif %}\n\n{% no_response %}", False),
        ("{% if is_public %}\n{% no_response %}\n{% endif %}", True),
        ("Answer by {{ deadline }}.\n\n{% no_response %}", True),
        ("Answer on {{ deadline_date }}.\n\n{% no_response %}", True),
        ("Typed as \\{% no_response %}.", True),
    ],
)
def test_a_letter_asks_for_an_answer_where_it_prints_a_deadline(body, asks):
    assert LetterVersion(body=body).asks_for_an_answer is asks


def test_a_mailing_whose_last_waiting_letter_is_voided_is_sent():
    stage, pack = packed(3)
    missing = stage.letters[1]
    post(stage, pack, count=2, missing_references=[missing.reference])
    leave_out.void(letter=missing, reason="Closed down.", by=stage.manager)
    assert stage.again().status == "sent"
