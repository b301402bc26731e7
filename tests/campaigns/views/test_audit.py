"""The record as staff read it: sentences, filters, and the proof that it holds."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns import audit
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db
LOG = "campaigns:audit"


@pytest.fixture
def viewer(client):
    client.force_login(make_user("viewer"))
    return client


def tell(sentence, *, campaign=None, by=None, verb="campaign.changed"):
    campaign = campaign or make_campaign()
    with transaction.atomic():
        return audit.record(verb, subject=campaign, by=by, sentence=sentence, campaign=campaign)


def shown(client, page=LOG, *args, **filters):
    return client.get(reverse(page, args=args), filters).content.decode()


def test_an_event_reads_as_a_sentence_with_the_name_of_that_day(viewer):
    dana = make_user("counsel", first_name="Dana", last_name="Counsel")
    tell("approved 208 letters of First letter.", by=dana)
    dana.last_name = "Renamed"
    dana.save()
    html = shown(viewer)
    assert "<b>Dana Counsel</b> approved 208 letters of First letter." in html


def test_an_event_without_staff_begins_with_a_capital(viewer):
    tell("the recipient opened the response page.")
    assert "<span>The recipient opened the response page.</span>" in shown(viewer)


def test_the_log_filters_by_words_campaign_person_and_verb(viewer):
    dana, morgan = make_user(), make_user()
    campaign = make_campaign()
    tell("did the first thing", campaign=campaign, by=dana, verb="a.first")
    tell("did the second thing", by=morgan, verb="a.second")
    for filters in (
        {"q": "FIRST"},
        {"campaign": campaign.pk},
        {"actor": dana.pk},
        {"verb": "a.first"},
    ):
        html = shown(viewer, **filters)
        assert "did the first thing" in html
        assert "did the second thing" not in html


def test_a_campaigns_history_holds_its_own_events_only(viewer):
    campaign = make_campaign()
    tell("did ours", campaign=campaign)
    tell("did theirs")
    html = shown(viewer, "campaigns:campaign_history", campaign.pk)
    assert "Did ours" in html
    assert "Did theirs" not in html


def test_an_untouched_chain_is_said_to_hold(viewer):
    tell("did a thing")
    page = viewer.post(reverse("campaigns:audit_verify"), follow=True).content.decode()
    assert "All 1 events hold" in page


def test_a_changed_event_is_named(viewer):
    tell("did a thing")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_auditevent SET sentence = 'did nothing'")
    page = viewer.post(reverse("campaigns:audit_verify"), follow=True).content.decode()
    assert "damaged, at event 1" in page


def test_looking_at_the_log_does_not_verify_it(viewer):
    assert viewer.get(reverse("campaigns:audit_verify")).status_code == 405


def test_the_log_costs_the_same_for_3_and_30_events(viewer):
    counts = []
    for number in (3, 30):
        for index in range(number):
            tell(f"did thing {index}", by=make_user())
        with CaptureQueriesContext(connection) as queries:
            viewer.get(reverse(LOG))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_person_without_a_role_does_not_see_the_log(client):
    client.force_login(make_user())
    assert client.get(reverse(LOG)).status_code == 403
    assert client.post(reverse("campaigns:audit_verify")).status_code == 403
