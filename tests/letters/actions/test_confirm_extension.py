"""Letters that confirm more time: to those who have it in no letter yet, each its own day."""

import datetime

import pytest
from django.utils import timezone

from campaigns import deadlines
from campaigns.actions import extension
from campaigns.models import Extension, Recipient, User
from letters.actions import confirm_extension, dispatch, leave_out, mailing
from letters.merge import context
from letters.models import LetterTemplate, LetterVersion, Mailing, PrintPack
from letters.portal.letter import about
from letters.starters import starters
from tests.factories import make_user
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def day(days: int) -> datetime.date:
    return deadlines.next_business_day(timezone.localdate() + datetime.timedelta(days=days))


def post(made: Mailing, by: User) -> None:
    pack: PrintPack = dispatch.make_pack(mailing=made, by=by)
    dispatch.mark_posted(pack=pack, posted_on=made.letter_date, count=pack.letter_count, by=by)


@pytest.fixture
def stage() -> stages.Stage:
    """Three recipients who were sent a first letter."""
    stage = stages.approved(3)
    post(stage.mailing, stage.clerk)
    stage.again()
    return stage


def give(recipient: Recipient, until: datetime.date, by: User) -> Extension:
    return extension.give_unasked(
        recipient=recipient, until=until, decision="The storm.", now=timezone.now(), by=by
    )


def text(stage: stages.Stage, purpose: str = "extension") -> LetterVersion:
    starter = starters()["extension"]
    template = LetterTemplate.objects.create(
        campaign=stage.campaign, name=starter.title, purpose=purpose
    )
    return LetterVersion.objects.create(
        template=template,
        number=1,
        subject=starter.subject,
        body=starter.body,
        author=make_user("drafter"),
    )


def prepare(stage: stages.Stage, version: LetterVersion, **fields) -> list[Mailing]:
    return confirm_extension.prepare(
        **{
            "campaign": stage.campaign,
            "version": version,
            "title": f"More time {Mailing.objects.count()}",
            "letter_date": stages.today(stage.campaign),
            "by": stage.manager,
            **fields,
        }
    )


def test_each_letter_prints_the_day_that_its_recipient_was_given(stage):
    first, second, _ = stage.campaign.recipients.all()
    give(first, day(60), stage.manager)
    give(second, day(70), stage.manager)
    (made,) = prepare(stage, text(stage))
    assert made.follows == stage.mailing
    printed = {one.recipient: one.merge_data["deadline"] for one in made.letters.all()}
    assert set(printed) == {first, second}
    assert deadlines.written(day(60)) in printed[first]
    assert deadlines.written(day(70)) in printed[second]
    letter = made.letters.get(recipient=second)
    assert deadlines.written(day(70)) in context.content(letter).deadline
    assert not made.findings.filter(code__in=["no-time-given", "missing", "deadline-near"])


def test_only_who_asked_is_told_that_it_asked(stage):
    asked, unasked, _ = stage.campaign.recipients.all()
    give(unasked, day(60), stage.manager)
    wish = extension.ask(
        recipient=asked,
        asked_on=timezone.localdate(),
        asked_by="Dana Dean",
        reason="",
        wanted_until=None,
        now=timezone.now(),
    )
    extension.grant(
        extension=wish, until=day(60), decision="Fine.", now=timezone.now(), by=stage.manager
    )
    (made,) = prepare(stage, text(stage))
    said = {one.recipient: context.content(one).body for one in made.letters.all()}
    assert "has asked for more time" in said[asked]
    assert "has asked" not in said[unasked]
    assert "We give" in said[unasked]


def test_pressed_twice_it_confirms_once_and_later_time_again(stage):
    recipient = stage.campaign.recipients.first()
    give(recipient, day(60), stage.manager)
    version = text(stage)
    prepare(stage, version)
    with pytest.raises(confirm_extension.NothingToConfirm):
        prepare(stage, version)
    give(recipient, day(80), stage.manager)
    (again,) = prepare(stage, version)
    assert deadlines.written(day(80)) in again.letters.get().merge_data["deadline"]


def test_a_letter_that_was_left_out_confirms_nothing(stage):
    recipient = stage.campaign.recipients.first()
    give(recipient, day(60), stage.manager)
    (made,) = prepare(stage, text(stage))
    leave_out.leave_out(letter=made.letters.get(), reason="Wrong text.", by=stage.manager)
    assert confirm_extension.unconfirmed(stage.campaign) == [recipient]


def test_only_the_recipient_that_was_named_gets_its_letter(stage):
    first, second, _ = stage.campaign.recipients.all()
    for recipient in (first, second):
        give(recipient, day(60), stage.manager)
    (made,) = prepare(stage, text(stage), recipients=[second])
    assert made.letters.get().recipient == second


def test_a_text_of_another_kind_is_refused(stage):
    give(stage.campaign.recipients.first(), day(60), stage.manager)
    with pytest.raises(confirm_extension.NotAConfirmation):
        prepare(stage, text(stage, purpose="reminder"))


def test_where_no_time_was_given_nothing_is_prepared(stage):
    with pytest.raises(confirm_extension.NothingToConfirm):
        prepare(stage, text(stage))
    assert Mailing.objects.count() == 1


def test_time_that_was_taken_back_stops_the_letter_that_would_confirm_it(stage):
    given = give(stage.campaign.recipients.first(), day(60), stage.manager)
    (made,) = prepare(stage, text(stage))
    extension.withdraw(extension=given, reason="Mistake.", now=timezone.now(), by=stage.manager)
    mailing.refresh(mailing=made, by=stage.manager)
    assert made.findings.get(code="no-time-given").severity == "red"


def test_a_day_that_was_sealed_and_sent_outlives_the_extension(stage):
    recipient = stage.campaign.recipients.first()
    given = give(recipient, day(60), stage.manager)
    (made,) = prepare(stage, text(stage))
    confirming = stages.Stage(made, stage.manager, stage.counsel, stage.clerk)
    stages.seal_all(stages.open_all(stages.print_all(confirming)))
    letter = made.letters.get()
    post(confirming.mailing, stage.clerk)
    extension.withdraw(extension=given, reason="Mistake.", now=timezone.now(), by=stage.manager)
    recipient.refresh_from_db()
    assert timezone.localdate(recipient.due_at) == day(60)
    letter.refresh_from_db()
    assert deadlines.written(day(60)) in about(letter, timezone.now())["deadline"]
