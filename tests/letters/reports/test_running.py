"""From what each anchor's rule runs, and how that is known. Pure, but for the last."""

import datetime

import pytest
from django.utils import timezone

from campaigns.deadlines import Rule
from letters.models import Dispatch
from letters.reports.running import Start, Way, due_by_letters, runs_of, start
from tests.factories import make_campaign, make_letter, make_mailing, make_recipient, make_version


def day(number: int) -> datetime.date:
    return datetime.date(2026, 12, number)


LETTER_DATE = day(1)


def way(status="sent", sent=1, arrived=None, channel="post", reference="A") -> Way:
    return Way(reference, channel, status, day(sent), day(arrived) if arrived else None)


@pytest.mark.parametrize(
    ("anchor", "ways", "expected"),
    [
        ("letter_date", [way()], 1),
        ("letter_date", [way(sent=3)], 1),  # counsel accepted the gap in writing
        ("letter_date", [way("returned", arrived=5), way(sent=9)], 9),
        ("letter_date", [way("returned", arrived=5), way(channel="email")], 1),
        ("sent", [way(sent=3), way(sent=4, channel="email")], 3),
        ("sent", [way("returned", sent=3, arrived=5), way(sent=9)], 9),
        ("sent", [way("bounced", sent=3, channel="email"), way(sent=4)], 4),
        ("delivered", [way("delivered", sent=1, arrived=7)], 7),
        ("delivered", [way("delivered", arrived=9), way("delivered", arrived=6, reference="B")], 6),
        ("delivered", [way("refused", arrived=8)], 8),
        ("delivered", [way("returned", arrived=5), way("delivered", sent=9, arrived=14)], 14),
    ],
)
def test_the_rule_runs_from_the_proven_start(anchor, ways, expected):
    begun = start(anchor, LETTER_DATE, ways)
    assert begun is not None and begun.on == day(expected)


@pytest.mark.parametrize(
    ("anchor", "ways"),
    [
        ("letter_date", []),
        ("letter_date", [way("returned", arrived=5)]),
        ("sent", [way("bounced", channel="email"), way("returned", arrived=5)]),
        ("delivered", [way()]),  # it left, and nobody knows yet whether it arrived
        ("delivered", [way(channel="email")]),
    ],
)
def test_without_proof_no_rule_runs(anchor, ways):
    assert start(anchor, LETTER_DATE, ways) is None


@pytest.mark.parametrize(
    ("anchor", "ways", "proof"),
    [
        (
            "letter_date",
            [way(sent=3)],
            "The date that the letter bears. Letter A left by certified mail on "
            "Thursday, December 3, 2026.",
        ),
        ("sent", [way(channel="email")], "Letter A left by e-mail."),
        (
            "sent",
            [way("returned", arrived=5), way(sent=9)],
            "Letter A left by certified mail again, after it had come back.",
        ),
        (
            "delivered",
            [way("refused", arrived=8)],
            "Letter A, sent by certified mail, was refused at the door: the carrier’s record.",
        ),
    ],
)
def test_the_proof_is_a_sentence(anchor, ways, proof):
    begun = start(anchor, LETTER_DATE, ways)
    assert isinstance(begun, Start) and begun.proof == proof


@pytest.mark.django_db
def test_the_latest_of_what_its_mailings_give_counts_and_their_rules_are_their_own(
    django_assert_num_queries,
):
    campaign = make_campaign(deadline_anchor="delivered", deadline_days=10)
    recipients = [make_recipient(campaign) for _ in range(3)]
    first, second = (make_mailing(make_version(campaign), letter_date=LETTER_DATE) for _ in "12")
    for mailing in (first, second):
        mailing.date_by(Rule.of(campaign))
        mailing.save()
        campaign.deadline_days = 5
    for mailing in (first, second):
        for recipient in recipients:
            Dispatch.objects.create(
                letter=make_letter(mailing, recipient),
                channel="post",
                status="delivered",
                sent_at=timezone.now(),
                arrived_on=day(7),
                queued_by=campaign.created_by,
            )
    with django_assert_num_queries(2):
        runs = runs_of([recipient.pk for recipient in recipients])
    for recipient in recipients:
        assert [run.mailing for run in runs[recipient.pk]] == [first, second]
        assert due_by_letters(runs[recipient.pk]).isoformat() == "2026-12-17T17:00:00-05:00"
