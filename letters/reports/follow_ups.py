"""The rows that a plan of follow-ups is made of, read in a fixed number of queries.

What holds a recipient back on any day is said here; what depends on the day, in
`letters.follow_ups`.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from campaigns.deadlines import Rule
from campaigns.models import (
    Addressee,
    Answer,
    Campaign,
    Extension,
    Outcome,
    Recipient,
    Task,
)
from campaigns.models.answer import NOT_KEPT, PENDING
from letters import follow_ups
from letters.follow_ups import Emails, Plan, Row, Step, Waiting
from letters.models import (
    Dispatch,
    Incoming,
    Ladder,
    LadderStep,
    Letter,
    LetterTemplate,
    LetterVersion,
    Mailing,
    Response,
)

Segment = LadderStep.Segment
# What came in from a recipient, or back from its address, and waits for a person.
_UNREAD = (
    Task.Kind.EXTENSION,
    Task.Kind.COUNSEL,
    Task.Kind.WRONG_ADDRESSEE,
    Task.Kind.CORRECTION,
    Task.Kind.UNCLEAR,
    Task.Kind.UNDELIVERABLE,
    Task.Kind.BOUNCE,
)

_TO_LEAVE = (
    Dispatch.Status.QUEUED,
    Dispatch.Status.CLAIMED,
    Dispatch.Status.HELD,
    Dispatch.Status.UNKNOWN,
)

# Read of thousands of rows, so that what a plan does not look at is left where it is.
_OF_A_RECIPIENT = (
    "campaign",
    "reach",
    "due_at",
    "counsel_appeared_on",
    "direct_allowed_at",
    "override_standing",
    "override_reason",
    "institution__name",
    "institution__suppressed_at",
    "institution__suppressed_reason",
    "institution__archived_at",
)
_OF_AN_ADDRESSEE = (
    "recipient",
    "by_post",
    "by_email",
    "email",
    "name",
    "contact__role",
    "contact__email",
)


@dataclass(frozen=True)
class Read:
    """What a plan of one campaign is made of."""

    campaign: Campaign
    ladder: follow_ups.Ladder
    rows: tuple[Row, ...]
    emails: Emails

    def plan(self, day: datetime.date) -> Plan:
        return follow_ups.plan(self.ladder, self.rows, self.emails, day)


def today(campaign: Campaign, now: datetime.datetime) -> datetime.date:
    return now.astimezone(ZoneInfo(campaign.timezone)).date()


def read(campaigns: Iterable[Campaign], now: datetime.datetime) -> list[Read]:
    """Each of these campaigns that has steps, as it is now."""
    ladders = _ladders(campaigns)
    found = _Found.of(list(ladders), now)
    return [
        Read(campaign, ladder, tuple(found.rows(campaign)), found.emails)
        for campaign, ladder in ladders.items()
    ]


def read_one(campaign: Campaign, now: datetime.datetime) -> Read | None:
    """None where the campaign has no ladder."""
    return next(iter(read([campaign], now)), None)


def _ladders(campaigns: Iterable[Campaign]) -> dict[Campaign, follow_ups.Ladder]:
    ladders = (
        Ladder.objects.filter(campaign__in=[one.pk for one in campaigns], steps__isnull=False)
        .select_related("campaign")
        .prefetch_related("steps")
        .order_by("campaign")
        .distinct()
    )
    steps = [step for ladder in ladders for step in ladder.steps.all()]
    asks = _asks({step.template_id for step in steps})
    return {
        ladder.campaign: follow_ups.Ladder(
            tuple(_step(step, asks) for step in ladder.steps.all()),
            ladder.lead_days,
            ladder.apart_days,
            ladder.emails_a_day,
            Rule.of(ladder.campaign),
        )
        for ladder in ladders
    }


def _asks(templates: Collection[int]) -> Mapping[int, bool]:
    """Text to whether its newest version prints a deadline."""
    versions = LetterVersion.objects.filter(template__in=templates).order_by("number")
    return {version.template_id: version.asks_for_an_answer for version in versions}


def _step(step: LadderStep, asks: Mapping[int, bool]) -> Step:
    return Step(
        step.pk,
        str(step),
        step.segment,
        step.way,
        step.days,
        step.unit,
        step.template_id,
        asks.get(step.template_id, False),
        step.kind,
    )


@dataclass(frozen=True)
class _Said:
    """What the answers of one recipient say together."""

    answers: str
    promised_on: datetime.date | None


@dataclass(frozen=True)
class _Ways:
    """How the letters to one recipient's addressees go."""

    by_post: bool
    domains: tuple[str, ...]
    has_counsel: bool


