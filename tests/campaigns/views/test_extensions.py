"""The pages on which more time is asked for, given, refused, taken back, and given to a class."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import deadlines
from campaigns.actions import answer, extension
from campaigns.models import Extension, Recipient
from tests.factories import make_answer, make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def business_day(days: int) -> datetime.date:
    return deadlines.next_business_day(TODAY + datetime.timedelta(days=days))


LATER = business_day(60)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager"))
    return client


def reached(campaign=None, **fields) -> Recipient:
    recipient = make_recipient(campaign or make_campaign(), **fields)
    due_at = deadlines.on_day(business_day(30), datetime.time(17), "America/New_York")
    return answer.reached(recipient=recipient, letters_due_at=due_at, on=TODAY, by=None)


def ask(recipient: Recipient, **fields) -> Extension:
    said = {"asked_on": TODAY, "asked_by": "Dana Dean", "reason": "", "wanted_until": None}
    return extension.ask(recipient=recipient, now=timezone.now(), **{**said, **fields})


def due(recipient: Recipient) -> datetime.date | None:
    due_at = Recipient.objects.get(pk=recipient.pk).due_at
    return due_at and timezone.localdate(due_at)


def page(name: str, pk: int) -> str:
    return reverse(f"campaigns:{name}", args=[pk])


def test_a_wish_that_came_by_telephone_is_put_on_record(client):
    recipient = reached()
    typed = {
        "asked_on": TODAY.isoformat(),
        "asked_by": "Dana Dean, Dean",
        "wanted_until": LATER.isoformat(),
        "reason": "The board\nmeets then.",
    }
    answered = client.post(page("extension_ask", recipient.pk), typed, follow=True)
    assert answered.redirect_chain[0][0] == reverse("letters:deadline", args=[recipient.pk])
    wish = Extension.objects.get()
    assert (wish.asked_by, wish.reason) == ("Dana Dean, Dean", "The board\nmeets then.")
    assert wish.recorded_by is not None
    assert b"Dana Dean, Dean" in answered.content


def test_a_wish_from_the_future_is_refused_in_the_form(client):
    recipient = reached()
    tomorrow = TODAY + datetime.timedelta(days=2)
    typed = {"asked_on": tomorrow.isoformat(), "asked_by": "Dana Dean"}
    answered = client.post(page("extension_ask", recipient.pk), typed)
    assert b"has not come yet" in answered.content
    assert not Extension.objects.exists()


def test_a_wish_is_granted_until_the_day_they_want_unless_another_is_typed(client):
    wish = ask(reached(), wanted_until=LATER)
    assert f'value="{LATER.isoformat()}"' in client.get(page("extension_give", wish.pk)).text
    typed = {"until": LATER.isoformat(), "decision": "A reasonable request."}
    answered = client.post(page("extension_give", wish.pk), typed, follow=True)
    assert "Given until 5:00 p.m. Eastern Time" in answered.text
    assert due(wish.recipient) == LATER


def test_where_they_named_no_day_two_weeks_are_offered(client):
    wish = ask(reached())
    offered = deadlines.next_business_day(business_day(30) + datetime.timedelta(days=14))
    assert f'value="{offered.isoformat()}"' in client.get(page("extension_give", wish.pk)).text


def test_a_day_that_is_not_later_is_refused_in_the_form(client):
    wish = ask(reached())
    typed = {"until": business_day(7).isoformat(), "decision": "Why not."}
    assert "already." in client.post(page("extension_give", wish.pk), typed).text
    assert Extension.objects.get().status == "asked"


def test_a_wish_is_refused_and_time_is_taken_back_with_a_reason(client):
    refused, given = ask(reached()), ask(reached())
    client.post(page("extension_refuse", refused.pk), {"decision": "Asked three times."})
    refused.refresh_from_db()
    assert (refused.status, refused.decision) == ("refused", "Asked three times.")
    client.post(
        page("extension_give", given.pk), {"until": LATER.isoformat(), "decision": "Granted."}
    )
    assert (
        not client.post(page("extension_withdraw", given.pk), {"decision": ""})
        .context["form"]
        .is_valid()
    )
    client.post(page("extension_withdraw", given.pk), {"decision": "By mistake."})
    assert due(given.recipient) == business_day(30)


class TestAClass:
    def test_all_that_match_are_given_time_and_each_is_answered_for(self, client):
        campaign = make_campaign()
        asked, unasked = reached(campaign), reached(campaign)
        elsewhere = reached(campaign, institution=make_institution("Far Away", state="CA"))
        ask(asked)
        address = f"{page('more_time', campaign.pk)}?state=IL"
        shown = client.get(address)
        assert "Dana Dean" in shown.text and "Far Away" not in shown.text
        assert "Give more time to all 2 that match" in shown.text
        typed = {"until": LATER.isoformat(), "decision": "The storm.", "all": "2"}
        answered = client.post(address, typed)
        assert "2 of 2 recipients have time until" in answered.text
        assert "Given without being asked." in answered.text
        assert due(asked) == due(unasked) == LATER
        assert due(elsewhere) == business_day(30)

    def test_only_those_ticked_are_given_time(self, client):
        campaign = make_campaign()
        ticked, other = reached(campaign), reached(campaign)
        typed = {"until": LATER.isoformat(), "decision": "The storm.", "recipient": ticked.pk}
        client.post(page("more_time", campaign.pk), typed)
        assert (due(ticked), due(other)) == (LATER, business_day(30))

    def test_a_recipient_of_another_campaign_is_never_reached(self, client):
        campaign, stranger = make_campaign(), reached()
        typed = {"until": LATER.isoformat(), "decision": "Why.", "recipient": stranger.pk}
        answered = client.post(page("more_time", campaign.pk), typed, follow=True)
        assert "Tick at least one recipient." in answered.text
        assert due(stranger) == business_day(30)

    def test_where_others_match_by_now_nothing_is_given(self, client):
        campaign = make_campaign()
        recipient = reached(campaign)
        typed = {"until": LATER.isoformat(), "decision": "The storm.", "all": "7"}
        answered = client.post(page("more_time", campaign.pk), typed, follow=True)
        assert "1 match by now, and the page showed 7" in answered.text
        assert due(recipient) == business_day(30)

    def test_a_form_without_a_reason_keeps_what_was_typed(self, client):
        campaign = make_campaign()
        reached(campaign)
        answered = client.post(
            page("more_time", campaign.pk), {"until": LATER.isoformat(), "all": "1"}
        )
        assert f'value="{LATER.isoformat()}"' in answered.text
        assert not Extension.objects.exists()

    def test_who_answered_is_given_time_only_where_all_are_shown(self, client):
        campaign = make_campaign()
        make_answer(reached(campaign), "declined")
        assert "Nobody here" in client.get(page("more_time", campaign.pk)).text
        assert "the 1 that matches" in client.get(page("more_time", campaign.pk) + "?show=all").text

    def test_who_asked_comes_first(self, client):
        campaign = make_campaign()
        reached(campaign, institution=make_institution("Alpha"))
        ask(reached(campaign, institution=make_institution("Zeta")))
        shown = client.get(page("more_time", campaign.pk)).text
        assert shown.index("Zeta") < shown.index("Alpha")

    @pytest.mark.parametrize("show", ["asked", "all", "overdue", "", "nonsense"])
    def test_every_filter_opens(self, client, show):
        campaign = make_campaign()
        ask(reached(campaign))
        assert client.get(page("more_time", campaign.pk), {"show": show}).status_code == 200

    def test_the_page_takes_the_same_queries_for_few_and_for_many(self, client, query_count):
        few, many = make_campaign(), make_campaign()
        for campaign, count in ((few, 2), (many, 12)):
            for _ in range(count):
                ask(reached(campaign))
        assert query_count(client, page("more_time", few.pk)) == query_count(
            client, page("more_time", many.pk)
        )
