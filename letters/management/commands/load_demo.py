"""Load the demo: one campaign far enough along that every page has something to show."""

import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, Recipient, User
from letters.management.demo import campaign as story
from letters.management.demo import (
    clock,
    desk,
    directory,
    inbox,
    more_time,
    people,
    replies,
    response_page,
)

OUTBOX = "letters.channels.outbox.OutboxBackend"


class Command(BaseCommand):
    help = (
        "Make the demo's people, directory and campaign. Running it again makes what is "
        "missing and changes nothing else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMAIL_BACKEND != OUTBOX:
            raise CommandError(
                "The demo sends e-mails, and EMAIL_URL names a way out of this machine. Load it "
                "where EMAIL_URL is empty: there each message becomes a file."
            )
        who = people.people()
        if Campaign.objects.filter(title=story.TITLE).exists():
            self.stdout.write("The demo is loaded already.")
            return
        today = timezone.localdate(timezone=clock.OFFICE)
        with transaction.atomic():  # the whole story or none of it
            self._tell(who, today)
        self.stdout.write("The demo is loaded.")

    def _tell(self, who: dict[str, User], today: datetime.date) -> None:
        manager, drafter, counsel, clerk = (
            who[role] for role in ("manager", "drafter", "counsel", "clerk")
        )
        with clock.on(clock.working_day(48, today)):
            self.stdout.write("Importing 208 institutions and the catalogue of grounds ...")
            call_command("seed_grounds", stdout=self.stdout)
            call_command("seed_clauses", stdout=self.stdout)
            institutions = directory.institutions(by=manager)
        with clock.on(clock.working_day(46, today)):
            made = story.campaign(by=manager)
            story.sender(made, by=manager)
            story.chosen(made, institutions, by=manager)
        with clock.on(clock.working_day(45, today)):
            first_letter, _reminder = story.texts(made, by=drafter)
            more_time.text(made, by=drafter)
            story.follow_ups(made, by=manager)
        letter_date = clock.working_day(42, today)
        with clock.on(clock.working_day(44, today)):
            self.stdout.write("Rendering 208 letters ...")
            mailing = story.rendered(story.prepared(first_letter, letter_date, by=drafter))
        with clock.on(clock.working_day(43, today)):
            mailing = story.approved(mailing, by=counsel)
        with clock.on(letter_date, hour=14):
            self.stdout.write("Posting and e-mailing them, to nobody ...")
            story.sent(mailing, by=clerk, held_back=6)
        with clock.on(clock.working_day(38, today)):
            story.delivered(mailing, by=clerk, returned=3)
        arrived = story.answerable(mailing)
        for days_ago, first, last in ((34, 0, 12), (27, 12, 30), (20, 30, 44), (13, 44, 60)):
            with clock.on(clock.working_day(days_ago, today), hour=11):
                replies.answered(arrived[first:last], clerk)
                if days_ago > 13:  # the last ones nobody has read yet
                    inbox.read(made, clerk)
        with clock.on(clock.working_day(12, today), hour=11):
            replies.acknowledged(arrived[60], clerk)
        self._more_time(arrived[-1].recipient, arrived[-2].recipient, today, clerk, manager)
        with clock.on(clock.working_day(10, today), hour=10):
            desk.represented(arrived[-3].recipient, by=manager)
        with clock.on(clock.working_day(9, today), hour=15):
            desk.looked(made, by=counsel)
            desk.overruled(made, by=counsel)
        with clock.on(clock.working_day(2, today), hour=9):
            inbox.arrived(arrived[61:], mailing, clerk, drafter)
            response_page.asked(arrived[-7:-3])
            response_page.began(arrived[-8])
        with clock.on(clock.working_day(1, today), hour=9):
            desk.shared_out(manager, clerk)
            desk.filters(made, by=manager)

    def _more_time(
        self, given: Recipient, waits: Recipient, today: datetime.date, clerk: User, manager: User
    ) -> None:
        with clock.on(clock.working_day(17, today), hour=10):
            wish = more_time.asked(
                given,
                clerk,
                who="Jordan Example, Associate General Counsel",
                reason="The board takes it up at its next meeting.",
                days=45,
            )
        with clock.on(clock.working_day(16, today), hour=10):
            more_time.granted(wish, manager)
        with clock.on(clock.working_day(15, today), hour=16):
            more_time.asked(
                waits,
                clerk,
                who="Taylor Example, Office of the President",
                reason="Outside counsel was engaged last week.",
                days=30,
            )
