"""The receipt of a response: everything that was said, as plain text with a hash.

The text is kept with the response, so a name corrected later cannot change what somebody
received; anyone who holds it can compute its SHA-256 and compare.
"""

from zoneinfo import ZoneInfo

from campaigns.models import AnswerEntry, Recipient
from letters.models import Request, Response, ResponseItem

_RULE = "-" * 60


def text(response: Response) -> str:
    """The receipt's text. Reads the response, its items and its documents."""
    recipient = response.recipient
    zone = ZoneInfo(recipient.campaign.timezone)
    lines = [
        f"RECEIPT {response.receipt}",
        "",
        f"Institution:  {recipient.institution.name}",
        f"Matter:       {recipient.campaign.title}",
        *([f"Letter:       {response.letter.reference}"] if response.letter else []),
        *_given("What it is:   ", "" if response.is_answer else _filed(response)),
        f"Came in by:   {response.get_channel_display()}",
        f"Received on:  {response.received_on:%B} {response.received_on.day}, "
        f"{response.received_on.year}",
        f"Recorded at:  {response.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}",
        "",
        *_given(
            "Answered by:  " if response.is_answer else "From:         ", response.respondent_name
        ),
        *_given("Title:        ", response.respondent_title),
        *_given("Authority:    ", response.respondent_authority),
        *_given("Signed:       ", response.signed_as),
    ]
    if response.signed_as:
        lines += ["", f"“{statement(recipient)}”"]
    items = response.items.select_related("entry__answer__demand").order_by(
        "entry__answer__demand__number"
    )
    for item in items:
        lines += ["", _RULE, *_said(item)]
    if request := Request.objects.filter(response=response).first():
        lines += ["", _RULE, request.get_kind_display()]
        for label, words in request.lines():
            lines += ["", f"{label}:", words]
    for document in response.documents.all():
        lines += ["", _RULE, f"Attached: {document.file_name} ({document.size:,} bytes)"]
        lines += [f"SHA-256:  {document.sha256}"]
    return "\n".join(lines) + "\n"


def statement(recipient: Recipient) -> str:
    """What a person signs with its name on the response page."""
    return (
        f"I may give these answers for {recipient.institution.name}, and they are what we want to "
        "put on record."
    )


def _said(item: ResponseItem) -> list[str]:
    entry: AnswerEntry = item.entry
    demand = entry.answer.demand
    lines = [f"Demand {demand.number}: {demand.title}", "", demand.text, ""]
    lines += [f"Answer: {entry.get_outcome_display()}"]
    if entry.promised_on:
        lines += [
            f"By:     {entry.promised_on:%B} {entry.promised_on.day}, {entry.promised_on.year}"
        ]
    if entry.text:
        lines += ["", entry.text]
    if item.quotation:
        lines += ["", f"Quoted{f' from page {item.page}' if item.page else ''}:", item.quotation]
    return lines


def _filed(response: Response) -> str:
    return f"{response.get_kind_display()}; it answers no demand"


def _given(label: str, value: str) -> list[str]:
    return [f"{label}{value}"] if value else []