_NOWHERE = _Ways(False, (), False)


@dataclass(frozen=True)
class _Found:
    """All that was read, by recipient or by institution."""

    recipients: Mapping[int, list[Recipient]]
    said: Mapping[int, _Said]
    ways: Mapping[int, _Ways]
    taken: Mapping[int, frozenset[int]]
    left: Mapping[int, datetime.datetime]
    waiting: Mapping[int, list[tuple[int, Waiting]]]
    unread: Mapping[int, str]
    first: frozenset[int]
    emails: Emails

    @classmethod
    def of(cls, campaigns: list[Campaign], now: datetime.datetime) -> "_Found":
        recipients = list(
            Recipient.objects.active()
            .filter(campaign__in=campaigns)
            .select_related("institution")
            .only(*_OF_A_RECIPIENT)
            .order_by("pk")
        )
        by_campaign = defaultdict(list)
        for recipient in recipients:
            by_campaign[recipient.campaign_id].append(recipient)
        return cls(
            recipients=by_campaign,
            said=_said(campaigns),
            ways=_ways(campaigns, {one.pk for one in recipients if _past_counsel_is_closed(one)}),
            taken=_taken(campaigns),
            left=_left(campaigns),
            waiting=_waiting(campaigns),
            unread=unread(campaigns),
            first=_first(campaigns),
            emails=_emails(now),
        )

    def rows(self, campaign: Campaign) -> Iterable[Row]:
        zone = ZoneInfo(campaign.timezone)

        def day(moment: datetime.datetime | None) -> datetime.date | None:
            return moment.astimezone(zone).date() if moment else None

        for recipient in self.recipients.get(campaign.pk, ()):
            said, ways = self.said[recipient.pk], self.ways.get(recipient.pk, _NOWHERE)
            yield Row(
                pk=recipient.pk,
                name=recipient.institution.name,
                answers=said.answers,
                promised_on=said.promised_on,
                due_on=day(recipient.due_at),
                taken=self.taken.get(recipient.pk, frozenset()),
                last_left_on=day(self.left.get(recipient.institution_id)),
                waiting=self._waiting_for(recipient),
                by_post=ways.by_post,
                domains=ways.domains,
                holds=tuple(self._holds(recipient, ways)),
                to_counsel=_past_counsel_is_closed(recipient),
                came_back=_came_back(recipient),
            )

    def _waiting_for(self, recipient: Recipient) -> Waiting | None:
        """The one that leaves last; what it prints counts where it is this recipient's own."""
        found = self.waiting.get(recipient.institution_id, ())
        latest = max(found, key=lambda one: one[1].letter_date, default=None)
        if latest is None:
            return None
        own, waiting = latest
        is_own = own == recipient.pk
        return waiting if is_own else Waiting(waiting.mailing, waiting.letter_date)

    def _holds(self, recipient: Recipient, ways: _Ways) -> Iterable[str]:
        institution = recipient.institution
        if institution.suppressed_at:
            yield f"It is not to be written to: {institution.suppressed_reason}"
        if institution.archived_at:
            yield "The institution is archived."
        if _came_back(recipient):
            yield "Its letter came back, so that no deadline runs. Mend the address, send it again."
        if recipient.pk in self.unread:
            yield self.unread[recipient.pk]
        if recipient.override_standing:
            yield (
                f"Its standing was set by hand: {recipient.get_override_standing_display()}. "
                f"{recipient.override_reason}"
            )
        if _past_counsel_is_closed(recipient) and not ways.has_counsel:
            yield (
                f"Counsel appeared for it on {recipient.counsel_appeared_on:%B %-d, %Y} and is no "
                "addressee: letters go to counsel only."
            )
        if recipient.pk not in self.first:
            yield "It was sent no first letter that this one could follow."


