"""Taking rows out of the house: each file is counted, hashed and on record before it leaves."""

import datetime

from django.db import transaction

from campaigns import audit
from campaigns.models import Campaign, User
from letters.reports import board_export, exports
from letters.reports.rows import in_batches
from letters.reports.selection import Selection, select


@transaction.atomic
def export_board(
    *,
    campaign: Campaign,
    selection: Selection,
    form: exports.Format,
    now: datetime.datetime,
    by: User,
) -> exports.Exported:
    """The recipients that a person sees on the list, in the order in which they see them."""
    demands = list(campaign.demands.order_by("number"))
    rows = in_batches(campaign, select(campaign, selection, now), demands, now)
    exported = exports.write(
        board_export.headings(demands), board_export.lines(campaign, rows), form
    )
    try:
        _record(campaign, exported, form, by)
    except BaseException:
        exported.file.close()
        raise
    return exported


def _record(campaign: Campaign, exported: exports.Exported, form: exports.Format, by: User) -> None:
    audit.record(
        "board.exported",
        subject=campaign,
        by=by,
        campaign=campaign,
        sentence=f"exported {exported.rows} recipients of {campaign} as {form.upper()}",
        rows=exported.rows,
        sha256=exported.sha256,
        format=form.value,
    )
