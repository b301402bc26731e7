"""Where a finding leads, and what is said to those who may not put it right there."""

import pytest
from django.urls import reverse

from letters.preflight.check import Mend
from letters.views.mending import mending
from tests.factories import make_user
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.fixture
def stage() -> stages.Stage:
    return stages.prepared(1)


def test_a_sourced_fact_is_put_right_among_the_recipients_facts(stage):
    letter = stage.letters[0]
    fix = mending(Mend.SOURCED_FACTS, stage.manager, stage.mailing, letter)
    assert fix.may
    assert fix.address == reverse("campaigns:recipient_facts", args=[letter.recipient_id])


def test_an_own_text_is_put_right_where_it_was_written(stage):
    letter = stage.letters[0]
    template = stage.mailing.version.template_id
    fix = mending(Mend.OWN_TEXT, stage.manager, stage.mailing, letter, back="/staff/")
    own = reverse("letters:own_text", args=[template, letter.recipient_id])
    assert fix.address == f"{own}?next=%2Fstaff%2F"


@pytest.mark.parametrize(
    ("role", "may"), [("manager", False), ("drafter", False), ("counsel", True), ("viewer", False)]
)
def test_a_ground_is_verified_by_counsel_alone(stage, role, may):
    fix = mending(Mend.VERIFICATION, make_user(role), stage.mailing)
    assert (fix.may, fix.who) == (may, "counsel, who verifies it")


@pytest.mark.parametrize("mend", Mend)
def test_every_place_is_a_page_that_opens_to_who_may(client, stage, mend):
    letter = stage.letters[0]
    opened = 0
    for role in ("manager", "drafter", "counsel", "clerk"):
        user = make_user(role)
        for one in (letter, None):
            fix = mending(mend, user, stage.mailing, one)
            if fix.may:
                client.force_login(user)
                assert client.get(fix.address).status_code == 200
                opened += 1
    assert opened
