"""What came back in the demo: invented answers, spread over every outcome and channel."""

import datetime
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice

from django.utils import timezone
from weasyprint import HTML

from campaigns.actions.answer import Respondent, Statement
from campaigns.models import Channel, Demand, Outcome, User
from letters import uploads
from letters.actions import respond
from letters.models import Letter, Response
from letters.uploads import KeptFile


@dataclass(frozen=True)
class Reply:
    """One invented answer: an outcome and its words for each of the three demands."""

    outcomes: tuple[str, str, str]  # "" where it says nothing on a demand
    texts: tuple[str, str, str]
    title: str = "Associate General Counsel"
    authority: str = "Authorized to respond for the institution"
    attaches: str = ""  # the name of what it attaches on the response page


_OFFICER = "The Office of Institutional Compliance; its address is on our website."
REPLIES = (
    Reply(
        (Outcome.COMPLIED, Outcome.COMPLIED, Outcome.COMPLIED),
        (
            "We confirm this in writing. The signed statement follows by mail.",
            _OFFICER,
            "The policy is published on our website under Policies.",
        ),
        title="General Counsel",
        attaches="Non-discrimination policy.pdf",
    ),
    Reply(
        (Outcome.ALREADY_COMPLIANT, Outcome.COMPLIED, Outcome.ALREADY_COMPLIANT),
        (
            "Our policy has said so since it was adopted; nothing needs to change.",
            _OFFICER,
            "Published in the faculty and student handbooks.",
        ),
        title="Provost",
    ),
    Reply(
        (Outcome.WILL_COMPLY, Outcome.COMPLIED, Outcome.COMPLIED),
        ("The board takes it up at its next meeting.", _OFFICER, "A copy is attached to our mail."),
    ),
    Reply(
        (Outcome.CONDITIONAL, Outcome.NEEDS_CLARIFICATION, Outcome.UNDER_REVIEW),
        (
            "We confirm it as far as the law applies to the activity concerned.",
            "Please say whether you mean the campus or the system.",
            "The policy is being revised.",
        ),
    ),
    Reply(
        (Outcome.DISPUTES_PREMISE, Outcome.DECLINED, Outcome.DISPUTES_PREMISE),
        (
            "We read the statute differently and do not accept that a statement is due.",
            "Our offices are listed on our website; we name no single person.",
            "The policy is public, and the law asks for no copy of it.",
        ),
    ),
    Reply(
        (Outcome.UNDER_REVIEW, Outcome.COMPLIED, ""),
        ("The matter is with our counsel.", _OFFICER, ""),
        title="Chief of Staff",
    ),
    Reply(
        (Outcome.ALREADY_COMPLIANT, Outcome.COMPLIED, Outcome.COMPLIED),
        (
            "Our statutes have said so for many years, and we confirm it.",
            _OFFICER,
            "See the equal opportunity page of our website.",
        ),
        title="Provost",
    ),
    Reply(
        (Outcome.DECLINED, Outcome.DECLINED, Outcome.DECLINED),
        (
            "We decline to answer requests of this kind.",
            "We decline to answer requests of this kind.",
            "We decline to answer requests of this kind.",
        ),
    ),
    Reply(
        (Outcome.COMPLIED, Outcome.NEEDS_CLARIFICATION, Outcome.PARTIAL),
        (
            "Confirmed.",
            "Please say whether you mean the campus or the system.",
            "The part that concerns students is published; the rest follows.",
        ),
    ),
    Reply(
        (Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE),
        (
            "The degree program was transferred to another institution and is offered there.",
            "It has an officer of its own.",
            "Its policy is that of the institution that took it over.",
        ),
    ),
)
RESPONDENTS = ("Jordan Example", "Taylor Example", "Riley Example", "Avery Example")
_POLICY = """
<html lang="en"><head><title>Non-discrimination policy (sample)</title></head>
<body style="font: 12pt/1.5 'Liberation Serif', serif">
<h1 style="font-size: 16pt">Non-discrimination policy (sample)</h1>
<p>What this institution offers is open to everyone without regard to race, color or national
origin: its programs, research, conferences, fellowships, scholarships and publications.</p>
<p>Questions go to the Office of Institutional Compliance, which answers within ten days.</p>
<p>Written for a demonstration.</p></body></html>
"""
CHANNELS = (Channel.PORTAL, Channel.PORTAL, Channel.POST, Channel.EMAIL)


def answered(letters: list[Letter], clerk: User) -> None:
    """Each letter is answered in turn by the next reply, respondent and channel."""
    demands = list(letters[0].mailing.campaign.demands.order_by("number")) if letters else []
    today = timezone.localdate()
    for letter, reply, name, channel in islice(
        zip(letters, cycle(REPLIES), cycle(RESPONDENTS), cycle(CHANNELS)), len(letters)
    ):
        items = _items(reply, demands, today)
        respondent = Respondent(name=name, title=reply.title, authority=reply.authority)
        if channel == Channel.PORTAL:
            respond.answer_by_portal(
                letter=letter,
                items=items,
                respondent=respondent,
                email="",
                documents=[_attached(reply.attaches)] if reply.attaches else [],
                submission=f"demo-{letter.reference}",
                now=timezone.now(),
                signed_as=name,
            )
        else:
            respond.record_response(
                recipient=letter.recipient,
                letter=letter,
                kind=Response.Kind.ANSWER,
                channel=channel,
                received_on=today,
                items=items,
                respondent=respondent,
                email="",
                note="",
                scans=[],
                submission=f"demo-{letter.reference}",
                on=today,
                by=clerk,
            )


def acknowledged(letter: Letter, clerk: User) -> None:
    """A holding letter: received, and no answer to anything."""
    today = timezone.localdate()
    respond.record_response(
        recipient=letter.recipient,
        letter=letter,
        kind=Response.Kind.ACKNOWLEDGEMENT,
        channel=Channel.POST,
        received_on=today,
        items=[],
        respondent=Respondent(name="Jordan Example", title="Office of the President"),
        email="",
        note="They received the letter and will answer it.",
        scans=[],
        submission=f"demo-{letter.reference}",
        on=today,
        by=clerk,
    )


def _items(reply: Reply, demands: list[Demand], today: datetime.date) -> list[respond.Item]:
    return [
        respond.Item(
            Statement(
                demand=demand,
                outcome=outcome,
                text=text,
                promised_on=today + datetime.timedelta(days=21)
                if outcome == Outcome.WILL_COMPLY
                else None,
            )
        )
        for demand, outcome, text in zip(demands, reply.outcomes, reply.texts, strict=True)
        if outcome
    ]


def _attached(name: str) -> KeptFile:
    return uploads.keep(uploads.check(name, _policy()))


@cache
def _policy() -> bytes:
    """One page, which every institution of the demo that attaches anything attaches."""
    pdf: bytes = HTML(string=_POLICY).write_pdf()
    return pdf
