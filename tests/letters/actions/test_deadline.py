"""The stored deadline is what the rows give, after whatever happened in whichever order."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns import audit, deadlines
from campaigns.actions import Refused, extension
from campaigns.models import Campaign, Extension, Recipient, Task
from letters import lifecycle
from letters.actions import dispatch
from letters.actions.dispatch import leaving
from letters.models import Dispatch, Letter, Mailing, PrintPack
from letters.reports.running import due_by_letters
from tests.factories import (
    make_campaign,
    make_letter,
    make_mailing,
    make_recipient,
    make_user,
    make_version,
)

DAY = datetime.timedelta(days=1)
STEPS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 2), st.integers(0, 6)),
    st.tuples(
        st.sampled_from(["delivered", "returned", "refused"]),
        st.integers(0, 2),
        st.integers(0, 9),
    ),
    st.tuples(st.sampled_from(["grant", "withdraw"]), st.integers(0, 2), st.integers(20, 90)),
)


class Story:
    """One recipient with three letters of two mailings, and all that may happen to it."""

    def __init__(self, anchor: str) -> None:
        self.manager = make_user("manager")
        self.today = timezone.localdate()
        self.campaign = make_campaign(
            by=self.manager, deadline_anchor=anchor, deadline_days=10, timezone="America/Denver"
        )
        self.recipient = make_recipient(self.campaign)
        self.letters: list[Letter] = []
        for begun, letters in ((20, 2), (14, 1)):
            mailing = self.mailing(self.today - begun * DAY)
            for _ in range(letters):
                self.recipient.addressees.create(title=f"Office {len(self.letters)}")
                self.letters.append(
                    make_letter(
                        mailing,
                        self.recipient,
                        addressee=self.recipient.addressees.last(),
                        status="sealed",
                        sealed_at=timezone.now(),
                        pdf_sha256="0" * 64,
                        page_count=1,
                    )
                )

    def mailing(self, on: datetime.date) -> Mailing:
        mailing = make_mailing(
            make_version(self.campaign),
            letter_date=on,
            status="sending",
            digest="d",
            approved_by=make_user("counsel"),
            approved_at=timezone.now() - 60 * DAY,
            gap_until=self.today,
            gap_reason="They may leave later.",
            gap_accepted_by=self.manager,
            gap_accepted_at=timezone.now(),
        )
        mailing.date_by(mailing.rule)
        mailing.save()
        return mailing

    def happen(self, what: str, which: int, days: int) -> None:
        letter = self.letters[which]
        if what == "post":
            self.post(letter, letter.mailing.letter_date + days * DAY)
        elif what in ("grant", "withdraw"):
            self.decide(what, self.today + days * DAY)
        else:
            row = letter.dispatches.filter(status__in=["sent", "delivered"]).first()
            if row:
                on = timezone.localdate(row.sent_at) + days * DAY
                dispatch.record_delivery(
                    dispatch=row, status=what, on=min(on, self.today), by=self.manager
                )

    def post(self, letter: Letter, on: datetime.date) -> None:
        if letter.dispatches.filter(status__in=Dispatch.LIVE).exists():
            return
        pack = PrintPack.objects.create(
            mailing=letter.mailing, letter_count=1, sheet_count=1, made_by=self.manager
        )
        attempt = letter.dispatches.count() + 1
        letter.dispatches.create(channel="post", attempt=attempt, pack=pack, queued_by=self.manager)
        dispatch.mark_posted(pack=pack, posted_on=on, count=1, by=self.manager)

    def decide(self, what: str, day: datetime.date) -> None:
        said: dict[str, Any] = {"now": timezone.now(), "by": self.manager}
        if what == "grant":
            extension.give_unasked(
                recipient=self.recipient,
                until=deadlines.next_business_day(day),
                decision="A storm.",
                **said,
            )
        elif given := self.recipient.extensions.granted().first():
            extension.withdraw(extension=given, reason="It passed.", **said)


def told_again(recipient: Recipient) -> datetime.datetime | None:
    """The effective deadline, restated from the rows without a line of the program's."""
    campaign = recipient.campaign
    rows = list(Dispatch.objects.filter(letter__recipient=recipient).select_related("letter"))
    arrived = [row for row in rows if row.status in ("sent", "delivered", "refused")]
    if not arrived:
        return None
    candidates = [one.until for one in Extension.objects.filter(status="granted")]
    for mailing in {row.letter.mailing for row in arrived}:
        candidates.append(mailing.printed_deadline)
        mine = [row for row in arrived if row.letter.mailing == mailing]
        left = min(row.sent_at for row in mine)
        if campaign.deadline_anchor == "delivered":
            proven = [row.arrived_on for row in mine if row.status != "sent"]
            begun = min(proven, default=None)
        else:
            back = [
                row.sent_at
                for row in rows
                if row.letter.mailing == mailing and row.status in ("returned", "bounced")
            ]
            begun = left.astimezone(datetime.UTC).date()  # posted at noon: the same day
            if campaign.deadline_anchor == "letter_date" and not any(at < left for at in back):
                begun = mailing.letter_date
        if begun:
            last = begun + 10 * DAY
            while deadlines.why_not_a_business_day(last):
                last += DAY
            candidates.append(deadlines.on_day(last, datetime.time(17), "America/Denver"))
    return max(candidates)


