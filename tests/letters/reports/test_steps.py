"""How far a letter has come."""

import itertools

import pytest
from django.utils import timezone

from letters.models import Dispatch, Letter
from letters.reports.steps import BY_MARK, Step, mark, step
from tests.factories import make_letter, make_mailing, make_recipient


@pytest.mark.parametrize("status", [s for s in Letter.Status.values if s != "sealed"])
def test_an_unsealed_letter_is_at_its_own_status(status):
    assert step(status, []) in Step


def test_every_dispatch_status_but_cancelled_moves_a_sealed_letter_on():
    for status in Dispatch.Status.values:
        moved = step("sealed", [status]) is not Step.SEALED
        assert moved == (status != Dispatch.Status.CANCELLED)


def test_what_arrived_by_one_channel_has_arrived():
    assert step("sealed", ["returned", "delivered"]) is Step.DELIVERED
    assert step("sealed", ["bounced", "sent"]) is Step.SENT


def test_a_second_attempt_counts_over_the_first_that_came_back():
    assert step("sealed", ["returned", "queued"]) is Step.LEAVING


def test_a_letter_that_may_have_left_is_never_called_unsent():
    assert step("sealed", ["failed", "unknown"]) is Step.UNKNOWN


@pytest.mark.django_db
def test_the_database_says_the_same_of_every_status_and_every_two_dispatches():
    mailing = make_mailing()
    recipient = make_recipient(mailing.campaign)
    dispatched = itertools.combinations_with_replacement(("", *Dispatch.Status.values), 2)
    expected = {}
    for status, dispatches in [
        *(("sealed", pair) for pair in dispatched),
        *((status, ()) for status in Letter.Status.values),
    ]:
        letter = make_letter(
            mailing,
            recipient,
            addressee=make_recipient(mailing.campaign).addressees.get(),
            status=status,
            status_reason="For a reason.",
            pdf_sha256="0" * 64,
            page_count=1,
            sealed_at=timezone.now(),
        )
        given = [each for each in dispatches if each]
        for channel, each in zip(("post", "email"), given, strict=False):
            Dispatch.objects.create(
                letter=letter,
                channel=channel,
                status=each,
                sent_at=timezone.now(),
                queued_by=mailing.prepared_by,
            )
        expected[letter.pk] = step(status, given)
    marked = Letter.objects.annotate(mark=mark()).values_list("pk", "mark")
    assert {pk: BY_MARK[found] for pk, found in marked} == expected
