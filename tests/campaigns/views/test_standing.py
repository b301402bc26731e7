"""The pages on which a standing is set by hand, and where both results are shown."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Recipient
from letters.reports.board_export import headings, lines
from letters.reports.figures import board
from letters.reports.rows import rows
from tests.factories import make_answer, make_campaign, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient() -> Recipient:
    recipient = make_recipient(make_campaign(demands=1))
    make_answer(recipient, "complied")
    return recipient


@pytest.fixture
def manager(client):
    client.force_login(make_user("manager"))
    return client


def set_by_hand(manager, recipient, **typed):
    address = reverse("campaigns:standing_override", args=[recipient.pk])
    return manager.post(
        address, {"standing": "declined", "reason": "Taken back on the phone.", **typed}
    )


def test_a_manager_sets_the_standing_and_the_page_shows_both_results(manager, recipient):
    assert set_by_hand(manager, recipient).url == recipient.get_absolute_url()
    html = manager.get(recipient.get_absolute_url()).content.decode()
    assert "Taken back on the phone." in html
    assert "By rule:" in html and "Confirmed in full" in html
    manager.post(reverse("campaigns:standing_by_rule", args=[recipient.pk]), {"reason": "Again."})
    recipient.refresh_from_db()
    assert recipient.override_standing == ""


def test_a_standing_without_a_reason_is_asked_again(manager, recipient):
    html = set_by_hand(manager, recipient, reason="").content.decode()
    assert "This field is required" in html
    recipient.refresh_from_db()
    assert recipient.override_standing == ""


def test_a_withdrawn_recipient_is_refused_in_words(manager, recipient):
    Recipient.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="Mistake")
    assert (
        "Take it back into the campaign first" in set_by_hand(manager, recipient).content.decode()
    )


def test_the_figures_count_what_is_set_by_hand_and_say_so(manager, recipient):
    silent = make_recipient(
        recipient.campaign,
        reach="reached",
        due_at=timezone.now() - datetime.timedelta(days=1),
    )
    set_by_hand(manager, recipient)
    set_by_hand(manager, silent, standing="confirmed")
    campaign, now = recipient.campaign, timezone.now()
    figures = board(campaign, now)
    counted = {each.value: count for each, count in figures.by_standing().items() if count}
    assert counted == {"declined": 1, "confirmed": 1}
    assert figures.overdue == 0
    html = manager.get(reverse("letters:board_list", args=[campaign.pk])).content.decode()
    assert "set by hand; by rule: confirmed in full" in html
    assert "set by hand; by rule: no response on record" in html
    listed = rows(campaign, list(campaign.recipients.order_by("pk")), figures.demands, now)
    exported = [
        dict(zip(headings(figures.demands), line, strict=True)) for line in lines(campaign, listed)
    ]
    assert [(row["Standing"], row["Why"]) for row in exported] == [
        ("Declined", "Set by hand. By rule: Confirmed in full."),
        ("Confirmed in full", "Set by hand. By rule: No response on record."),
    ]


@pytest.mark.parametrize("role", ["drafter", "clerk", "viewer"])
def test_others_are_not_offered_it(client, recipient, role):
    client.force_login(make_user(role))
    assert set_by_hand(client, recipient).status_code == 403
    html = client.get(recipient.get_absolute_url()).content.decode()
    assert reverse("campaigns:standing_override", args=[recipient.pk]) not in html
