"""A campaign as large as one gets, made in bulk and without a history, for measuring.

Everything is drawn from one seed, so that two runs measure the same rows.
"""

import datetime
import random
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import models
from django.db.models import Max

from campaigns.deadlines import Rule
from campaigns.models import (
    Addressee,
    Answer,
    AnswerEntry,
    Campaign,
    Channel,
    Demand,
    Institution,
    Outcome,
    Recipient,
    User,
)
from campaigns.models.institution import US_STATES
from letters.models import Dispatch, Letter, LetterTemplate, LetterVersion, Mailing, Response

_BATCH = 2000
_SENT_DAYS_AGO = 60
_GIVEN = [outcome for outcome in Outcome if outcome != Outcome.UNANSWERED]
_REACHED = (Dispatch.Status.DELIVERED,) * 14 + (Dispatch.Status.SENT,) * 5
_Row = TypeVar("_Row", bound=models.Model)


def campaign(
    title: str, prefix: str, *, recipients: int, demands: int, answered: int, now: datetime.datetime
) -> Campaign:
    """A campaign whose letters were posted and of whose answers `answered` were given."""
    draw = random.Random(f"{recipients} {demands} {answered}")  # noqa: S311 - not a secret
    by, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
    made = Campaign.objects.create(
        title=title, matter="Made for measuring.", reference_prefix=prefix, created_by=by
    )
    asked = Demand.objects.bulk_create(
        Demand(campaign=made, number=number, title=f"Demand {number}", text=f"Do thing {number}.")
        for number in range(1, demands + 1)
    )
    chosen = _recipients(made, recipients, now, draw)
    _letters(made, chosen, now, draw)
    _answers(chosen, asked, answered, now, draw)
    return made


def _recipients(
    of: Campaign, count: int, now: datetime.datetime, draw: random.Random
) -> list[Recipient]:
    """One in a hundred was withdrawn, is represented, or cannot be reached."""
    institutions = []
    for number in range(count):
        institution = Institution(
            name=f"Institution {number:05} of {of.title}",
            kind=draw.choice(Institution.Kind.values),
            control=draw.choice(Institution.Control.values),
            city="Springfield",
            state=draw.choice(US_STATES[:51]),
        )
        institution.index_for_search()
        institutions.append(institution)
    due = now.replace(minute=0, second=0, microsecond=0) - datetime.timedelta(days=10)
    rows = []
    for institution in _made(institutions):
        luck = draw.randrange(100)
        fields: dict[str, Any] = {}
        if luck == 0:
            fields = {"withdrawn_at": now, "withdrawn_reason": "Merged."}
        elif luck == 1:
            fields = {"counsel_appeared_on": now.date()}
        reach = Recipient.Reach.UNDELIVERABLE if luck == 2 else Recipient.Reach.REACHED
        later = datetime.timedelta(days=30 if luck >= 90 else 0)
        rows.append(
            Recipient(
                campaign=of,
                institution=institution,
                chosen_by=of.created_by,
                reach=reach,
                due_at=due + later,
                **fields,
            )
        )
    return _made(rows)


def _letters(
    of: Campaign, recipients: list[Recipient], now: datetime.datetime, draw: random.Random
) -> None:
    sent_at = now - datetime.timedelta(days=_SENT_DAYS_AGO)
    version = LetterVersion.objects.create(
        template=LetterTemplate.objects.create(campaign=of, name="First letter"),
        number=1,
        subject="Request to confirm",
        body="We write to you.",
        author=of.created_by,
    )
    mailing = Mailing.objects.create(
        campaign=of,
        version=version,
        title="First letter",
        letter_date=sent_at.date(),
        printed_deadline=sent_at + datetime.timedelta(days=50),
        deadline_rule=Rule.of(of).as_json(),
        prepared_by=of.created_by,
    )
    addressees = _made([Addressee(recipient=each, title="President") for each in recipients])
    letters = _made(
        [
            Letter(
                mailing=mailing,
                addressee=addressee,
                recipient=addressee.recipient,
                position=position,
                reference=f"{of.reference_prefix}-{position:05}",
                status=Letter.Status.SEALED,
                pdf_sha256="0" * 64,
                page_count=2,
                sealed_at=sent_at,
            )
            for position, addressee in enumerate(addressees, start=1)
        ]
    )
    _made(
        [
            Dispatch(
                letter=letter,
                channel=Dispatch.Channel.POST,
                status=_arrival(letter.recipient, draw),
                queued_by=of.created_by,
                sent_at=sent_at,
                arrived_on=(sent_at + datetime.timedelta(days=3)).date(),
            )
            for letter in letters
        ]
    )


def _arrival(recipient: Recipient, draw: random.Random) -> str:
    if recipient.reach == Recipient.Reach.UNDELIVERABLE:
        return Dispatch.Status.RETURNED
    return draw.choice(_REACHED)


def _answers(
    recipients: list[Recipient],
    demands: list[Demand],
    answered: int,
    now: datetime.datetime,
    draw: random.Random,
) -> None:
    """An answer names its entry before there is one, so that no row is written twice."""
    rows = [Answer(recipient=each, demand=one) for each in recipients for one in demands]
    today = now.date()
    responses: list[Response] = []
    entries: list[AnswerEntry] = []
    last = AnswerEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    for given in _given(rows, len(demands), answered, draw):
        recipient = given[0].recipient
        received_on = today - datetime.timedelta(days=draw.randrange(_SENT_DAYS_AGO - 5))
        responses.append(
            Response(
                recipient=recipient,
                channel=Channel.POST,
                received_on=received_on,
                respondent_name="Pat Respondent",
                receipt=f"BENCH-{recipient.pk}",
                recorded_by=recipient.chosen_by,
            )
        )
        # Most institutions answer all demands alike; a third answers each on its own.
        alike = draw.choice(_GIVEN)
        on_its_own = draw.randrange(3) == 0
        for answer in given:
            outcome = draw.choice(_GIVEN) if on_its_own else alike
            promised = outcome == Outcome.WILL_COMPLY
            day = received_on + datetime.timedelta(days=draw.randrange(90))
            entry = AnswerEntry(
                pk=last + len(entries) + 1,
                answer=answer,
                outcome=outcome,
                promised_on=day if promised else None,
                respondent_name="Pat Respondent",
                channel=Channel.POST,
                received_on=received_on,
                recorded_by=recipient.chosen_by,
            )
            answer.outcome, answer.current_entry_id = outcome, entry.pk
            entries.append(entry)
    _made(rows)
    _made(responses)
    for entry in entries:
        entry.answer_id = entry.answer.pk
    _made(entries)


def _given(
    rows: list[Answer], demands: int, answered: int, draw: random.Random
) -> Iterator[list[Answer]]:
    """The answers that were given, one recipient's at a time, until there are enough."""
    starts = list(range(0, len(rows), demands)) if demands else []
    draw.shuffle(starts)
    for start in starts:
        count = min(answered, demands if draw.randrange(3) else draw.randint(1, demands))
        if count:
            yield rows[start : start + count]
        answered -= count


def _made(rows: list[_Row]) -> list[_Row]:
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=_BATCH) if rows else []
