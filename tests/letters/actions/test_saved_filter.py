"""Filters under a name: kept, replaced, removed by who saved them, and on record."""

import pytest
from django.db import transaction

from campaigns.models import AuditEvent
from letters.actions import saved_filter
from letters.models import SavedFilter
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make_campaign()


def save(campaign, by, **changes):
    return saved_filter.save(
        **{
            "campaign": campaign,
            "name": "Silent in Texas",
            "query": "place=TX&overdue=on",
            "is_shared": False,
            "by": by,
            **changes,
        }
    )


def test_filters_are_kept_under_their_name_and_on_record(campaign):
    saved = save(campaign, make_user("viewer"), name="  Silent   in Texas ")
    assert str(saved) == "Silent in Texas"
    assert saved.get_absolute_url().endswith("/board/recipients/?place=TX&overdue=on")
    event = AuditEvent.objects.get(verb="filter.saved")
    assert event.sentence == "saved the filters “Silent in Texas”"
    assert event.subject_url == campaign.get_absolute_url()


def test_the_same_name_again_replaces_what_it_meant(campaign):
    by = make_user("viewer")
    save(campaign, by)
    save(campaign, by, query="place=CA", is_shared=True)
    saved = SavedFilter.objects.get()
    assert (saved.query, saved.is_shared) == ("place=CA", True)
    save(campaign, make_user("viewer"))
    assert SavedFilter.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " "}, saved_filter.NameMissing),
        ({"query": ""}, saved_filter.NothingToSave),
        ({"name": "x" * 81}, saved_filter.TooLong),
        ({"query": "q=" + "x" * 999}, saved_filter.TooLong),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(campaign, changes, refusal):
    with pytest.raises(refusal):
        save(campaign, make_user("viewer"), **changes)
    assert not SavedFilter.objects.exists()
    assert not AuditEvent.objects.filter(verb="filter.saved").exists()


def test_only_who_saved_it_removes_it(campaign):
    by = make_user("viewer")
    saved = save(campaign, by, is_shared=True)
    with pytest.raises(saved_filter.NotYours):
        saved_filter.remove(saved=saved, by=make_user("manager"))
    saved_filter.remove(saved=saved, by=by)
    assert not SavedFilter.objects.exists()
    assert AuditEvent.objects.filter(verb="filter.removed").count() == 1


def test_saving_that_is_undone_leaves_no_event(campaign):
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        save(campaign, make_user("viewer"))
        raise Undone
    assert not SavedFilter.objects.exists()
    assert not AuditEvent.objects.filter(verb="filter.saved").exists()
