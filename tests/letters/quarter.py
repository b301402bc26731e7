"""A quarter of a campaign, told day by day by the real actions, with what goes wrong in it."""

import datetime
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.utils import timezone

from campaigns.actions import Refused, counsel, extension
from campaigns.actions.answer import Respondent, Statement
from campaigns.models import Campaign, Contact, Extension, Recipient, User
from letters import follow_ups as planning
from letters.actions import approve, dispatch, follow_up, ladder, mailing, render, respond
from letters.actions.ladder import Pace, StepWords
from letters.actions.respond import Item
from letters.management.demo import clock
from letters.models import Dispatch, LadderStep, LetterTemplate, LetterVersion, Mailing
from letters.reports import follow_ups
from tests.factories import make_campaign, make_recipient, make_user, make_version

DAY = datetime.timedelta(days=1)
FIRST = datetime.date(2026, 5, 18)  # Memorial Day, Juneteenth and July 4 lie ahead
DAYS = 92
# What a plan decides, without its sentences: letter date, who is due for what, who is held.
Decided = tuple[datetime.date, frozenset[tuple[int, int]], frozenset[tuple[int, int]]]


def decided(plan: planning.Plan) -> Decided:
    return (
        plan.letter_date,
        frozenset((one.row.pk, one.step.pk) for one in plan.due),
        frozenset((one.row.pk, one.step.pk) for one in plan.held),
    )


