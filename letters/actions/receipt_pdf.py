"""The receipt as PDF: made once by a worker, in the press that sets letters, and then kept.

The text is the record; the PDF says the same for whoever files paper. One that cannot be set,
because somebody answered in a script that the typeface lacks, is left out with its reason: the
text holds every character.
"""

import logging
from zoneinfo import ZoneInfo

from campaigns import filestore
from campaigns.deadlines import written
from letters.actions.wake import SEND_RECEIPTS, wake
from letters.merge import context, press
from letters.merge.press import RenderCrashed, RenderRefused, RenderTimedOut
from letters.merge.receipts import Section, Sheet
from letters.models import Request, Response, ResponseItem
from letters.reports.receipt import statement

logger = logging.getLogger(__name__)
AT_ONCE = 20  # a letter that waits to be set comes next


def make_waiting() -> int:
    """Make the PDFs of some receipts that have none; returns how many were settled."""
    waiting = list(Response.objects.receipt_to_set().order_by("pk")[:AT_ONCE])
    for response in waiting:
        make(response)
    if len(waiting) == AT_ONCE:
        wake(SEND_RECEIPTS)
    return len(waiting)


def make(response: Response) -> None:
    """Make the PDF of one receipt, or put down why it cannot be made. Twice makes it once."""
    changes = {}
    try:
        made = press.receipt(sheet(response))
        changes["receipt_pdf_sha256"] = filestore.put(made.pdf)
    except (RenderRefused, RenderTimedOut, RenderCrashed) as problem:
        logger.warning("The receipt %s has no PDF: %s", response.receipt, problem)
        changes["receipt_pdf_problem"] = str(problem)[:300]
    Response.objects.receipt_to_set().filter(pk=response.pk).update(**changes)
    response.refresh_from_db(fields=["receipt_pdf_sha256", "receipt_pdf_problem"])


def sheet(response: Response) -> Sheet:
    """What stands on the receipt of a response that came by the response page."""
    letter = response.letter
    assert letter  # noqa: S101 - what came by the response page answers a letter
    recipient = response.recipient
    at = response.recorded_at.astimezone(ZoneInfo(recipient.campaign.timezone))
    facts = [
        ("Institution", recipient.institution.name),
        ("Matter", recipient.campaign.title),
        ("Letter", letter.reference),
        ("Received", f"{written(response.received_on)}, {at:%H:%M:%S %Z}, on the response page"),
        ("Given by", response.respondent_name),
        ("Title", response.respondent_title),
        ("Authority", response.respondent_authority),
    ]
    return Sheet(
        number=response.receipt,
        organisation=context.letterhead(letter).organisation,
        facts=[(label, words) for label, words in facts if words],
        text_sha256=response.receipt_sha256,
        sections=_sections(response),
        signed_as=response.signed_as,
        statement=statement(recipient) if response.signed_as else "",
        documents=[
            (document.file_name, f"{document.size:,} bytes, SHA-256 {document.sha256}")
            for document in response.documents.all()
        ],
    )


def _sections(response: Response) -> list[Section]:
    items = response.items.select_related("entry__answer__demand").order_by(
        "entry__answer__demand__number"
    )
    sections = [_answered(item) for item in items]
    if wish := Request.objects.filter(response=response).first():
        sections.append(Section(wish.get_kind_display(), lines=wish.lines()))
    return sections


def _answered(item: ResponseItem) -> Section:
    entry = item.entry
    demand = entry.answer.demand
    lines = [
        ("Answer", entry.get_outcome_display()),
        ("By", written(entry.promised_on) if entry.promised_on else ""),
        ("In their words", entry.text),
    ]
    title = f"Demand {demand.number}: {demand.title}"
    return Section(title, demand.text, [(label, words) for label, words in lines if words])