def _past_counsel_is_closed(recipient: Recipient) -> bool:
    return recipient.counsel_appeared_on is not None and recipient.direct_allowed_at is None


def _came_back(recipient: Recipient) -> bool:
    return recipient.reach == Recipient.Reach.UNDELIVERABLE


def _said(campaigns: list[Campaign]) -> Mapping[int, _Said]:
    rows = (
        Answer.objects.filter(recipient__campaign__in=campaigns, recipient__withdrawn_at=None)
        .order_by()
        .values_list("recipient")
        .annotate(
            asked=Count("pk"),
            said=Count("current_entry"),
            pending=Count("pk", filter=Q(outcome__in=PENDING)),
            promised=Min(
                "current_entry__promised_on",
                filter=Q(outcome=Outcome.WILL_COMPLY, verification__in=NOT_KEPT),
            ),
        )
    )
    found: dict[int, _Said] = defaultdict(lambda: _Said("", None))
    for recipient, asked, said, pending, promised in rows:
        found[recipient] = _Said(_segment(asked, said, pending), promised)
    return found


def _segment(asked: int, said: int, pending: int) -> str:
    if said == 0:
        return Segment.NOTHING
    if said < asked:
        return Segment.SOME
    return Segment.PENDING if pending else ""


def _ways(campaigns: list[Campaign], to_counsel: Collection[int]) -> Mapping[int, _Ways]:
    """The addressees of each recipient; of one that counsel speaks for, its counsel alone."""
    found: dict[int, list[Addressee]] = defaultdict(list)
    addressees = Addressee.objects.filter(
        recipient__campaign__in=campaigns, recipient__withdrawn_at=None, archived_at=None
    )
    read = addressees.select_related("contact").only(*_OF_AN_ADDRESSEE).order_by("pk")
    for addressee in read:
        if addressee.recipient_id not in to_counsel or addressee.is_counsel:
            found[addressee.recipient_id].append(addressee)
    return {
        recipient: _Ways(
            any(one.by_post for one in those),
            tuple(_domain(email) for one in those if one.by_email and (email := one.display_email)),
            any(one.is_counsel for one in those),
        )
        for recipient, those in found.items()
    }


def _domain(email: str) -> str:
    return email.rpartition("@")[2].casefold()


def _standing() -> Q:
    return ~Q(status=Letter.Status.VOID) & ~Q(mailing__status=Mailing.Status.CANCELLED)


def _taken(campaigns: list[Campaign]) -> Mapping[int, frozenset[int]]:
    found = defaultdict(set)
    letters = Letter.objects.filter(_standing(), mailing__campaign__in=campaigns).order_by()
    for recipient, template in letters.values_list(
        "recipient", "mailing__version__template"
    ).distinct():
        found[recipient].add(template)
    return {recipient: frozenset(templates) for recipient, templates in found.items()}


def _institutions(campaigns: list[Campaign]) -> Q:
    """Letters of any campaign to the institutions of these."""
    chosen = Recipient.objects.active().filter(campaign__in=campaigns).values("institution")
    return Q(recipient__institution__in=chosen)