@dataclass
class Quarter:
    """One campaign with a ladder, its people, and chance."""

    chance: random.Random
    anchor: str
    manager: User = field(default_factory=lambda: make_user("manager"))
    counsel: User = field(default_factory=lambda: make_user("counsel"))
    clerk: User = field(default_factory=lambda: make_user("clerk"))
    prepared: int = 0
    happened: list[str] = field(default_factory=list)

    def begin(self, recipients: int) -> None:
        self.day = FIRST
        self.campaign = make_campaign(
            by=self.manager, deadline_days=10, deadline_anchor=self.anchor
        )
        self.other = make_campaign(by=self.manager, demands=1)
        for number in range(recipients):
            recipient = make_recipient(self.campaign)
            recipient.institution.contacts.update(email=f"x{number}@{number % 2}.invalid")
            recipient.addressees.update(by_email=number < 4)
            make_recipient(self.other, recipient.institution)
        self.post(self.first(self.campaign, list(self.campaign.recipients.all())))
        self.ladder()

    def ladder(self) -> None:
        """Three steps to the silent, and one to each of those who answered in another way."""
        steps = [
            self.step("reminder", 1, "nothing"),
            self.step("second", 4, "nothing", unit="business"),
            self.step("final", 6, "nothing", purpose="final"),
            self.step("reminder", 5, "some"),
            self.step("reminder", 2, "lapsed"),
            self.step("reminder", 8, "pending"),
        ]
        pace = Pace(lead_days=2, apart_days=7, emails_a_day=1)
        ladder.save(campaign=self.campaign, pace=pace, steps=steps, by=self.manager)

    def step(self, kind: str, days: int, segment: str, **fields: str) -> StepWords:
        purpose = fields.pop("purpose", "reminder")
        name = f"{kind} {segment}"
        text = LetterTemplate.objects.create(campaign=self.campaign, name=name, purpose=purpose)
        make_version(self.campaign, template=text)
        return StepWords(kind, days, text, segment, **fields)

    # --- What the house does --------------------------------------------------------

    def plan(self) -> planning.Plan:
        read = follow_ups.read_one(self.campaign, timezone.now())
        assert read
        return read.plan(self.day)

    def simulated(self, beats: set[datetime.date]) -> dict[datetime.date, Decided]:
        """Every day from this one to the end of the quarter, as things stand now."""
        read = follow_ups.read_one(self.campaign, timezone.now())
        assert read
        days = [self.day + index * DAY for index in range((FIRST + DAYS * DAY - self.day).days)]
        plans = planning.simulate(
            read.ladder, read.rows, read.emails, days, looked_at=beats.__contains__
        )
        return {one.day: decided(one) for one in plans}

    def prepare(self, plan: planning.Plan) -> set[tuple[int, int]]:
        """Prepare what the plan says; gives back who got a letter of which step."""
        written = set()
        for pk, count in plan.by_step().items():
            step = LadderStep.objects.get(pk=pk)
            for made in follow_up.prepare(
                step=step, count=count, now=timezone.now(), by=self.manager
            ):
                assert made.letter_date == plan.letter_date
                keys = made.letters.standing().values_list("recipient_id", flat=True)
                written |= {(key, pk) for key in keys}
                self.approve(made)
                self.prepared += 1
        return written

    def nothing_more(self, plan: planning.Plan) -> None:
        """A second press, or one after the clock stepped back, writes to nobody."""
        for step in LadderStep.objects.filter(pk__in=plan.by_step()):
            with suppress(follow_up.NobodyDue):
                follow_up.prepare(step=step, count=1, now=timezone.now(), by=self.manager)
                raise AssertionError(f"{step} was prepared twice")

    def approve(self, made: Mailing) -> None:
        render.start(mailing=made, by=self.manager)
        while render.work(mailing_pk=made.pk, seconds=60):
            pass
        made.refresh_from_db()
        for letter in made.letters.standing():
            approve.record_opening(letter=letter, by=self.counsel)
        approve.approve(
            mailing=made,
            digest=made.digest,
            answers=approve.answers_digest(made),
            by=self.counsel,
        )

    def post(self, made: Mailing) -> None:
        made.refresh_from_db()
        pack = dispatch.make_pack(mailing=made, by=self.clerk)
        dispatch.mark_posted(pack=pack, posted_on=self.day, count=pack.letter_count, by=self.clerk)

    def post_what_is_dated_today(self) -> None:
        for made in Mailing.objects.filter(letter_date=self.day, status="approved"):
            self.post(made)

    def first(self, campaign: Campaign, recipients: list[Recipient], ahead: int = 0) -> Mailing:
        version = LetterVersion.objects.filter(
            template__campaign=campaign, template__purpose="first"
        ).first() or make_version(campaign)
        made = mailing.create(
            version=version,
            title=f"First letter {campaign.mailings.count() + 1}",
            letter_date=planning.ahead(self.day, ahead),
            recipients=recipients,
            by=self.manager,
        )
        self.approve(made)
        return made

    # --- What happens to it ---------------------------------------------------------

    def something(self) -> bool:
        """One thing of those that happen, to one recipient; False where it could not."""
        recipient = self.chance.choice(list(self.campaign.recipients.order_by("pk")))
        happens = self.chance.choice(HAPPENINGS)
        try:
            happens(self, recipient)
        except Refused:
            return False
        self.happened.append(happens.__name__)
        return True

    def answer(self, recipient: Recipient, *outcomes: str, promised_in: int = 0) -> None:
        demands = self.campaign.demands.order_by("number")
        promised = self.day + promised_in * DAY if promised_in else None
        respond.record_response(
            recipient=recipient,
            letter=None,
            kind="answer",
            channel="post",
            received_on=self.day,
            items=[
                Item(Statement(demand, outcome, promised_on=promised))
                for demand, outcome in zip(demands, outcomes, strict=False)
            ],
            respondent=Respondent("Pat Respondent"),
            email="",
            note="",
            scans=[],
            submission=f"{recipient.pk} {self.day} {len(self.happened)}",
            on=self.day,
            by=self.clerk,
        )

    def answers_some(self, recipient: Recipient) -> None:
        self.answer(recipient, "complied")

    def answers_all(self, recipient: Recipient) -> None:
        self.answer(recipient, "complied", "declined")

    def reviews(self, recipient: Recipient) -> None:
        self.answer(recipient, "under_review", "complied")

    def promises(self, recipient: Recipient) -> None:
        self.answer(recipient, "will_comply", "will_comply", promised_in=9)

    def asks_what_is_meant(self, recipient: Recipient) -> None:
        self.answer(recipient, "complied", "needs_clarification")

    def asks_for_time(self, recipient: Recipient) -> None:
        extension.ask(
            recipient=recipient,
            asked_on=self.day,
            asked_by="Pat",
            reason="",
            wanted_until=None,
            now=timezone.now(),
        )

    def gets_time(self, recipient: Recipient) -> None:
        wish = Extension.objects.undecided().filter(recipient=recipient).first()
        if wish is None:
            self.asks_for_time(recipient)
            return
        extension.grant(
            extension=wish,
            until=planning.ahead(self.day + 12 * DAY, 0),
            decision="Asked politely.",
            now=timezone.now(),
            by=self.manager,
        )

    def is_proven(self, recipient: Recipient) -> None:
        """The carrier says late that a letter was delivered."""
        self.carrier(recipient, "delivered")

    def comes_back(self, recipient: Recipient) -> None:
        self.carrier(recipient, "returned")

    def carrier(self, recipient: Recipient, status: str) -> None:
        last = Dispatch.objects.filter(letter__recipient=recipient, status="sent").last()
        if last:
            dispatch.record_delivery(dispatch=last, status=status, on=self.day, by=self.clerk)

    def names_counsel(self, recipient: Recipient) -> None:
        lawyer = Contact.objects.create(
            institution=recipient.institution, role="counsel", name="Lee", source="x"
        )
        counsel.appear(recipient=recipient, counsel=lawyer, on=self.day, by=self.clerk)

    def gets_a_letter_of_the_other_campaign(self, recipient: Recipient) -> None:
        other = self.other.recipients.get(institution=recipient.institution)
        self.first(self.other, [other], ahead=3)


HAPPENINGS: list[Callable[[Quarter, Recipient], None]] = [
    Quarter.answers_some,
    Quarter.answers_some,
    Quarter.answers_all,
    Quarter.reviews,
    Quarter.promises,
    Quarter.asks_what_is_meant,
    Quarter.asks_for_time,
    Quarter.gets_time,
    Quarter.gets_time,
    Quarter.is_proven,
    Quarter.is_proven,
    Quarter.comes_back,
    Quarter.names_counsel,
    Quarter.gets_a_letter_of_the_other_campaign,
]


@contextmanager
def at(quarter: Quarter, day: datetime.date, hour: int) -> Iterator[None]:
    quarter.day = day
    with clock.on(day, hour):
        yield
