"""Which recipients of a campaign were asked for, and in which order, for the database.

Each figure of the board leads to a list by one of these filters, and says the same number.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from campaigns.models import Answer, Campaign, Outcome
from campaigns.models.recipient import Recipient, RecipientQuerySet
from campaigns.standing import MARKS, Standing, mark
from campaigns.text import fold
from letters.models import Dispatch, Letter, Response
from letters.reports import steps
from letters.reports.letter_rows import LEFT_MARKS
from letters.reports.steps import Step

CONFIRMED = (Standing.CONFIRMED, Standing.CONFIRMED_IN_PART, Standing.CONFIRMED_CONDITIONALLY)
ANSWERED, SILENT, RECEIVED, TIMED = "answered", "silent", "received", "timed"
NOWHERE = "unknown"  # the place of who has none
SOON = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Selection:
    """The filters of the board's list; an empty one lets every recipient pass.

    `demand` is a demand's number and counts only together with `outcome`. `since` and `until`
    are the first and the last day on which its first answer came.
    """

    words: str = ""
    standing: str = ""
    place: str = ""
    control: str = ""
    kind: str = ""
    reach: str = ""
    step: str = ""
    stage: str = ""
    answered: str = ""
    promised: str = ""
    overdue: bool = False
    due: str = ""
    demand: int | None = None
    outcome: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    sort: str = "name"


def select(campaign: Campaign, selection: Selection, now: datetime.datetime) -> RecipientQuerySet:
    """The recipients that pass every filter, in the order asked for; ties are in order of name."""
    today = now.astimezone(ZoneInfo(campaign.timezone)).date()
    chosen: RecipientQuerySet = campaign.recipients.alias(mark=mark(now))
    for condition in _conditions(selection, today):
        chosen = chosen.filter(condition)
    if selection.step or selection.sort.removeprefix("-") == "letter":
        chosen = chosen.alias(last_step=_last_step())
    if selection.step:
        chosen = chosen.filter(Q(last_step=steps.MARKS[Step(selection.step)]))  # type: ignore[call-arg]
    if selection.since or selection.until:
        chosen = chosen.active().alias(first_on=_first_answered_on())
    if selection.since:
        chosen = chosen.filter(Q(first_on__gte=selection.since))
    if selection.until:
        chosen = chosen.filter(Q(first_on__lte=selection.until))
    return chosen.order_by(*_order(selection.sort))


def _conditions(selection: Selection, today: datetime.date) -> Iterator[Q]:
    for word in fold(selection.words).split():
        yield Q(institution__search_key__contains=word)
    if selection.standing:
        yield Q(mark=MARKS[Standing(selection.standing)])  # type: ignore[call-arg]
    if selection.place:
        yield in_place(selection.place)
    if selection.control:
        yield Q(institution__control=selection.control)
    if selection.kind:
        yield Q(institution__kind=selection.kind)
    if selection.reach:
        yield Q(reach=selection.reach)
    if selection.stage:
        yield Q(withdrawn_at=None) & STAGES[selection.stage]
    if selection.answered:
        yield _ANSWERED[selection.answered]
    if selection.promised:
        yield Q(withdrawn_at=None) & Q(Exists(_answers(promised(selection.promised, today))))
    if selection.overdue:
        yield Q(mark=MARKS[Standing.NO_RESPONSE])
    if selection.due:
        yield Q(withdrawn_at=None) & _due(selection.due)
    if selection.outcome:
        yield Q(withdrawn_at=None) & Q(Exists(_answers(_answering(selection))))


def in_place(place: str) -> Q:
    """At home the state, abroad the country, as `place_of` names it."""
    if place == NOWHERE:
        return Q(institution__country="US", institution__state="") | Q(institution__country="")
    at_home = Q(institution__country="US", institution__state=place)
    return at_home | (~Q(institution__country="US") & Q(institution__country=place))


def promised(when: str, today: datetime.date) -> Q:
    """Answers that promise a day: one that has passed, one within thirty days, or a later one."""
    day = "current_entry__promised_on"
    return (
        Q(outcome=Outcome.WILL_COMPLY)
        & {
            "passed": Q(**{f"{day}__lt": today}),
            "soon": Q(**{f"{day}__gte": today, f"{day}__lte": today + SOON}),
            "later": Q(**{f"{day}__gt": today + SOON}),
        }[when]
    )


PROMISED = {
    "passed": "Promised day has passed",
    "soon": "Promised within 30 days",
    "later": "Promised for later",
}


def _answering(selection: Selection) -> Q:
    asked = Q(outcome=selection.outcome)
    return asked & Q(demand__number=selection.demand) if selection.demand else asked


def _answers(condition: Q) -> Any:
    return Answer.objects.filter(condition, recipient=OuterRef("pk"))


def _first_answered_on() -> Subquery:
    """The day on which the first response that answers a demand came in."""
    answers = Response.objects.filter(recipient=OuterRef("pk"), kind=Response.Kind.ANSWER)
    first = answers.order_by().values("recipient").annotate(first=Min("received_on"))
    return Subquery(first.values("first"))


_GIVEN = Q(Exists(_answers(Q(current_entry__isnull=False))))
_WRITTEN_TO = Q(
    Exists(Dispatch.objects.filter(letter__recipient=OuterRef("pk"), status__in=Dispatch.LEFT))
)
_MADE = Q(
    Exists(Letter.objects.filter(recipient=OuterRef("pk")).exclude(status=Letter.Status.VOID))
)
# How far a recipient has come, in the order of the funnel.
STAGES = {
    "chosen": Q(),
    "made": _MADE,
    "sent": _WRITTEN_TO,
    "reached": Q(reach=Recipient.Reach.REACHED),
    "answered": _GIVEN,
    "confirmed": Q(mark__in=[MARKS[each] for each in CONFIRMED]),
}
STAGE_NAMES = {
    "chosen": "Chosen",
    "made": "Letter made",
    "sent": "Sent",
    "reached": "Reached",
    "answered": "Answered",
    "confirmed": "Confirmed",
}
_FILED = Q(Exists(Response.objects.filter(recipient=OuterRef("pk")).not_answering()))
_ANSWERED_BY_PAPER = Q(
    Exists(Response.objects.filter(recipient=OuterRef("pk"), kind=Response.Kind.ANSWER))
)
_ANSWERED = {
    ANSWERED: Q(withdrawn_at=None) & _GIVEN,
    SILENT: Q(withdrawn_at__isnull=False) | ~_GIVEN,
    RECEIVED: (Q(withdrawn_at__isnull=False) | ~_GIVEN) & _FILED,
    TIMED: Q(withdrawn_at=None) & _ANSWERED_BY_PAPER & _WRITTEN_TO,
}


def _last_step() -> Subquery:
    """The step of a recipient's newest letter that left, else of its newest, as `last_letters`."""
    letters = Letter.objects.filter(recipient=OuterRef("pk")).exclude(status=Letter.Status.VOID)
    marked = letters.annotate(mark=steps.mark()).annotate(
        waits=Case(When(mark__in=LEFT_MARKS, then=Value(0)), default=Value(1))
    )
    return Subquery(marked.order_by("waits", "-mailing_id", "position").values("mark")[:1])


# The key is what the address says. What an institution is found by begins with its name, folded.
SORTS: dict[str, Any] = {
    "name": F("institution__search_key"),
    "state": Case(
        When(institution__country="US", then=F("institution__state")),
        default=F("institution__country"),
        output_field=CharField(),
    ),
    "control": F("institution__control"),
    "standing": F("mark"),
    "due": F("due_at"),
    "letter": Coalesce(F("last_step"), Value("")),
}


_BY_NAME = ("institution__search_key", "institution__name", "pk")


def _order(sort: str) -> list[Any]:
    by = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    if sort.startswith("-"):
        return [by.desc(nulls_last=True), *_BY_NAME]
    return [by.asc(nulls_last=True), *_BY_NAME]


def deadline_key(due_at: datetime.datetime) -> str:
    """A deadline in an address: seconds since 1970, which no zone changes."""
    return str(int(due_at.timestamp()))


def _due(key: str) -> Q:
    """Nobody where the address names no second."""
    try:
        due_at = datetime.datetime.fromtimestamp(int(key), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return Q(pk__in=())
    return Q(due_at__gte=due_at, due_at__lt=due_at + datetime.timedelta(seconds=1))
