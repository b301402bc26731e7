"""The board's list as columns and rows for a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Demand, Identifier
from letters.reports.exports import Value
from letters.reports.rows import Row

_FIXED = (
    "Institution",
    "UNITID",
    "City",
    "State",
    "Country",
    "Kind",
    "Control",
    "Standing",
    "Why",
    "Reach",
    "Received, not an answer",
    "Received on",
    "Effective deadline",
    "Days left",
    "Last letter",
    "Letter step",
)


def headings(demands: Sequence[Demand]) -> list[str]:
    columns = list(_FIXED)
    for demand in demands:
        name = f"{demand.number}. {demand.title}"
        more = ("promised by", "answered on", "is it so")
        columns += [name, *(f"{demand.number}. {each}" for each in more)]
    return columns


def lines(campaign: Campaign, rows: Iterable[Row]) -> Iterator[list[Value]]:
    unitids = _unitids(campaign)
    zone = ZoneInfo(campaign.timezone)
    for row in rows:
        due_at = row.due_at.astimezone(zone).isoformat() if row.due_at else ""
        line: list[Value] = [
            row.name,
            unitids.get(row.institution_pk, ""),
            row.city,
            row.state,
            row.country,
            str(row.kind.label),
            str(row.control.label),
            row.standing.label,
            _why(row),
            str(row.reach.label),
            str(row.received.kind.label) if row.received else "",
            row.received.received_on if row.received else None,
            due_at,
            row.days_left,
            row.letter.reference if row.letter else "",
            row.letter.step.label if row.letter else "",
        ]
        for cell in row.cells:
            found = str(cell.verification.label) if cell.is_answered else ""
            line += [str(cell.outcome.label), cell.promised_on, cell.received_on, found]
        yield line


def _why(row: Row) -> str:
    if row.by_rule:
        return f"Set by hand. By rule: {row.by_rule.label}."
    return " ".join(part for part in (row.standing.rule, row.unsent) if part)


def _unitids(campaign: Campaign) -> Mapping[int, str]:
    return dict(
        Identifier.objects.filter(
            scheme=Identifier.Scheme.UNITID, institution__recipients__campaign=campaign
        ).values_list("institution_id", "value")
    )
