"""E-mails and scans as they come in, made for tests."""

import io
from email import policy
from email.message import EmailMessage
from typing import Any

from PIL import Image, ImageDraw

from letters.inbound.take_in import take_in

CRLF = policy.SMTP


def mail(
    text: str = "We confirm.", *, files: tuple[tuple[str, bytes], ...] = (), **headers: str
) -> bytes:
    """An e-mail of a dean; each header may be given, with _ for -."""
    message = EmailMessage(policy=CRLF)
    given = {
        "From": "Dana Dean <dana@school.example>",
        "To": "letters@sender.example",
        "Subject": "Your letter",
        "Message-ID": "<one@school.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 -0500",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in given.items():
        if value:
            message[name] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def put_together(kind: str, *parts: EmailMessage, **headers: str) -> bytes:
    """An e-mail of these parts, one after the other, in a multipart of that kind."""
    return whole(kind, *parts, **headers).as_bytes(policy=CRLF)


def whole(kind: str, *parts: EmailMessage, **headers: str) -> EmailMessage:
    made = EmailMessage(policy=CRLF)
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.make_mixed()
    made.replace_header("Content-Type", f"multipart/{kind}")
    for part in parts:
        made.attach(part)
    return made


def part_of(content: str | bytes, kind: str = "text/plain", name: str = "") -> EmailMessage:
    """One part of an e-mail; bytes are a file, without saying that it is an attachment."""
    made = EmailMessage(policy=CRLF)
    if isinstance(content, str):
        made.set_content(content, subtype=kind.partition("/")[2])
    else:
        maintype, _, subtype = kind.partition("/")
        made.set_content(
            content, maintype=maintype, subtype=subtype, disposition="inline", filename=name
        )
    return made


def bounce(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report on delivery as RFC 3464 wants it, about the message of that Message-ID."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: letters@sender.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Nov 2026 10:00:00 -0500
Message-ID: <report@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; dean@school.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

From: letters@sender.example
Message-ID: {message_id}
Subject: Letter

--b--
""".replace("\n", "\r\n").encode()


def scan(text: str = "") -> bytes:
    """A picture of a page, with words that no program here reads."""
    picture = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(picture).text((50, 50), text or "We decline.", fill="black")
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def typed_pdf(*pages: str) -> bytes:
    """A PDF whose pages hold these words as text."""
    import pikepdf

    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for words in pages:
        page = document.add_blank_page(page_size=(612, 792))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        shown = "".join(f"({line}) Tj 0 -16 Td " for line in words.split("\n"))
        page.Contents = document.make_stream(f"BT /F1 12 Tf 72 720 Td {shown}ET".encode())
    written = io.BytesIO()
    document.save(written, deterministic_id=True)
    return written.getvalue()


def taken(content: bytes, **changes: Any):
    """The item that the content became."""
    import datetime

    from django.utils import timezone

    from tests.factories import make_user

    given = {
        "name": "one.eml",
        "content": content,
        "channel": "post",
        "received_on": datetime.date(2026, 11, 3),
        "now": timezone.now(),
        **changes,
    }
    if "by" not in given:
        given["by"] = make_user("clerk")
    return take_in(**given)[0]
