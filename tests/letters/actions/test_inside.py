"""What comes from the sender's own people is flagged, and on record all the same."""

import pytest

from campaigns.models import AuditEvent, Task
from letters.actions import inside
from tests.factories import make_sealed_letter, make_user
from tests.letters.actions.test_respond import by_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    make_user("clerk", email="Chris@Sender.example")
    make_user("manager", email="boss@gmail.com")
    return make_sealed_letter()


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("chris@sender.example", "the address of a member of staff"),
        ("CHRIS@SENDER.EXAMPLE", "the address of a member of staff"),
        ("boss@gmail.com", "the address of a member of staff"),
        ("intern@sender.example", "members of staff have addresses there"),
        ("intern@mail.sender.example", "members of staff have addresses there"),
        ("dean@gmail.com", ""),
        ("dean@notsender.example", ""),
        ("dean@university.example", ""),
        ("", ""),
    ],
)
def test_an_address_of_staff_or_at_their_mail_domain_is_flagged(letter, email, says):
    response = by_portal(letter, email=email)
    assert (says in response.from_inside) if says else response.from_inside == ""
    assert Task.objects.filter(key=f"inside:{response.pk}").exists() == bool(says)
    assert letter.recipient.answers.get(demand__number=1).outcome == "complied"


def test_the_letterheads_own_domain_counts_as_staff(letter):
    campaign = letter.recipient.campaign
    letterhead = campaign.sender.letterhead
    letterhead.email = "letters@house.example"
    letterhead.save()
    assert "addresses there" in inside.why("someone@house.example", campaign, None)


def test_who_is_signed_in_counts_more_than_any_address(letter):
    clerk = make_user("clerk", first_name="Chris", last_name="Clerk")
    response = by_portal(letter, email="dean@university.example", signed_in=clerk)
    assert "in which Chris Clerk is signed in" in response.from_inside
    event = AuditEvent.objects.get(verb="response.recorded")
    assert "Chris Clerk" in event.payload
    assert event.actor is None
