"""The printed status report of a campaign: hashed, and on record before it leaves."""

import datetime
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.deadlines import printed, written
from campaigns.filestore import sha256_of
from campaigns.models import Campaign, Outcome, User
from campaigns.standing import BY_MARK, Standing, mark
from letters.merge import press, status
from letters.merge.press import RenderCrashed, RenderRefused, RenderTimedOut
from letters.merge.status import Bar, Drawing, Sheet, Table
from letters.models import Sender
from letters.reports import charts
from letters.reports.exports import Exported
from letters.reports.figures import Board, Group, board

# As many names as the press sets within its time; a longer list is a spreadsheet.
MOST_NAMES = 1500


class NotMade(Refused):
    """The press could not set the report."""


def report(*, campaign: Campaign, now: datetime.datetime, by: User) -> Exported:
    """The report of this moment as a PDF. The press works before the transaction begins."""
    figures = board(campaign, now)
    try:
        made = press.status_report(sheet(campaign, figures, now))
    except (RenderRefused, RenderTimedOut, RenderCrashed) as problem:
        raise NotMade(f"The report could not be made: {problem}") from problem
    exported = Exported(io.BytesIO(made.pdf), figures.recipients, sha256_of(made.pdf))
    with transaction.atomic():
        audit.record(
            "board.reported",
            subject=campaign,
            by=by,
            campaign=campaign,
            sentence=f"made the status report of {campaign}, {made.pages} pages",
            recipients=figures.recipients,
            sha256=exported.sha256,
        )
    return exported


def sheet(campaign: Campaign, figures: Board, now: datetime.datetime) -> Sheet:
    """What stands in the report."""
    sender = Sender.objects.filter(campaign=campaign).select_related("letterhead").first()
    too_many = figures.recipients > MOST_NAMES
    names = {} if too_many else _names(campaign, now)
    return Sheet(
        title=campaign.title,
        organisation=sender.letterhead.organisation if sender else "",
        as_of=f"As of {printed(now, campaign.timezone)}",
        facts=_facts(figures),
        funnel=[Bar(each.name, each.recipients, each.of) for each in figures.funnel()],
        standings=[
            Bar(each.label, count, figures.recipients)
            for each, count in figures.by_standing().items()
            if count
        ],
        matrix=_matrix(figures),
        drawing=_drawing(figures),
        tables=_tables(campaign, figures),
        definitions=[
            status.Standing(each.label, each.rule, count, names.get(each, ()))
            for each, count in figures.by_standing().items()
        ],
        notes=_notes(figures),
        not_listed=(
            f"The names of more than {MOST_NAMES:,} recipients are not printed; "
            "Who stands where exports them."
            if too_many
            else ""
        ),
    )


def _facts(figures: Board) -> list[tuple[str, str]]:
    facts = [
        ("Recipients", figures.recipients),
        ("Reached", figures.reached),
        ("Answered", figures.answered),
        ("Confirmed, in full or in part", figures.confirmed),
        ("Overdue", figures.overdue),
        *((each.name, each.recipients) for each in figures.promises[:1]),
    ]
    said = [(name, f"{count:,}") for name, count in facts]
    if figures.pace.median is not None:
        said.append(("Days to the first answer, median", str(figures.pace.median)))
    return said


def _notes(figures: Board) -> list[str]:
    notes = ["Withdrawn recipients are left out of the steps and of the demands."]
    if figures.given:
        found = ", ".join(f"{n:,} {each.label.lower()}" for each, n in figures.found.items() if n)
        notes.append(
            f"Of {figures.given:,} answers to a demand, {found}: what is confirmed in "
            "writing is not thereby verified."
        )
    if figures.unsent:
        notes.append(
            f"Nothing is known to have been sent yet to {figures.unsent:,} of those awaiting "
            "an answer."
        )
    return notes


def _matrix(figures: Board) -> Table:
    return Table(
        "Demand by demand",
        ["Demand", *(str(each.label) for each in Outcome)],
        [
            [str(demand), *(f"{count:,}" for count in counts.values())]
            for demand, counts in figures.matrix
        ],
    )


def _drawing(figures: Board) -> Drawing | None:
    periods = figures.over_time()
    if not periods:
        return None
    drawn = charts.over_time(periods)
    return Drawing(
        drawn.width,
        drawn.height,
        drawn.left,
        drawn.right,
        [
            status.Column(
                each.x,
                each.y,
                each.width,
                each.height,
                each.period.recipients,
                f"{each.period.since:%b} {each.period.since.day}" if each.is_named else "",
            )
            for each in drawn.columns
        ],
        [(line.y, line.count) for line in drawn.lines],
    )


def _tables(campaign: Campaign, figures: Board) -> list[Table]:
    tables = [
        Table(
            "First answers by period",
            ["From", "To", "First answers", "So far"],
            [
                [
                    written(each.since),
                    written(each.until),
                    f"{each.recipients:,}",
                    f"{each.so_far:,}",
                ]
                for each in figures.over_time()
            ],
        ),
        Table(
            "Deadlines",
            ["Answer due", "Recipients", "Silent"],
            [
                [
                    printed(each.due_at, campaign.timezone),
                    f"{each.recipients:,}",
                    f"{each.silent:,}",
                ]
                for each in figures.by_deadline()
            ],
        ),
        Table(
            "Promised dates",
            ["Promise", "Recipients"],
            [[each.name, f"{each.recipients:,}"] for each in figures.promises],
        ),
        _groups("Public and private", "Control", figures.by_control()),
        _groups("By kind", "Kind", figures.by_kind()),
        _groups("State by state", "State or country", figures.by_place()),
    ]
    return [table for table in tables if table.rows]


def _groups(title: str, heading: str, groups: Sequence[Group]) -> Table:
    return Table(
        title,
        [heading, "Recipients", "Answered", "Confirmed", "Overdue"],
        [
            [
                each.name,
                f"{each.recipients:,}",
                f"{each.answered:,}",
                f"{each.confirmed:,}",
                f"{each.overdue:,}",
            ]
            for each in groups
        ],
    )


def _names(campaign: Campaign, now: datetime.datetime) -> Mapping[Standing, Sequence[str]]:
    """Who stands where, in order of name; an asterisk where a person set it."""
    names: dict[Standing, list[str]] = defaultdict(list)
    found = campaign.recipients.annotate(mark=mark(now)).order_by(
        "institution__search_key", "institution__name", "pk"
    )
    columns = ("institution__name", "mark", "override_standing", "withdrawn_at")
    for name, where, override, withdrawn_at in found.values_list(*columns):
        by_hand = override and withdrawn_at is None
        names[BY_MARK[where]].append(f"{name}*" if by_hand else name)
    return names
