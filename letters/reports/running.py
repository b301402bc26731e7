"""What its letters give a recipient: for each mailing the printed day, and the rule as it runs.

A deadline runs from a start that is proven. The letters of one mailing to one recipient, to
its addressee and those who are copied, are one piece of news to it: the first of them that
left, or arrived, counts. Where a letter came back, it is as if it had not left; sent again,
the rule runs from the day on which it left again.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns.deadlines import Deadline, Rule, printed, written
from campaigns.models import Campaign
from letters.models import Dispatch, Mailing

_CHANNELS = dict(Dispatch.Channel.choices)
_ROWS_AT_ONCE = 500
_OF_A_WAY = (
    "letter__recipient_id",
    "letter__mailing_id",
    "letter__reference",
    "channel",
    "status",
    "sent_at",
    "arrived_on",
    "letter__merge_data__deadline_at",
)
_Row = tuple[int, int, str, str, str, datetime.datetime, datetime.date | None, str | None]


@dataclass(frozen=True)
class Way:
    """One letter that left by one channel, and what became of it."""

    reference: str
    channel: str
    status: str
    sent_on: datetime.date
    arrived_on: datetime.date | None = None

    @property
    def stands(self) -> bool:
        return self.status in Dispatch.ARRIVING

    @property
    def by(self) -> str:
        return _CHANNELS[self.channel]

    @property
    def became(self) -> str:
        return Dispatch.Status(self.status).label

    @property
    def proven_on(self) -> datetime.date | None:
        """The day on which it was handed over or refused at the door, as the carrier says."""
        arrived = self.status in (Dispatch.Status.DELIVERED, Dispatch.Status.REFUSED)
        return self.arrived_on if arrived else None


@dataclass(frozen=True)
class Start:
    """From when a rule runs, and how that is known."""

    on: datetime.date
    proof: str


@dataclass(frozen=True)
class Run:
    """What the letters of one mailing give one recipient.

    `asks` is false where they print no deadline, since nothing is asked; `ways` are all that
    left, in the order in which they did. Letters that confirm more time print its end, and no
    rule runs from them.
    """

    mailing: Mailing
    rule: Rule
    printed_at: datetime.datetime
    asks: bool
    ways: tuple[Way, ...]
    confirms: bool = False

    @property
    def stands(self) -> bool:
        """Whether something of it left and did not come back."""
        return any(way.stands for way in self.ways)

    @property
    def counts(self) -> bool:
        return self.asks and self.stands

    @property
    def start(self) -> Start | None:
        """None where nothing stands, or where the proof that the rule asks for is not there yet."""
        return start(self.rule.anchor, self.mailing.letter_date, self.ways)

    @property
    def by_rule(self) -> Deadline | None:
        begun = self.start
        return self.rule.run(begun.on) if begun and not self.confirms else None

    @property
    def due_at(self) -> datetime.datetime | None:
        """The later of what is printed and what the rule gives from its proven start."""
        if not self.counts:
            return None
        by_rule = self.by_rule
        return max(self.printed_at, by_rule.at) if by_rule else self.printed_at

    @property
    def printed_text(self) -> str:
        return printed(self.printed_at, self.rule.zone)


def start(anchor: str, letter_date: datetime.date, ways: Iterable[Way]) -> Start | None:
    """The proven start of a rule with this anchor. Pure."""
    left = sorted(ways, key=lambda way: (way.sent_on, way.reference, way.channel))
    standing = [way for way in left if way.stands]
    if not standing:
        return None
    if anchor == Campaign.Anchor.DELIVERED:
        return _delivered(standing)
    first = standing[0]
    came_back = any(not way.stands and way.sent_on < first.sent_on for way in left)
    if anchor == Campaign.Anchor.SENT or came_back:
        again = " again, after it had come back" if came_back else ""
        return Start(first.sent_on, f"Letter {first.reference} left {_by(first)}{again}.")
    return Start(
        letter_date,
        f"The date that the letter bears. Letter {first.reference} left {_by(first)} on "
        f"{written(first.sent_on)}.",
    )


def _delivered(standing: list[Way]) -> Start | None:
    proven = [(way.proven_on, way) for way in standing if way.proven_on]
    if not proven:
        return None
    day, way = min(proven, key=lambda one: (one[0], one[1].reference))
    what = "refused at the door" if way.status == Dispatch.Status.REFUSED else "delivered"
    return Start(day, f"Letter {way.reference}, sent {_by(way)}, was {what}: the carrier’s record.")


def _by(way: Way) -> str:
    return f"by {way.by.lower()}"


def due_by_letters(runs: Iterable[Run]) -> datetime.datetime | None:
    """The latest that the letters of a recipient give, None where none of them counts."""
    return max((run.due_at for run in runs if run.due_at), default=None)


def runs_of(recipient_keys: Collection[int]) -> dict[int, list[Run]]:
    """Recipient to what each mailing gives it, the first mailing first. Two queries for 500."""
    left: dict[tuple[int, int], list[_Row]] = defaultdict(list)
    keys = sorted(recipient_keys)
    for begin in range(0, len(keys), _ROWS_AT_ONCE):
        rows = Dispatch.objects.filter(
            letter__recipient__in=keys[begin : begin + _ROWS_AT_ONCE], status__in=Dispatch.LEFT
        ).order_by("sent_at", "pk")
        for row in rows.values_list(*_OF_A_WAY):
            recipient, mailing, *_ = row
            left[recipient, mailing].append(row)
    mailings = (
        Mailing.objects.select_related("version__template", "campaign")
        .filter(pk__in={mailing for _, mailing in left})
        .in_bulk()
    )
    found: dict[int, list[Run]] = {key: [] for key in keys}
    for (recipient, mailing), ways in sorted(left.items()):
        found[recipient].append(_run(mailings[mailing], ways))
    return found


def _run(mailing: Mailing, rows: list[_Row]) -> Run:
    rule = mailing.rule
    zone = ZoneInfo(rule.zone)
    given = next((datetime.datetime.fromisoformat(row[-1]) for row in rows if row[-1]), None)
    return Run(
        mailing=mailing,
        rule=rule,
        printed_at=given or mailing.printed_deadline,
        confirms=given is not None,
        asks=mailing.version.asks_for_an_answer,
        ways=tuple(
            Way(reference, channel, status, sent_at.astimezone(zone).date(), arrived_on)
            for _, _, reference, channel, status, sent_at, arrived_on, _ in rows
        ),
    )
