"""One e-mail taken apart, in a process of its own.

Run as `python read_message.py` with the e-mail on standard input; writes one line of JSON, then
the attached files one after the other. What kind of message it is follows RFC 3834 (automatic
replies) and RFC 3464 (reports on delivery), and the headers that mail servers use besides.
"""

import datetime
import json
import re
import resource
import sys
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser

SECONDS = 10
MEMORY = 1024 * 1024 * 1024
MOST_TEXT = 200_000
MOST_FILES = 20
MOST_NAMED = 50  # messages it replies to, addresses it went to
_BLANK_LINES, _WIDEST = 2, 40
_GAP = re.compile(rf"\s{{{_WIDEST},}}")
_YEARS = range(1990, 2200)  # a day beside these is a clock that was never set, or a trick
_ID = re.compile(r"<[^<>\s]{3,490}>")
_AUTO_SUBJECT = re.compile(r"^(auto(matic)?[ -]?(reply|response)?:|out of (the )?office)", re.I)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (status|failure)|failure notice|returned mail|mail delivery failed", re.I
)
_MACHINE = re.compile(r"^(mailer-daemon|postmaster)@", re.I)


@dataclass
class Read:
    """What an e-mail says, as it says it: whoever shows it cleans it."""

    message_id: str = ""
    answers: list[str] = field(default_factory=list)  # Message-IDs it replies to
    sender_name: str = ""
    sender_email: str = ""
    to: list[str] = field(default_factory=list)
    subject: str = ""
    date: str = ""
    text: str = ""
    quoted: str = ""
    looks_like: str = "answer"
    because: str = ""
    is_final: bool = False
    bounced_to: list[str] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    files_left_in: int = 0


def read(content: bytes) -> tuple[Read, list[bytes]]:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes
    found = Read()
    names = getaddresses([_header(message, "From")])
    found.sender_name, found.sender_email = names[0] if names else ("", "")
    found.message_id = next(iter(_ID.findall(_header(message, "Message-ID"))), "")
    found.answers = _ID.findall(_header(message, "In-Reply-To"))[:MOST_NAMED]
    found.answers += _ID.findall(_header(message, "References"))[
        -MOST_NAMED:
    ]  # the last is nearest
    addressed = [_header(message, name) for name in ("Delivered-To", "X-Original-To", "To", "Cc")]
    found.to = [address.lower() for _, address in getaddresses(addressed) if address]
    found.to = found.to[:MOST_NAMED]
    found.subject = _header(message, "Subject")[:500]
    found.date = _day(message)
    texts, files = _apart(message)
    _read_body(texts, found)
    _say_what_it_is(message, found)
    return found, _files(files, found)


def _header(message: Message, name: str) -> str:
    """Every header of that name as one line; a header that cannot be read says nothing."""
    try:
        values = message.get_all(name) or []
        return " ".join(" ".join(str(value).split()) for value in values)
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def _day(message: Message) -> str:
    """The moment at which our own mail server took it, or else the one it says itself."""
    for header in (_first(message, "Received").rpartition(";")[2], _first(message, "Date")):
        try:
            at = parsedate_to_datetime(header.strip())
        except (ValueError, IndexError, TypeError):
            continue
        if at.year not in _YEARS:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).isoformat()
    return ""


