"""Taking rows out of the house: each file is counted, hashed and on record before it leaves."""

from django.db import transaction

from campaigns import audit
from campaigns.models import Campaign, User
from letters.reports import board_export, exports
from letters.reports.figures import Board
from letters.reports.selection import Selection, select


@transaction.atomic
def export_board(
    *, campaign: Campaign, board: Board, selection: Selection, form: exports.Format, by: User
) -> exports.Exported:
    """The chosen rows of a board as a file."""
    rows = select(board, selection)
    exported = exports.write(board_export.headings(board), board_export.lines(campaign, rows), form)
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
    return exported
