"""Decisions on grounds: unverified until a person checks them, and again after each change."""

import datetime
from dataclasses import replace

import pytest
from django.core.management import call_command

from campaigns.actions.ground import (
    Details,
    GroundIsArchived,
    GroundRefused,
    add,
    archive,
    change,
    details_of,
    restore,
    verify,
)
from campaigns.management.commands.seed_grounds import catalogue
from campaigns.models import AuditEvent, Ground
from tests.factories import make_ground, make_user

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 1, 2)


def verified(ground):
    return verify(
        ground=ground,
        verified_on=ON,
        review_by=ON + datetime.timedelta(180),
        by=make_user("counsel"),
    )


def test_a_citation_is_kept_in_the_form_that_letters_print():
    details = Details(
        name="Title VI",
        citation="42 USC 2000d et seq",
        regulations=("34 CFR part 100 (ED)",),
        cases=("Doe vs. Roe, 600 US 181 (2023)",),
    )
    ground = add(details=details, by=make_user())
    assert ground.citation == "42 U.S.C. § 2000d et seq."
    assert ground.regulations == ["34 C.F.R. pt. 100 (ED)"]
    assert ground.cases == ["Doe v. Roe, 600 U.S. 181 (2023)"]
    verified(ground)
    again = change(
        ground=ground, details=replace(details, citation="42 U.S.C. §2000d et seq."), by=make_user()
    )
    assert again.verified_on, "written otherwise, it is the same citation"


def test_the_catalogue_is_seeded_unverified_and_without_a_date():
    call_command("seed_grounds")
    assert Ground.objects.count() == 25
    assert not Ground.objects.exclude(verified_on=None).exists()
    title_vi = Ground.objects.get(key="title_vi")
    assert title_vi.citation == "42 U.S.C. § 2000d et seq."
    assert (title_vi.needs, title_vi.time_limit_days) == (["ffa"], 180)
    assert title_vi.bases == ["race", "color", "national origin"]
    assert len(title_vi.cases) == 4
    assert Ground.objects.get(key="title_vii").time_limit_alternative_days == 300
    assert Ground.objects.get(key="s1981").limitation_years == 4
    assert Ground.objects.get(key="foia").response_workdays == 20
    voluntary = Ground.objects.filter(statutory=False).values_list("key", flat=True)
    assert set(voluntary) == {"cope", "icmje", "lcme"}
    assert list(Ground.objects.due_for_review(ON)) == list(Ground.objects.all())


def test_seeding_again_adds_what_is_missing_and_touches_nothing():
    call_command("seed_grounds")
    ground = Ground.objects.get(key="title_vi")
    change(ground=ground, details=replace(details_of(ground), agency="DOJ"), by=make_user())
    Ground.objects.get(key="lcme").delete()
    events = AuditEvent.objects.count()
    call_command("seed_grounds")
    ground.refresh_from_db()
    assert ground.agency == "DOJ"
    assert Ground.objects.count() == 25
    assert AuditEvent.objects.count() == events + 1


def test_every_seeded_ground_can_be_edited_as_it_is():
    user = make_user()
    for entry in catalogue():
        add(details=entry.details, by=user)


def test_a_person_verifies_a_ground_for_a_time():
    ground = verified(make_ground())
    assert ground.verified_by.roles == ["counsel"]
    assert not ground.is_due_for_review(ON + datetime.timedelta(180))
    assert ground.is_due_for_review(ON + datetime.timedelta(181))
    assert "due again by 2026-07-01" in AuditEvent.objects.get().sentence


@pytest.mark.parametrize(
    ("verified_on", "review_by", "reason"),
    [
        (datetime.date(2999, 1, 1), datetime.date(2999, 7, 1), "has not come"),
        (ON, ON, "after the day"),
    ],
)
def test_a_verification_of_impossible_days_is_refused(verified_on, review_by, reason):
    with pytest.raises(GroundRefused, match=reason):
        verify(ground=make_ground(), verified_on=verified_on, review_by=review_by, by=make_user())


def test_a_changed_ground_is_unverified_again():
    ground = verified(make_ground())
    changed = change(
        ground=ground, details=replace(details_of(ground), citation="X"), by=make_user()
    )
    assert (changed.verified_on, changed.verified_by, changed.review_by) == (None, None, None)
    assert "has to be verified again" in AuditEvent.objects.latest("sequence").sentence


def test_a_change_of_nothing_keeps_the_verification():
    ground = verified(make_ground())
    change(ground=ground, details=details_of(ground), by=make_user())
    ground.refresh_from_db()
    assert ground.verified_on == ON


@pytest.mark.parametrize(
    ("needs", "reason"),
    [(("money",), "“money” is nothing"), (("public", "private"), "public and private at once")],
)
def test_needs_that_nothing_can_meet_are_refused(needs, reason):
    with pytest.raises(GroundRefused, match=reason):
        add(details=Details("A", "B", needs=needs), by=make_user())


def test_two_grounds_of_one_name_get_two_keys():
    first = add(details=Details("State law", "A", needs=("state:CA",)), by=make_user())
    second = add(details=Details("State law", "B", needs=("state:TX",)), by=make_user())
    assert (first.key, second.key) == ("state_law", "state_law_2")


def test_an_archived_ground_stays_as_it_was_until_it_is_restored():
    ground = archive(ground=make_ground(), by=make_user())
    for attempt in (
        lambda: archive(ground=ground, by=make_user()),
        lambda: verified(ground),
        lambda: change(ground=ground, details=Details("A", "B"), by=make_user()),
    ):
        with pytest.raises(GroundIsArchived):
            attempt()
    restore(ground=ground, by=make_user())
    assert Ground.objects.active().exists()
    with pytest.raises(GroundIsArchived):
        restore(ground=ground, by=make_user())