def _first(message: Message, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def _apart(message: Message) -> tuple[list[Message], list[Message]]:
    """The parts that are its text, and its files, however deep they lie.

    Of alternatives the plain text is read and the files of all are taken: Apple Mail puts a PDF
    beside the HTML alone. A signature wraps the whole in one part more. A message within the
    message is a file. Pictures that an HTML text shows in itself come last.
    """
    payload = message.get_payload()
    kind = message.get_content_type()
    if not kind.startswith("multipart/") or not isinstance(payload, list):
        is_text = kind in ("text/plain", "text/html") or kind.startswith("multipart/")
        is_file = message.get_content_disposition() == "attachment" or message.get_filename()
        return ([message], []) if is_text and not is_file else ([], [message])
    parted = [_apart(part) for part in payload if isinstance(part, Message)]
    texts = [texts for texts, _ in parted if texts]
    files = [file for _, files in parted for file in files]
    if kind == "multipart/alternative":
        plain = [each for each in texts if each[0].get_content_type() == "text/plain"]
        texts = (plain or texts)[:1]
    if kind == "multipart/related":
        for file in files:
            file.is_shown_in_text = True  # type: ignore[attr-defined]
    files.sort(key=lambda file: hasattr(file, "is_shown_in_text"))
    return [text for each in texts for text in each], files


def _read_body(texts: list[Message], found: Read) -> None:
    said = [
        _plain(_content(part)) if part.get_content_type() == "text/html" else _content(part)
        for part in texts
    ]
    text = "\n\n".join(each.strip("\r\n") for each in said)[:MOST_TEXT]
    text = without_gaps(text)
    parts = EmailReplyParser(languages=["en"]).read(text).replies
    own = parts[0].content if parts else text
    lines = own.splitlines()
    found.text = "\n".join(line for line in lines if not line.startswith(">")).strip()
    repeated = [line for line in lines if line.startswith(">")]
    found.quoted = "\n".join([*repeated, *(part.content for part in parts[1:])]).strip()


def without_gaps(text: str) -> str:
    """At most two blank lines in a row, and spaces as wide as a table needs.

    Whoever reads it for phrases asks at each space how far the gap goes: a page of nothing but
    spaces kept a worker busy for an hour.
    """
    kept, blank = [], 0
    for line in text.split("\n"):
        blank = blank + 1 if not line.strip() else 0
        if blank <= _BLANK_LINES:
            kept.append(_GAP.sub(" " * _WIDEST, line.rstrip()))
    return "\n".join(kept)


def _content(part: Message) -> str:
    try:
        return str(part.get_content())  # type: ignore[attr-defined]
    except (LookupError, ValueError):  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _say_what_it_is(message: EmailMessage, found: Read) -> None:
    """An automatic reply or a report on delivery, and by which sign; else it may be an answer."""
    if message.get_content_type() == "multipart/report":
        _read_report(message, found)
        return
    sender_is_machine = _MACHINE.match(found.sender_email)
    if _BOUNCE_SUBJECT.search(found.subject) and (sender_is_machine or _no_way_back(message)):
        found.looks_like, found.because = "bounce", f"Its subject is “{found.subject[:200]}”."
        return
    if sign := _automatic(message, found):
        found.looks_like, found.because = "auto_reply", sign


def _read_report(message: EmailMessage, found: Read) -> None:
    statuses, actions = [], []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in part.get_payload():
                if not isinstance(block, Message) or not block.get("Action"):
                    continue
                actions.append(_header(block, "Action").lower())
                statuses.append(_header(block, "Status"))
                address = _header(block, "Final-Recipient").rpartition(";")[2].strip()
                found.bounced_to.append(address.lower())
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            found.answers += _returned_ids(part)
    if "failed" in actions:
        found.looks_like = "bounce"
        found.is_final = any(status.startswith("5") for status in statuses)
        found.because = f"A mail server reports that it was not delivered ({statuses[0]})."
    else:
        said = ", ".join(actions) or "no failure"
        found.looks_like = "auto_reply"
        found.because = f"A mail server reports on delivery: {said}."


def _returned_ids(part: Message) -> list[str]:
    """The Message-ID of the message that came back."""
    payload = part.get_payload()
    if isinstance(payload, list):
        returned = [one for one in payload if isinstance(one, Message)]
    else:
        returned = [message_from_bytes(_content(part).encode(errors="replace"))]
    return [found for one in returned for found in _ID.findall(_header(one, "Message-ID"))]


def _automatic(message: Message, found: Read) -> str:
    """The sign that a machine wrote it, in a sentence, or nothing."""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and submitted != "no":
        return f"Its header says Auto-Submitted: {submitted[:60]}."
    for name in ("X-Autoreply", "X-Autorespond"):
        if _header(message, name):
            return f"It has the header {name}."
    precedence = _header(message, "Precedence").lower()
    if precedence in ("auto_reply", "bulk", "list", "junk"):
        return f"Its header says Precedence: {precedence}."
    if _AUTO_SUBJECT.match(found.subject):
        return f"Its subject is “{found.subject[:200]}”."
    if _no_way_back(message):
        return "It has an empty return address, as machines send."
    return ""


def _no_way_back(message: Message) -> bool:
    return _header(message, "Return-Path").strip() == "<>"


def _files(parts: list[Message], found: Read) -> list[bytes]:
    contents: list[bytes] = []
    for part in parts:
        content = _bytes(part)
        if not content:
            continue
        if len(contents) == MOST_FILES:
            found.files_left_in += 1
            continue
        name = " ".join((part.get_filename() or "attachment").split())[:200]
        found.files.append({"name": name, "media_type": part.get_content_type()[:100]})
        contents.append(content)
    return contents


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()  # a message within the message
    whole = inner[0] if isinstance(inner, list) and inner else None
    return whole.as_bytes() if isinstance(whole, Message) else b""


class _Plain(HTMLParser):
    """The words of an HTML mail; what it quotes begins with > as in plain text."""

    BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})
    HIDDEN = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = self.quoted = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in self.HIDDEN
        self.quoted += tag == "blockquote"
        if tag in self.BREAKS:
            self.pieces.append("\n> " if self.quoted else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def _plain(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return re.sub(r"\n(?:> )?\s*\n\s*", "\n\n", "".join(parser.pieces)).strip()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found, contents = read(sys.stdin.buffer.read())
    answer = {**asdict(found), "sizes": [len(one) for one in contents]}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(contents))


if __name__ == "__main__":
    main()
