"""How far each open campaign has come."""

import datetime

import pytest
from django.utils import timezone

from letters.reports.progress import progress
from tests.factories import make_answer, make_campaign, make_recipient

pytestmark = pytest.mark.django_db


def test_the_figures_leave_out_the_withdrawn_and_name_the_next_open_deadline():
    now = timezone.now()
    campaign = make_campaign(demands=2)
    soon, later, past = (now + datetime.timedelta(days=days) for days in (3, 9, -1))
    answered = make_recipient(campaign, reach="reached", due_at=soon)
    make_answer(answered, "complied", number=1)
    make_answer(answered, "declined", number=2)
    make_recipient(campaign, reach="reached", due_at=later)
    make_recipient(campaign, reach="reached", due_at=past)
    make_recipient(campaign, withdrawn_at=now, withdrawn_reason="Merged.")
    [each] = progress(now)
    assert (each.recipients, each.reached, each.answered, each.overdue) == (3, 3, 1, 1)
    assert each.next_deadline == later


def test_a_campaign_without_recipients_is_listed_and_an_archived_one_is_not():
    empty = make_campaign()
    make_campaign(archived_at=timezone.now())
    assert [(each.campaign, each.recipients) for each in progress(timezone.now())] == [(empty, 0)]


def test_the_cost_is_the_same_for_any_number_of_campaigns(django_assert_num_queries):
    for _ in range(4):
        make_recipient(make_campaign())
    with django_assert_num_queries(2):
        progress(timezone.now())
