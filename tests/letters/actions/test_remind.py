"""Reminders: to those who are overdue at this moment, following the letter they got."""

import datetime

import pytest
from django.utils import timezone

from campaigns.models import AnswerEntry, Recipient
from letters.actions import dispatch, incoming, mailing, remind
from letters.models import Dispatch, Incoming, LetterTemplate, LetterVersion
from tests.factories import make_version
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def overdue(count: int = 3) -> tuple[stages.Stage, LetterVersion]:
    stage = stages.approved(count)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.mark_posted(
        pack=pack, posted_on=stage.mailing.letter_date, count=count, by=stage.clerk
    )
    Recipient.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    template = LetterTemplate.objects.create(
        campaign=stage.campaign, name="Reminder", purpose="reminder"
    )
    return stage, make_version(stage.campaign, template=template)


def prepare(stage: stages.Stage, version: LetterVersion, **fields):
    (made,) = prepare_all(stage, version, **fields)
    return made


def prepare_all(stage: stages.Stage, version: LetterVersion, **fields):
    return remind.prepare_reminders(
        **{
            "campaign": stage.campaign,
            "version": version,
            "title": "Reminder",
            "letter_date": stages.today(stage.campaign),
            "by": stage.manager,
            **fields,
        }
    )


def test_a_reminder_goes_to_those_who_are_overdue_and_follows_their_first_letter():
    stage, version = overdue(3)
    answered = stage.letters[0].recipient
    answer = answered.answers.first()
    entry = AnswerEntry.objects.create(
        answer=answer,
        outcome="complied",
        respondent_name="Dr. Robin Example",
        channel="portal",
        received_on=timezone.localdate(),
    )
    answer.outcome, answer.current_entry = "complied", entry
    answer.save()
    made = prepare(stage, version)
    assert made.follows == stage.mailing
    assert made.status == "preparing"
    assert {letter.recipient for letter in made.letters.all()} == {
        letter.recipient for letter in stage.letters[1:]
    }


def test_only_those_of_the_chosen_who_are_overdue_are_reminded():
    stage, version = overdue(3)
    chosen = [stage.letters[0].recipient]
    assert prepare(stage, version, recipients=chosen).letters.count() == 1


def test_a_second_press_reminds_nobody_twice_and_names_the_reminder_that_waits():
    stage, version = overdue(3)
    prepare(stage, version, recipients=[stage.letters[0].recipient])
    assert prepare(stage, version, title="Second").letters.count() == 2
    with pytest.raises(remind.AlreadyPrepared, match="“Second” already holds"):
        prepare(stage, version, recipients=[stage.letters[1].recipient])


def test_a_reminder_that_was_cancelled_or_has_left_can_be_followed_by_another():
    stage, version = overdue(1)
    first = prepare(stage, version)
    mailing.cancel(mailing=first, reason="Another date.", by=stage.manager)
    second = prepare(stage, version, title="Second")
    Dispatch.objects.create(
        letter=second.letters.get(),
        channel="post",
        status="sent",
        sent_at=timezone.now(),
        queued_by=stage.clerk,
    )
    assert prepare(stage, version, title="Third").letters.count() == 1


def came_in(recipient: Recipient) -> Incoming:
    return Incoming.objects.create(
        channel="email",
        received_on=timezone.localdate(),
        sha256=f"{recipient.pk:064}",
        file_name="a.eml",
        media_type="message/rfc822",
        size=1,
        recipient=recipient,
        added_at=timezone.now(),
    )


def test_whose_letter_lies_in_the_inbox_is_not_reminded_until_it_is_read():
    stage, version = overdue(2)
    heard, silent = (letter.recipient for letter in stage.letters)
    came_in(heard)
    made = prepare(stage, version)
    assert [letter.recipient for letter in made.letters.all()] == [silent]


def test_where_something_waits_of_all_of_them_it_says_what():
    stage, version = overdue(1)
    item = came_in(stage.letters[0].recipient)
    with pytest.raises(remind.NotRead, match="Something came in from it, or may have"):
        prepare(stage, version)
    incoming.set_aside(incoming=item, reason="Advertising.", now=timezone.now(), by=stage.clerk)
    assert prepare(stage, version).letters.count() == 1


def test_nobody_overdue_is_refused():
    stage, version = overdue(2)
    Recipient.objects.update(due_at=timezone.now() + datetime.timedelta(days=1))
    with pytest.raises(remind.NobodyOverdue):
        prepare(stage, version)


def test_the_text_of_a_first_letter_is_refused():
    stage, _ = overdue(2)
    with pytest.raises(remind.NotAReminder):
        prepare(stage, stage.mailing.version)


def test_thanks_are_no_reminder_to_those_who_are_overdue():
    stage, version = overdue(2)
    version.template.purpose = "thanks"
    version.template.save()
    with pytest.raises(remind.NotAReminder, match="purpose “thanks”"):
        prepare(stage, version)


def test_one_press_prepares_one_reminder_for_each_first_mailing():
    stage, version = overdue(2)
    first = {letter.recipient for letter in stage.letters}
    late = [stages.make_recipient(stage.campaign) for _ in range(2)]
    second = stages.approved(0, campaign=stage.campaign, recipients=late)
    pack = dispatch.make_pack(mailing=second.mailing, by=second.clerk)
    day = second.mailing.letter_date
    dispatch.mark_posted(pack=pack, posted_on=day, count=2, by=second.clerk)
    Recipient.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    made = {each.follows: each for each in prepare_all(stage, version)}
    assert set(made) == {stage.mailing, second.mailing}
    reminded = {
        after: {letter.recipient for letter in each.letters.all()} for after, each in made.items()
    }
    assert reminded == {stage.mailing: first, second.mailing: set(late)}
    assert made[second.mailing].title == f"Reminder, after {second.mailing}"
    with pytest.raises(remind.AlreadyPrepared):
        prepare_all(stage, version, title="Again")


def test_one_who_was_sent_no_first_letter_keeps_every_reminder_from_being_prepared():
    stage, version = overdue(2)
    Recipient.objects.update(reach="reached")
    stranger = stages.make_recipient(
        stage.campaign, reach="reached", due_at=timezone.now() - datetime.timedelta(days=1)
    )
    assert stranger in stage.campaign.recipients.overdue(timezone.now())
    with pytest.raises(mailing.NothingToFollow, match="was sent no first letter"):
        prepare(stage, version)
    assert not stage.campaign.mailings.exclude(follows=None).exists()
