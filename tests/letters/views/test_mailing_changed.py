"""The step Send, where sealed letters were overtaken by what changed since."""

import datetime

import pytest
from django.utils import timezone

from campaigns.models import Institution
from letters.actions import changed
from tests.letters import stages
from tests.letters.views.test_mailing import as_, get, post, queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.fixture
def stage() -> stages.Stage:
    """Two approved letters, of which one was to go to a street that is no more."""
    stage = stages.approved(2)
    institution = stage.letters[0].recipient.institution
    Institution.objects.filter(pk=institution.pk).update(street="9 New Street")
    changed.look(mailing=stage.mailing, now=timezone.now())
    return stage


def test_it_names_the_letter_and_what_changed(stage):
    page = get(stage.clerk, "mailing", stage.mailing.pk)
    assert "Changed since approval" in page and "Changed since: the address." in page
    assert "make them anew" not in page
    assert "Changed since: the address." in get(stage.clerk, "letter", stage.letters[0].pk)


def test_who_prepares_makes_it_anew(stage):
    letter = stage.letters[0]
    day = stages.today(stage.campaign) + datetime.timedelta(days=1)
    page = post(
        stage.manager,
        "mailing_make_anew",
        stage.mailing.pk,
        letters=letter.pk,
        letter_date=day.isoformat(),
        reason="They moved.",
    )
    assert "Voided, and prepared anew: 1 letter." in page and "made anew" in page
    letter.refresh_from_db()
    assert letter.status == "void"


def test_without_a_choice_it_says_so(stage):
    page = post(
        stage.manager,
        "mailing_make_anew",
        stage.mailing.pk,
        letter_date="2099-01-01",
        reason="x",
    )
    assert "Choose at least one letter." in page


def test_a_clerk_does_not_make_it_anew(stage):
    address = f"/staff/mailings/{stage.mailing.pk}/make-anew/"
    assert as_(stage.clerk).post(address, {}).status_code == 403


def test_it_takes_the_same_queries_for_few_and_many():
    counts = []
    for count in (3, 30):
        stage = stages.approved(count)
        Institution.objects.update(street="9 New Street")
        changed.look(mailing=stage.mailing, now=timezone.now())
        counts.append(queries(stage.manager, f"{stage.mailing.get_absolute_url()}?step=send"))
    assert counts[0] == counts[1]
