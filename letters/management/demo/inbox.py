"""What lies in the demo's inbox: invented e-mails and scans, some of which nobody can place yet."""

import datetime
import io
import textwrap
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont
from weasyprint import HTML

import letters
from campaigns.actions.answer import Statement
from campaigns.models import Campaign, Channel, Demand, Outcome, User
from letters.actions import coding, incoming
from letters.actions.respond import Item
from letters.inbound.take_in import take_in
from letters.models import Dispatch, Incoming, Letter, Mailing, Response

_FONT = Path(letters.__file__).parent / "merge" / "fonts" / "LiberationSerif-Regular.ttf"
_FORM_LETTER = """Dear Mr. Sample:

This firm represents {name} in this matter. We write in response to your letter, \
our reference {reference}.

Our client disputes the premise of your letter. It does not concede that any statement is \
due under 42 U.S.C. § 2000d, and it respectfully declines to provide the confirmation that \
demand 1 asks for. As to demand 2, the responsible officer is named on the website of our \
client's office of compliance. As to demand 3, the current policy is published on our \
client's website.

Please direct all further correspondence in this matter to the undersigned.

Sincerely,
Quinn Example
Example & Sample LLP
"""
_NUMBERED = """Dear Mr. Sample,

Thank you for your letter {reference}.

1. We confirm in writing that no program or other function of {name} is limited on any of the \
grounds that you name, to the extent permitted by law.
2. The responsible officer is Avery Example, Director of Institutional Equity.
3. We will publish the revised policy by {promised}.

Best regards,
Jordan Example
General Counsel

On Monday, Meridian Review <letters@meridian-review.invalid> wrote:
> Confirm in writing that no program, research, collaboration ...
"""
_HOLDING = """Dear Mr. Sample,

I confirm receipt of your letter {reference}. It has been forwarded to our Office of General \
Counsel, which will respond in due course. We ask for an extension of 30 days.

Kind regards,
Taylor Example
Office of the President
"""
_UNPLACED = """Good morning,

we cannot find that our institution limits any of its programs as your letter suggests, and we \
confirm that it does not. Could you tell us to whom a signed statement should be addressed?

Riley Example
"""
_PAPER = """
<html><body style="font: 12pt/1.5 'Liberation Serif', serif">
<p><b>{name}</b><br>Office of the Provost</p>
<p>Re: {reference}</p>
<p>Dear Mr. Sample,</p>
<p>Regarding demand 1: {name} already complies with Title VI and its regulations; its policy has
long prohibited discrimination of the kind that you describe. We see no reason to make a further
statement.</p>
<p>Regarding demand 2: please clarify whether you mean the campus or the system.</p>
<p>Regarding demand 3: a copy of the policy is attached.</p>
<p>Sincerely,</p><p>Avery Example, Provost</p></body></html>
"""


def arrived(unanswered: list[Letter], mailing: Mailing, clerk: User, drafter: User) -> None:
    """What came in during the last days and nobody has decided on."""
    counsel, rest = unanswered[:6], unanswered[6:]
    for number, letter in enumerate(counsel):
        text = _FORM_LETTER
        if number == 5:
            text = text.replace(
                "Please direct", "Our client reserves all of its rights. Please direct"
            )
        _mail(letter, text, "Quinn Example <quinn@example-sample-llp.invalid>", "Your letter")
    numbered, holding, paper, scanned, automatic, unplaced = rest[:6]
    coded = _mail(
        numbered, _NUMBERED, "Jordan Example <counsel@school-of-example.invalid>", "Our answer"
    )
    _mail(
        holding, _HOLDING, "Taylor Example <president@college.invalid>", "Your letter of this month"
    )
    _mail(
        automatic,
        "I am out of the office. For urgent matters call the main office. ({reference})",
        "Avery Example <avery@university.invalid>",
        "Automatic reply: Letter from Meridian Review",
        Auto_Submitted="auto-replied",
    )
    _mail(
        unplaced,
        _UNPLACED,
        "Riley Example <riley@gmail-of-example.invalid>",
        "your inquiry",
    )
    _scan("answer-of-the-provost.pdf", HTML(string=_worded(_PAPER, paper)).write_pdf(), clerk)
    _scan("scan0001.png", _typed(_worded(_FORM_LETTER, scanned)), clerk)
    _bounce(mailing)
    _coded(coded, clerk, drafter)


