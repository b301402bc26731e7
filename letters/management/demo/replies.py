"""What came back in the demo: invented answers, spread over every outcome and channel."""

import datetime
from dataclasses import dataclass
from itertools import cycle, islice

from django.utils import timezone

from campaigns.actions.answer import Respondent, Statement
from campaigns.models import Channel, Demand, Outcome, User
from letters.actions import respond
from letters.models import Letter, Response


@dataclass(frozen=True)
class Reply:
    """One invented answer: an outcome and its words for each of the three demands."""

    outcomes: tuple[str, str, str]
    texts: tuple[str, str, str]
    title: str = "Associate General Counsel"
    authority: str = "Authorized to respond for the institution"


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
        (Outcome.CONDITIONAL, Outcome.COMPLIED, Outcome.COMPLIED),
        (
            "We confirm it as far as the law applies to the activity concerned.",
            _OFFICER,
            "See the equal opportunity page of our website.",
        ),
    ),
    Reply(
        (Outcome.DISPUTES_PREMISE, Outcome.COMPLIED, Outcome.ALREADY_COMPLIANT),
        (
            "We read the statute differently and do not accept that a statement is due.",
            _OFFICER,
            "The policy is public.",
        ),
    ),
    Reply(
        (Outcome.UNDER_REVIEW, Outcome.COMPLIED, Outcome.UNDER_REVIEW),
        ("The matter is with our counsel.", _OFFICER, "The policy is being revised."),
        title="Chief of Staff",
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
)
RESPONDENTS = ("Jordan Example", "Taylor Example", "Riley Example", "Avery Example")
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
                documents=[],
                submission=f"demo-{letter.reference}",
                now=timezone.now(),
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
    ]
