"""A step that is due becomes a mailing to exactly those who are due, and to nobody twice."""

import datetime
import threading
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

from campaigns import audit
from campaigns.actions import counsel, extension, institution, standing, task
from campaigns.models import Contact, Recipient, Task
from letters.actions import follow_up, mailing
from letters.management.demo import clock
from letters.models import Incoming, Mailing, Response
from letters.reports import follow_ups
from tests.factories import (
    make_answer,
    make_campaign,
    make_letter,
    make_mailing,
    make_recipient,
    make_user,
)
from tests.letters.ladders import DAY, WEDNESDAY, silent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_wednesday():
    with clock.on(WEDNESDAY):
        yield


def prepare(ladder, count: int = 3, position: int = 1, **fields) -> Mailing:
    step = ladder.steps.get(position=position)
    by = ladder.campaign.created_by
    (made,) = follow_up.prepare(step=step, count=count, now=timezone.now(), by=by, **fields)
    return made


def plan(campaign):
    return follow_ups.read_one(campaign, timezone.now()).plan(WEDNESDAY)


def why(recipient) -> str:
    (held,) = [one for one in plan(recipient.campaign).held if one.row.pk == recipient.pk]
    return held.why


def test_a_mailing_goes_to_those_who_are_due_and_follows_their_first_letter():
    campaign, ladder, _ = silent(3)
    answered = campaign.recipients.first()
    for number in (1, 2):
        make_answer(answered, "complied", number=number)
    made = prepare(ladder, 2)
    assert made.follows == campaign.mailings.get(version__template__purpose="first")
    assert (made.status, made.title) == ("preparing", "Reminder, June 5, 2026")
    assert made.letter_date == WEDNESDAY + 2 * DAY
    assert set(made.letters.values_list("recipient_id", flat=True)) == set(
        campaign.recipients.exclude(pk=answered.pk).values_list("pk", flat=True)
    )
    assert audit.history(made).filter(verb="mailing.created").exists()


def test_a_second_press_prepares_nothing():
    campaign, ladder, _ = silent(2)
    prepare(ladder, 2)
    with pytest.raises(follow_up.NobodyDue, match="Nobody is due for the reminder now"):
        prepare(ladder, 2)
    with pytest.raises(follow_up.NobodyDue):  # its day has come, but a letter waits
        prepare(ladder, 2, position=2)
    assert "“Reminder, June 5, 2026” waits to be sent" in why(campaign.recipients.first())


def test_one_that_was_cancelled_is_due_again_under_another_title():
    _, ladder, manager = silent(1)
    mailing.cancel(mailing=prepare(ladder, 1), reason="Another text.", by=manager)
    assert prepare(ladder, 1).title == "Reminder, June 5, 2026 (2)"


def test_others_than_those_who_were_shown_are_not_written_to():
    _, ladder, _ = silent(3)
    with pytest.raises(follow_up.OtherThanShown, match="2 were shown as due, and 3 are now"):
        prepare(ladder, 2)
    assert Mailing.objects.count() == 1


def test_nobody_is_due_on_a_weekend_and_the_refusal_says_so():
    _, ladder, _ = silent(1)
    with clock.on(WEDNESDAY + 3 * DAY), pytest.raises(follow_up.NobodyDue, match="weekend"):
        prepare(ladder, 1)


