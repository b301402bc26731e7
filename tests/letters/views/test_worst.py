"""Show me the worst: whom it finds, why, and that it asks the database a fixed number of times."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Addressee, Fact, Institution
from letters.actions.draft import Text
from letters.merge.context import NoSender
from letters.models import Sender
from letters.views.worst import WORST, Worst, worst
from tests.campaigns.views.test_recipients import fill
from tests.factories import make_campaign, make_institution, make_recipient

pytestmark = pytest.mark.django_db

TEXT = Text(subject="Request", body="To {{ institution_name }} in {{ institution_city }}.")


@pytest.fixture
def campaign():
    campaign = make_campaign()
    for name in ("Alpha University", "Beta College", "Gamma Institute"):
        make_recipient(campaign, make_institution(name))
    return campaign


def find(kind, campaign, text=TEXT, among=None):
    among = campaign.recipients.active() if among is None else among
    return worst(kind, text=text, campaign=campaign, among=among)


def test_the_longest_name_of_an_institution_is_found(campaign):
    name = "The Board of Regents of the Example State University System and College of Medicine"
    long = make_recipient(campaign, make_institution(name))
    found = find("name", campaign)
    assert found.recipient == long
    assert found.why == f"The longest name, {len(name)} characters: {name}"


def test_a_person_with_a_longer_name_than_any_institution_is_found(campaign):
    beta = campaign.recipients.get(institution__name="Beta College")
    beta.addressees.update(name="Dr. " + "Very " * 20 + "Long", title="President")
    found = find("name", campaign)
    assert found.recipient == beta
    assert found.why.endswith("Long, President")


def test_an_addressee_who_left_does_not_count(campaign):
    beta = campaign.recipients.get(institution__name="Beta College")
    Addressee.objects.create(
        recipient=beta, name="x" * 150, archived_at=campaign.recipients.first().chosen_at
    )
    assert "xxx" not in find("name", campaign).why


def test_the_address_of_most_lines_is_found_also_where_it_is_the_addressees_own(campaign):
    gamma = campaign.recipients.get(institution__name="Gamma Institute")
    gamma.addressees.update(
        unit="Office of the President",
        street="1 Way",
        street2="Suite 2",
        city="Springfield",
        state="IL",
        postal_code="62701",
    )
    found = find("address", campaign)
    assert found.recipient == gamma
    assert found.why.startswith("The longest address: 7 lines")


def test_the_recipient_who_lacks_most_is_found_and_what_is_named(campaign):
    make_recipient(campaign, make_institution("Delta", street=""))
    bare = make_recipient(campaign, make_institution("Epsilon", street="", city=""))
    found = find("missing", campaign)
    assert found.recipient == bare
    assert found.why == "Not known: street; city; City of the institution."


def test_an_own_address_of_the_addressee_lacks_nothing(campaign):
    recipient = make_recipient(campaign, make_institution("Delta", street=""))
    recipient.addressees.update(street="1 Way", city="Springfield", state="IL", postal_code="6")
    assert find("missing", campaign).recipient is None


def test_that_nobody_lacks_a_value_is_said(campaign):
    found = find("missing", campaign)
    assert found.recipient is None
    assert found.why.startswith("No recipient lacks a value")


def test_the_letter_of_most_pages_is_found_by_setting_the_longest(campaign):
    public = make_institution("Small Public College", control=Institution.Control.PUBLIC)
    long = make_recipient(campaign, public)
    text = Text(
        subject="Request", body="{% if is_public %}\n" + "Long.\n\n" * 60 + "{% endif %}\nx"
    )
    found = find("pages", campaign, text)
    assert found.recipient == long
    assert found.why.startswith("The longest letter: 3 pages; the shortest of them has 1.")


def test_the_longest_letter_is_sought_among_all_by_what_is_known_of_them(campaign):
    fill(campaign, 40)
    told = campaign.recipients.get(institution__name="Beta College")
    Fact.objects.create(
        institution=told.institution,
        key="religious",
        value="yes",
        source="Its page",
        as_of=timezone.localdate(),
    )
    body = '{% if fact_religious == "yes" %}\n' + "Long.\n\n" * 60 + "{% endif %}\nx"
    found = find("pages", campaign, Text(subject="Request", body=body))
    assert found.recipient == told
    assert "Estimated for all 43 recipients by the length of their text" in found.why
    assert "the 4 longest were set" in found.why


def test_long_facts_make_the_longest_letter(campaign):
    told = campaign.recipients.get(institution__name="Alpha University")
    told.sourced_facts.create(quotation="Only. " * 300, source="x", seen_on=timezone.localdate())
    found = find("pages", campaign, Text(subject="Request", body="To you.\n\n{% facts %}"))
    assert found.recipient == told


def test_facts_that_the_text_states_and_nobody_recorded_are_missing(campaign):
    text = Text(subject="Request", body="To you.\n\n{% facts %}")
    for name in ("Alpha University", "Gamma Institute"):
        known = campaign.recipients.get(institution__name=name)
        known.sourced_facts.create(quotation="x", source="y", seen_on=timezone.localdate())
    found = find("missing", campaign, text)
    assert found.recipient.institution.name == "Beta College"
    assert found.why == "Not known: sourced facts."


def test_where_the_words_find_nobody_every_kind_says_so(campaign):
    for kind in WORST:
        nobody = campaign.recipients.active().filter(institution__name="Nobody")
        found = find(kind, campaign, among=nobody)
        assert found == Worst(None, "No recipient is found, so there is none to show as the worst.")


def test_a_recipient_whose_letter_cannot_be_made_is_not_the_longest(campaign):
    make_recipient(campaign, make_institution("Z" * 100, city=""))
    assert find("pages", campaign).recipient.institution.name in {
        "Alpha University",
        "Gamma Institute",
    }


@pytest.mark.parametrize("kind", WORST)
def test_without_a_recipient_it_says_so(kind):
    campaign = make_campaign()
    found = find(kind, campaign)
    assert found.recipient is None
    assert found.why


@pytest.mark.parametrize("kind", ["name", "address", "pages"])
def test_without_a_sender_no_letter_is_compared(kind, campaign):
    Sender.objects.all().delete()
    with pytest.raises(NoSender):
        find(kind, campaign)


@pytest.mark.parametrize("kind", WORST)
def test_the_worst_of_3000_asks_as_much_as_of_30(kind, campaign):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            find(kind, campaign)
        return len(queries)

    fill(campaign, 27)
    few = asked()
    fill(campaign, 2970)
    assert asked() == few