class TestStoredIsRecomputed(TestCase):
    @settings(max_examples=40)
    @given(
        anchor=st.sampled_from([choice.value for choice in Campaign.Anchor]),
        steps=st.lists(STEPS, min_size=1, max_size=9),
    )
    def test_after_any_sequence_of_events(self, anchor, steps):
        story = Story(anchor)
        for what, which, days in steps:
            try:
                story.happen(what, which, days)
            except (Refused, lifecycle.IllegalMove):
                continue
            recipient = Recipient.objects.get(pk=story.recipient.pk)
            assert recipient.due_at == told_again(recipient), (what, which, days)


@pytest.mark.django_db
def test_a_proven_delivery_moves_the_deadline_and_a_return_stops_it():
    story = Story("delivered")
    letter = story.letters[0]
    story.happen("post", 0, 0)
    printed = letter.mailing.printed_deadline
    assert Recipient.objects.get().due_at == printed
    story.happen("delivered", 0, 9)
    due_at = Recipient.objects.get().due_at
    assert due_at is not None and due_at > printed
    moved = audit.history(story.recipient)[0]
    assert moved.verb == "deadline.moved"
    assert moved.actor == story.manager
    story.happen("returned", 0, 9)
    recipient = Recipient.objects.get()
    assert (recipient.reach, recipient.due_at) == ("undeliverable", None)


@pytest.mark.django_db
def test_a_return_stops_nothing_while_another_letter_stands():
    story = Story("sent")
    story.happen("post", 0, 0)
    story.happen("post", 2, 0)
    story.happen("returned", 2, 5)
    recipient = Recipient.objects.get()
    assert (recipient.reach, recipient.due_at) == ("reached", told_again(recipient))


def emailed(story: Story) -> Dispatch:
    """The first letter left by e-mail too, at noon of its day."""
    letter = story.letters[0]
    return Dispatch.objects.create(
        letter=letter,
        channel="email",
        status="sent",
        sent_at=deadlines.on_day(letter.mailing.letter_date, datetime.time(12), "UTC"),
        to_address="dean@school.example",
        queued_by=story.manager,
    )


@pytest.mark.django_db
def test_a_bounce_counts_the_deadline_again_from_what_left_later():
    story = Story("sent")
    bounced = emailed(story)
    story.post(story.letters[1], story.letters[1].mailing.letter_date + 6 * DAY)
    before = Recipient.objects.get()
    assert before.due_at == told_again(before)
    dispatch.record_bounce(
        dispatch=bounced, detail="550 No such user", on=story.today, by=story.manager
    )
    after = Recipient.objects.get()
    assert (after.reach, after.due_at) == ("reached", told_again(after))
    assert after.due_at > before.due_at
    assert audit.history(story.recipient).filter(verb="deadline.moved").exists()
    assert Task.objects.get().kind == "bounce"


@pytest.mark.django_db
def test_a_bounce_of_all_that_left_stops_the_deadline():
    story = Story("sent")
    bounced = emailed(story)
    story.post(story.letters[1], story.letters[1].mailing.letter_date)
    story.happen("returned", 1, 3)
    dispatch.record_bounce(
        dispatch=bounced, detail="550 No such user", on=story.today, by=story.manager
    )
    recipient = Recipient.objects.get()
    assert (recipient.reach, recipient.due_at) == ("undeliverable", None)
    assert set(Task.objects.values_list("kind", flat=True)) == {"bounce", "undeliverable"}


@pytest.mark.django_db
def test_a_rolled_back_delivery_leaves_the_deadline():
    story = Story("delivered")
    story.happen("post", 0, 0)
    before = Recipient.objects.get().due_at
    with pytest.raises(RuntimeError), transaction.atomic():
        story.happen("delivered", 0, 9)
        raise RuntimeError
    assert Recipient.objects.get().due_at == before


@pytest.mark.django_db
def test_a_letter_keeps_the_rule_by_which_it_was_dated():
    story = Story("sent")
    Campaign.objects.update(deadline_days=200)
    story.happen("post", 0, 0)
    assert Recipient.objects.get().due_at == told_again(Recipient.objects.get())


@pytest.mark.services  # threads need a database that is not in the memory of one of them
@pytest.mark.django_db(transaction=True)
def test_a_letter_that_leaves_while_another_is_proven_delivered_keeps_no_older_deadline(
    monkeypatch,
):
    story = Story(Campaign.Anchor.DELIVERED)
    story.happen("post", 0, 0)
    story.letters[2].dispatches.create(
        channel="email", status="sent", sent_at=timezone.now(), queued_by=story.manager
    )

    def deliver() -> None:
        story.happen("delivered", 0, 19)
        connection.close()

    other = threading.Thread(target=deliver)
    read = leaving.runs_of

    def read_beside_the_other(keys):
        found = read(keys)
        other.start()
        other.join(timeout=2)  # or it waits until we are done
        return found

    monkeypatch.setattr(leaving, "runs_of", read_beside_the_other)
    with transaction.atomic():
        leaving.reached_by(story.letters[2], story.today, story.manager)
    other.join()
    story.recipient.refresh_from_db()
    assert story.recipient.letters_due_at == due_by_letters(
        read([story.recipient.pk])[story.recipient.pk]
    )