def test_nothing_stays_of_a_mailing_that_could_not_be_finished(monkeypatch):
    _, ladder, _ = silent(1)
    monkeypatch.setattr(mailing.preflight, "run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        prepare(ladder, 1)
    assert Mailing.objects.count() == 1


class TestHeld:
    """Each is due but for one thing, and the reason says which."""

    @pytest.fixture
    def recipient(self) -> Recipient:
        campaign, *_ = silent(1)
        assert len(plan(campaign).due) == 1
        return campaign.recipients.select_related("institution").get()

    def test_one_that_asked_for_more_time(self, recipient):
        wish = extension.ask(
            recipient=recipient,
            asked_on=WEDNESDAY,
            asked_by="Pat",
            reason="",
            wanted_until=None,
            now=timezone.now(),
        )
        assert why(recipient) == "It asked for more time, and nobody has decided."
        extension.refuse(
            extension=wish, decision="No.", now=timezone.now(), by=make_user("manager")
        )
        assert len(plan(recipient.campaign).due) == 1

    @pytest.mark.parametrize("kind", ["correction", "wrong_addressee", "unclear", "bounce"])
    def test_one_of_which_something_came_in_that_nobody_settled(self, recipient, kind):
        opened = task.open_task(
            recipient=recipient, kind=kind, about="x", key="x:1", now=timezone.now()
        )
        assert why(recipient) == f"A task waits: {Task.Kind(kind).label.lower()}."
        task.close(task=opened, reason="Done.", now=timezone.now(), by=make_user("manager"))
        assert len(plan(recipient.campaign).due) == 1

    @pytest.mark.parametrize("certain", [True, False])
    def test_one_from_which_something_waits_in_the_inbox(self, recipient, certain):
        whose = (
            {"recipient": recipient}
            if certain
            else {"candidates": [{"recipient": recipient.pk, "because": "Its domain."}]}
        )
        came = Incoming.objects.create(
            channel="email",
            received_on=WEDNESDAY,
            sha256="a" * 64,
            file_name="a.eml",
            media_type="message/rfc822",
            size=1,
            added_at=timezone.now(),
            **whose,
        )
        assert why(recipient).startswith("Something came in from it")
        Incoming.objects.filter(pk=came.pk).update(
            status="set_aside",
            decision="Spam.",
            decided_at=timezone.now(),
            decided_by=make_user("clerk"),
        )
        assert len(plan(recipient.campaign).due) == 1

    def test_one_whose_response_nobody_has_read(self, recipient):
        response = Response.objects.create(
            recipient=recipient,
            kind="request",
            channel="portal",
            received_on=WEDNESDAY,
            respondent_name="Pat",
            receipt="R-1",
            receipt_sha256="0" * 64,
        )
        assert why(recipient) == "A response of it has not been read."
        Response.objects.filter(pk=response.pk).update(
            read_at=timezone.now(), read_by=make_user("clerk")
        )
        assert len(plan(recipient.campaign).due) == 1

    def test_one_that_is_not_to_be_written_to(self, recipient):
        institution.suppress(
            institution=recipient.institution, reason="It closed.", by=make_user("manager")
        )
        assert why(recipient) == "It is not to be written to: It closed."

    def test_one_whose_standing_was_set_by_hand(self, recipient):
        standing.override(
            recipient=recipient,
            standing="pending",
            reason="They called.",
            now=timezone.now(),
            by=make_user("counsel"),
        )
        assert why(recipient) == "Its standing was set by hand: Answer pending. They called."

    def test_one_whose_letter_came_back(self, recipient):
        Recipient.objects.update(reach="undeliverable", due_at=None)
        assert "Its letter came back" in why(recipient)

    def test_one_that_another_campaign_has_just_written_to(self, recipient):
        other = make_recipient(make_campaign(), recipient.institution)
        sent = make_letter(make_mailing(title="Other matter"), other)
        assert why(recipient) == "A letter of “Other matter” waits to be sent to it."
        sent.dispatches.create(
            channel="post",
            status="sent",
            sent_at=timezone.now() - DAY,
            queued_by=make_user("clerk"),
        )
        assert why(recipient).startswith("A letter left for the institution on June 2, 2026")

    def test_one_without_a_first_letter_to_follow(self, recipient):
        recipient.letters.update(status="void", status_reason="Wrong person.")
        assert "no first letter" in why(recipient)

    def test_one_that_was_withdrawn_is_not_even_shown(self, recipient):
        Recipient.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="Not meant.")
        assert (plan(recipient.campaign).due, plan(recipient.campaign).held) == ((), ())


def test_where_counsel_appeared_counsel_alone_is_written_to():
    campaign, ladder, _ = silent(1)
    recipient = campaign.recipients.get()
    Recipient.objects.update(counsel_appeared_on=WEDNESDAY - DAY)
    assert "is no addressee: letters go to counsel only" in why(recipient)
    Recipient.objects.update(counsel_appeared_on=None)
    lawyer = Contact.objects.create(
        institution=recipient.institution, role="counsel", name="Lee", source="test"
    )
    counsel.appear(
        recipient=recipient, counsel=lawyer, on=datetime.date(2026, 6, 2), by=make_user("clerk")
    )
    (due,) = plan(campaign).due
    assert due.row.to_counsel
    letters = prepare(ladder, 1).letters.standing()
    assert [letter.addressee.display_name for letter in letters] == ["Lee"]


@pytest.mark.services  # threads need a database that is not in the memory of one of them
@pytest.mark.django_db(transaction=True)
def test_two_campaigns_that_follow_up_at_one_moment_write_to_an_institution_once(monkeypatch):
    (_, first, _), (other, second, _) = silent(1), silent(1)
    other.recipients.update(institution=first.campaign.recipients.get().institution)
    both_have_read = threading.Barrier(2)
    read = follow_ups.read_one

    def read_beside_the_other(*args):
        found = read(*args)
        with suppress(threading.BrokenBarrierError):  # the other waits until we are done
            both_have_read.wait(timeout=3)
        return found

    monkeypatch.setattr(follow_ups, "read_one", read_beside_the_other)
    done: list[object] = []

    def press(ladder) -> None:
        try:
            done.append(prepare(ladder, 1))
        except follow_up.NobodyDue as refusal:
            done.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[ladder]) for ladder in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in done) == ["Mailing", "NobodyDue"]
    assert Mailing.objects.filter(follows__isnull=False).count() == 1


def test_a_letter_that_is_to_leave_again_is_waited_for():
    """It came back, and the clerk has it in the next pack: its mailing was sent long ago."""
    campaign, _, _ = silent(1)
    recipient = campaign.recipients.get()
    letter = recipient.letters.get()
    letter.dispatches.update(status="returned", arrived_on=WEDNESDAY - 20 * DAY)
    letter.dispatches.create(
        channel="post", attempt=2, reason="It came back.", queued_by=make_user("clerk")
    )
    assert why(recipient) == f"A letter of “{letter.mailing}” waits to be sent to it."