def read(campaign: Campaign, clerk: User) -> None:
    """Mark as read what came so far."""
    for response in Response.objects.unread().filter(recipient__campaign=campaign):
        incoming.mark(item=response, read=True, by=clerk, now=timezone.now())


def _worded(text: str, letter: Letter) -> str:
    promised = timezone.localdate() + datetime.timedelta(days=45)
    worded = text.format(
        name=letter.recipient.institution.name,
        reference=letter.reference,
        promised=f"{promised:%B} {promised.day}, {promised.year}",
    )
    return "\n".join(textwrap.fill(line, 72) for line in worded.splitlines())


def _mail(letter: Letter, text: str, sender: str, subject: str, **headers: str) -> Incoming:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Subject"] = sender, subject
    message["To"] = "letters@meridian-review.invalid"
    message["Message-ID"] = f"<demo-{letter.pk}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Date"] = timezone.now()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(_worded(text, letter))
    return _take(f"{letter.reference}.eml", message.as_bytes(), None)


def _scan(name: str, content: bytes, clerk: User) -> Incoming:
    return _take(name, content, clerk)


def _take(name: str, content: bytes, by: User | None) -> Incoming:
    now = timezone.now()
    item, _ = take_in(
        name=name,
        content=content,
        channel=Channel.POST,
        received_on=timezone.localdate(now),
        now=now,
        by=by,
    )
    return item


def _typed(text: str) -> bytes:
    """A page of typed text as a scanner gives it: a picture, in which no program reads."""
    page = Image.new("RGB", (1275, 1650), (252, 251, 247))
    font = ImageFont.truetype(str(_FONT), 24)
    ImageDraw.Draw(page).multiline_text((130, 170), text, fill=(35, 35, 40), font=font, spacing=12)
    written = io.BytesIO()
    page.rotate(0.7, fillcolor=(252, 251, 247)).save(written, "PNG")
    return written.getvalue()


def _bounce(mailing: Mailing) -> None:
    """The report of a mail server on one of the e-mails."""
    sent = Dispatch.objects.filter(letter__mailing=mailing, channel="email", status="sent")
    dispatch = sent.order_by("pk")[3]
    report = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.invalid>\r\n"
        "To: letters@meridian-review.invalid\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <report-1@mx.invalid>\r\nAuto-Submitted: auto-replied\r\n"
        f"Date: {timezone.now():%a, %d %b %Y %H:%M:%S +0000}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n"
        f"The address {dispatch.to_address} is not known here.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.invalid\r\n\r\n"
        f"Final-Recipient: rfc822; {dispatch.to_address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {dispatch.message_id}\r\n\r\n--b--\r\n"
    )
    _take("report.eml", report.encode(), None)


def _coded(item: Incoming, clerk: User, drafter: User) -> None:
    """Two people have read one of them, and do not agree on every demand."""
    assert item.recipient  # noqa: S101 - it names its reference
    demands = {demand.number: demand for demand in item.recipient.campaign.demands.all()}
    promised = timezone.localdate() + datetime.timedelta(days=45)
    for person, first in ((clerk, Outcome.COMPLIED), (drafter, Outcome.CONDITIONAL)):
        coding.code(
            incoming=item,
            kind=Response.Kind.ANSWER,
            items=[
                _read(demands[1], first, "to the extent permitted by law"),
                _read(demands[2], Outcome.COMPLIED, "The responsible officer is Avery Example"),
                Item(
                    Statement(demands[3], Outcome.WILL_COMPLY, "", promised),
                    "We will publish the revised policy",
                    "1",
                ),
            ],
            now=timezone.now(),
            by=person,
        )


def _read(demand: Demand, outcome: str, quotation: str) -> Item:
    return Item(Statement(demand, outcome), quotation, "1")
