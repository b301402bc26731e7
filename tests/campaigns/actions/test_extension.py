"""More time to answer: asked for, given, refused, taken back, and what the deadline does."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from campaigns import audit
from campaigns.actions import answer, extension
from campaigns.actions.campaign import CampaignIsArchived
from campaigns.models import AuditEvent, Extension, Recipient, Task, User
from tests.factories import make_campaign, make_recipient, make_user

NOW = datetime.datetime(2026, 12, 14, 15, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 12, 14)
PRINTED = datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC)
LATER = datetime.date(2027, 1, 22)
AT_FIVE_ON_LATER = datetime.datetime(2027, 1, 22, 22, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient() -> Recipient:
    recipient = make_recipient(make_campaign())
    return answer.reached(recipient=recipient, letters_due_at=PRINTED, on=TODAY, by=None)


@pytest.fixture
def manager() -> User:
    return make_user("manager")


def ask(recipient: Recipient, **fields) -> Extension:
    return extension.ask(
        **{
            "recipient": recipient,
            "asked_on": TODAY,
            "asked_by": "Dana Dean",
            "reason": "The board meets in January.",
            "wanted_until": LATER,
            "now": NOW,
            **fields,
        }
    )


def grant(wish: Extension, by: User, **fields) -> Extension:
    said = {"until": LATER, "decision": "A reasonable request.", "now": NOW, **fields}
    return extension.grant(extension=wish, by=by, **said)


def due(recipient: Recipient) -> datetime.datetime | None:
    return Recipient.objects.get(pk=recipient.pk).due_at


class TestAsking:
    def test_a_wish_is_kept_in_their_words_and_moves_nothing(self, recipient):
        wish = ask(recipient)
        wish.refresh_from_db()
        assert (wish.status, wish.asked_by, wish.wanted_until) == ("asked", "Dana Dean", LATER)
        assert wish.recorded_by is None
        assert due(recipient) == PRINTED
        event = audit.history(recipient)[1]
        assert event.sentence == (
            f"Dana Dean of {recipient} asked for more time until Friday, January 22, 2027 "
            "(on the response page)."
        )

    def test_a_wish_that_staff_took_down_names_who_did(self, recipient):
        clerk = make_user("clerk")
        assert ask(recipient, by=clerk, wanted_until=None).recorded_by == clerk
        assert audit.history(recipient)[1].sentence == (
            f"recorded that Dana Dean of {recipient} asked for more time."
        )

    def test_a_wish_waits_as_a_task_until_the_deadline_that_it_would_move(self, recipient):
        wish = ask(recipient)
        task = Task.objects.get(key=f"extension:{wish.pk}")
        assert (task.kind, task.due_on) == ("extension", datetime.date(2027, 1, 8))
        assert "The board meets in January." in task.about

    @pytest.mark.parametrize(
        ("refusal", "fields"),
        [
            (extension.NobodyNamed, {"asked_by": " "}),
            (extension.NotOnThatDay, {"asked_on": TODAY + datetime.timedelta(days=1)}),
            (extension.NotOnThatDay, {"wanted_until": TODAY}),
        ],
    )
    def test_an_unclear_wish_is_refused_and_nothing_is_kept(self, recipient, refusal, fields):
        events = AuditEvent.objects.count()
        with pytest.raises(refusal):
            ask(recipient, **fields)
        assert not Extension.objects.exists()
        assert AuditEvent.objects.count() == events

    def test_a_withdrawn_recipient_needs_no_time(self, recipient):
        Recipient.objects.update(withdrawn_at=NOW, withdrawn_reason="Closed.")
        with pytest.raises(extension.Withdrawn):
            ask(recipient)

    def test_today_is_the_day_of_the_campaign(self, recipient):
        just_after_midnight_in_london = datetime.datetime(2026, 12, 15, 0, 30, tzinfo=datetime.UTC)
        with pytest.raises(extension.NotOnThatDay):
            ask(
                recipient,
                asked_on=datetime.date(2026, 12, 15),
                now=just_after_midnight_in_london,
            )

    def test_a_rolled_back_wish_leaves_nothing(self, recipient):
        with pytest.raises(RuntimeError), transaction.atomic():
            ask(recipient)
            raise RuntimeError
        assert not Extension.objects.exists()


class TestGranting:
    def test_the_deadline_moves_to_the_hour_of_the_campaign_on_that_day(self, recipient, manager):
        given = grant(ask(recipient), manager)
        given.refresh_from_db()
        assert (given.status, given.until, given.decided_by) == (
            "granted",
            AT_FIVE_ON_LATER,
            manager,
        )
        assert due(recipient) == AT_FIVE_ON_LATER
        moved, _closed, granted = audit.history(recipient)[:3]
        assert (moved.verb, granted.verb) == ("deadline.moved", "extension.granted")
        assert "to 5:00 p.m. Eastern Time on Friday, January 22, 2027" in moved.sentence

    @pytest.mark.parametrize(
        ("refusal", "fields"),
        [
            (extension.ReasonMissing, {"decision": " "}),
            (extension.NotLater, {"until": datetime.date(2027, 1, 8)}),
            (extension.NotOnThatDay, {"until": datetime.date(2026, 12, 11)}),
            (extension.NotOnThatDay, {"until": datetime.date(2028, 1, 14)}),
        ],
    )
    def test_a_decision_that_cannot_be_is_refused(self, recipient, manager, refusal, fields):
        wish = ask(recipient)
        with pytest.raises(refusal):
            grant(wish, manager, **fields)
        wish.refresh_from_db()
        assert wish.status == "asked"
        assert due(recipient) == PRINTED

    def test_a_closed_day_is_refused_with_the_next_that_will_do(self, recipient, manager):
        with pytest.raises(extension.NotOnThatDay, match="next one is Tuesday, January 19, 2027"):
            grant(ask(recipient), manager, until=datetime.date(2027, 1, 16))

    def test_a_campaign_that_does_not_roll_lets_time_end_on_a_saturday(self, recipient, manager):
        type(recipient.campaign).objects.update(deadline_rolls=False)
        recipient = Recipient.objects.get(pk=recipient.pk)
        given = grant(ask(recipient), manager, until=datetime.date(2027, 1, 16))
        assert given.until.isoformat() == "2027-01-16T17:00:00-05:00"

    @pytest.mark.parametrize("decide", ["grant", "refuse", "withdraw"])
    def test_every_decision_settles_the_task(self, recipient, manager, decide):
        wish = ask(recipient)
        said = {"extension": wish, "now": NOW, "by": manager}
        if decide == "grant":
            extension.grant(until=LATER, decision="x" * 500, **said)
        elif decide == "refuse":
            extension.refuse(decision="x" * 500, **said)
        else:
            extension.withdraw(reason="x" * 500, **said)
        assert Task.objects.get().closed_by == manager

    def test_what_was_decided_is_not_decided_again(self, recipient, manager):
        wish = ask(recipient)
        stale = Extension.objects.get(pk=wish.pk)
        grant(wish, manager)
        with pytest.raises(extension.AlreadyDecided):
            grant(stale, manager, until=LATER + datetime.timedelta(days=7))
        with pytest.raises(extension.AlreadyDecided):
            extension.refuse(extension=stale, decision="No.", now=NOW, by=manager)

    def test_a_clerk_gives_no_time(self, recipient):
        with pytest.raises(extension.MayNotDecide):
            grant(ask(recipient), make_user("clerk"))

    def test_nothing_is_given_where_no_deadline_runs(self, manager):
        with pytest.raises(extension.NoDeadlineRuns):
            grant(ask(make_recipient(make_campaign())), manager)

    def test_nothing_is_given_in_an_archived_campaign(self, recipient, manager):
        wish = ask(recipient)
        type(recipient.campaign).objects.update(archived_at=NOW)
        with pytest.raises(CampaignIsArchived):
            grant(wish, manager)

    def test_a_rolled_back_decision_leaves_the_deadline(self, recipient, manager):
        wish = ask(recipient)
        with pytest.raises(RuntimeError), transaction.atomic():
            grant(wish, manager)
            raise RuntimeError
        assert due(recipient) == PRINTED
        assert Extension.objects.get().status == "asked"


class TestRefusingAndWithdrawing:
    def test_a_refusal_keeps_the_deadline_and_its_reason(self, recipient, manager):
        refused = extension.refuse(
            extension=ask(recipient), decision="Asked three times.", now=NOW, by=manager
        )
        refused.refresh_from_db()
        assert (refused.status, refused.decision, refused.until) == (
            "refused",
            "Asked three times.",
            None,
        )
        assert due(recipient) == PRINTED

    def test_time_that_is_taken_back_moves_the_deadline_back(self, recipient, manager):
        given = grant(ask(recipient), manager)
        taken = extension.withdraw(extension=given, reason="Given by mistake.", now=NOW, by=manager)
        taken.refresh_from_db()
        assert (taken.status, taken.until, taken.decision) == (
            "withdrawn",
            AT_FIVE_ON_LATER,
            "A reasonable request.",
        )
        assert due(recipient) == PRINTED

    def test_of_two_that_were_given_the_later_counts(self, recipient, manager):
        first = grant(ask(recipient), manager)
        second = grant(ask(recipient), manager, until=datetime.date(2027, 2, 5))
        extension.withdraw(extension=first, reason="Superseded.", now=NOW, by=manager)
        assert due(recipient) == second.until

    def test_what_was_refused_is_not_withdrawn(self, recipient, manager):
        refused = extension.refuse(extension=ask(recipient), decision="No.", now=NOW, by=manager)
        with pytest.raises(extension.AlreadyDecided):
            extension.withdraw(extension=refused, reason="Why not.", now=NOW, by=manager)

    def test_a_letter_that_comes_back_stops_the_deadline_and_the_next_starts_it_again(
        self, recipient, manager
    ):
        grant(ask(recipient), manager)
        answer.undeliverable(recipient=recipient, reason="Moved.", by=None)
        assert due(recipient) is None
        answer.reached(recipient=recipient, letters_due_at=PRINTED, on=TODAY, by=None)
        assert due(recipient) == AT_FIVE_ON_LATER


class TestAClass:
    def test_each_row_is_answered_for(self, recipient, manager):
        campaign = recipient.campaign
        asked, unasked, late, gone, unreached = (make_recipient(campaign) for _ in range(5))
        for one in (asked, unasked, late, gone):
            answer.reached(recipient=one, letters_due_at=PRINTED, on=TODAY, by=None)
        ask(asked)
        ask(asked, asked_by="Pat Provost")
        grant(ask(late), manager, until=datetime.date(2027, 2, 5))
        Recipient.objects.filter(pk=gone.pk).update(withdrawn_at=NOW, withdrawn_reason="Closed.")
        rows = extension.grant_many(
            recipients=[asked, unasked, late, Recipient.objects.get(pk=gone.pk), unreached],
            until=LATER,
            decision="The storm.",
            now=NOW,
            by=manager,
        )
        assert [row.what for row in rows] == ["done", "done", "skipped", "skipped", "refused"]
        assert due(asked) == due(unasked) == AT_FIVE_ON_LATER
        assert due(late) > AT_FIVE_ON_LATER
        assert not Extension.objects.undecided().exists()
        assert Extension.objects.filter(recipient=unasked).get().was_unasked
        assert not Extension.objects.filter(recipient__in=[gone, unreached]).exists()


def test_the_database_holds_a_decision_and_its_reason_together(recipient, manager):
    wish = ask(recipient)
    for broken in (
        {"status": "granted"},
        {"decided_by": manager, "decided_at": NOW},
        {"status": "withdrawn"},
        {
            "status": "refused",
            "decided_by": manager,
            "decided_at": NOW,
            "decision": "",
            "until": NOW,
        },
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Extension.objects.filter(pk=wish.pk).update(**broken)