def _left(campaigns: list[Campaign]) -> Mapping[int, datetime.datetime]:
    """Institution to the moment at which a letter of any campaign last left for it."""
    letters = Letter.objects.filter(
        _institutions(campaigns), dispatches__status__in=Dispatch.LEFT
    ).order_by()
    last = letters.values_list("recipient__institution").annotate(last=Max("dispatches__sent_at"))
    return {institution: moment for institution, moment in last if moment}


def _waiting(campaigns: list[Campaign]) -> Mapping[int, list[tuple[int, Waiting]]]:
    """Institution to the letters of any campaign that are to leave for it, each with whose it is.

    A letter that left, by whichever way, is no longer waiting, nor one of a mailing that is sent;
    unless it is to leave by that way once more, because it came back.
    """
    ways = Dispatch.objects.filter(letter=OuterRef("pk"))
    again = Exists(ways.filter(status__in=_TO_LEAVE, attempt__gt=1))
    waits = ~Q(mailing__status=Mailing.Status.SENT) & ~Exists(ways.filter(status__in=Dispatch.LEFT))
    letters = (
        Letter.objects.filter(_standing(), _institutions(campaigns))
        .filter(waits | again)
        .order_by("pk")
        .values_list("recipient__institution", "recipient", "mailing")
    )
    rows = list(letters)
    mailings = Mailing.objects.filter(pk__in={mailing for *_, mailing in rows}).select_related(
        "campaign", "version"
    )
    known = {mailing.pk: _to_leave(mailing) for mailing in mailings}
    found = defaultdict(list)
    for institution, recipient, mailing in rows:
        found[institution].append((recipient, known[mailing]))
    return found


def _to_leave(mailing: Mailing) -> Waiting:
    zone = ZoneInfo(mailing.campaign.timezone)
    prints = mailing.printed_deadline.astimezone(zone).date()
    asks = mailing.version.asks_for_an_answer
    return Waiting(mailing.title, mailing.letter_date, prints if asks else None)


def unread(campaigns: list[Campaign]) -> Mapping[int, str]:
    """Recipient to what came in from it, or back from its address, and nobody has settled.

    What may be from one of several recipients holds each of them until a person says whose it is.
    """
    found = {}
    waiting = Incoming.objects.waiting().order_by()
    for recipient, candidates in waiting.values_list("recipient", "candidates"):
        for key in [recipient] if recipient else [one["recipient"] for one in candidates]:
            found[key] = "Something came in from it, or may have, and nobody has decided on it."
    responses = Response.objects.unread().filter(recipient__campaign__in=campaigns).order_by()
    for recipient in responses.values_list("recipient", flat=True):
        found[recipient] = "A response of it has not been read."
    wishes = Extension.objects.undecided().filter(recipient__campaign__in=campaigns)
    for recipient in wishes.order_by().values_list("recipient", flat=True):
        found[recipient] = "It asked for more time, and nobody has decided."
    tasks = Task.objects.unsettled().filter(recipient__campaign__in=campaigns, kind__in=_UNREAD)
    for recipient, kind in tasks.order_by("-pk").values_list("recipient", "kind"):
        found.setdefault(recipient, f"A task waits: {Task.Kind(kind).label.lower()}.")
    return found


def _first(campaigns: list[Campaign]) -> frozenset[int]:
    """The recipients that have a first letter which a later one can follow."""
    letters = Letter.objects.filter(
        _standing(),
        mailing__campaign__in=campaigns,
        mailing__version__template__purpose=LetterTemplate.Purpose.FIRST,
    )
    return frozenset(letters.order_by().values_list("recipient", flat=True).distinct())


def _emails(now: datetime.datetime) -> Emails:
    """The e-mails of all campaigns that bear a letter date which is not past."""
    earliest = (now - datetime.timedelta(days=1)).date()
    letters = Letter.objects.filter(_standing(), by_email=True, mailing__letter_date__gte=earliest)
    rows = letters.order_by().values_list("mailing__letter_date", "email")
    return Counter((day, _domain(email)) for day, email in rows)
