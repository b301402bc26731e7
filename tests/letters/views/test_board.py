"""The board: what it shows, who may open it, and that its cost does not grow."""

import datetime
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import AuditEvent
from letters.management import large
from letters.merge import press
from tests.factories import (
    make_answer,
    make_campaign,
    make_institution,
    make_mailing,
    make_many_recipients,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters.actions.test_respond import by_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    client.force_login(make_user("viewer"))
    return client


def board_of(campaign):
    return reverse("letters:board", args=[campaign.pk])


def list_of(campaign):
    return reverse("letters:board_list", args=[campaign.pk])


@pytest.mark.parametrize("page", ["letters:board", "letters:board_list", "letters:board_letters"])
def test_the_board_costs_the_same_for_30_and_3000_recipients(viewer, page):
    counts = []
    for number in (30, 3000):
        campaign = make_campaign(demands=3)
        make_many_recipients(campaign, make_mailing(make_version(campaign)), number)
        with CaptureQueriesContext(connection) as queries:
            response = viewer.get(reverse(page, args=[campaign.pk]))
        assert response.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_empty_board_says_what_to_do_next(viewer):
    html = viewer.get(board_of(make_campaign())).content.decode()
    assert "No recipients yet" in html
    assert "Choose recipients" in html


def test_a_day_that_passed_is_no_reproach_to_who_has_answered(viewer):
    campaign = make_campaign(demands=1)
    past = timezone.now() - datetime.timedelta(days=5)
    silent, answered = (make_recipient(campaign, reach="reached", due_at=past) for _ in range(2))
    make_answer(answered, outcome="complied")
    assert viewer.get(list_of(campaign)).content.decode().count("<small>5 days past") == 1
    pages = [reverse("letters:recipient", args=[each.pk]) for each in (silent, answered)]
    said = ["(5 days past)" in viewer.get(page).content.decode() for page in pages]
    assert said == [True, False]


def test_a_holding_letter_stands_beside_the_standing_it_does_not_change(viewer):
    campaign = make_campaign()
    by_post(make_recipient(campaign), kind="acknowledgement", items=[])
    html = viewer.get(list_of(campaign)).content.decode()
    assert "Acknowledgement or holding letter received" in html
    assert "0 of 1 answered" in viewer.get(board_of(campaign)).content.decode()


def test_the_board_says_who_was_sent_nothing_and_why_silent_is_not_overdue(viewer):
    campaign = make_campaign()
    past = timezone.now() - datetime.timedelta(days=5)
    make_recipient(campaign)
    make_recipient(campaign, reach="reached", due_at=past)
    make_recipient(campaign, reach="undeliverable", due_at=past)
    html = viewer.get(list_of(campaign)).content.decode()
    assert '<span class="cs-pill cs-pill--muted">Nothing sent yet</span>' in html
    html = viewer.get(board_of(campaign)).content.decode()
    assert "Nothing is known to have been sent yet to" in html
    assert "Of the 2 silent," in html
    assert "is undeliverable, and so never overdue." in html


def test_a_filter_keeps_to_its_rows_and_an_unknown_one_is_named(viewer):
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Alpha University", state="CA"))
    make_recipient(campaign, make_institution("Beta University", state="NY"))
    html = viewer.get(list_of(campaign), {"place": "CA", "page": "999"}).content.decode()
    assert "Alpha University" in html
    assert "Beta University" not in html
    html = viewer.get(list_of(campaign), {"standing": "wonderful"}).content.decode()
    assert "passed over" in html
    assert "Beta University" in html


def test_the_board_shows_words_and_never_a_colour_alone(viewer):
    campaign = make_campaign(demands=1)
    recipient = make_recipient(campaign, make_institution("Alpha", state="CA"))
    make_answer(recipient, "declined")
    html = viewer.get(board_of(campaign)).content.decode()
    assert 'aria-label="CA: 1 of 1 answered, 0 overdue"' in html
    listed = viewer.get(list_of(campaign)).content.decode()
    assert '<span class="cs-pill cs-pill--bad">Declined</span>' in listed


def test_a_name_that_is_markup_is_shown_as_typed(viewer):
    campaign = make_campaign()
    make_recipient(campaign, make_institution("<script>alert(1)</script>"))
    html = viewer.get(list_of(campaign)).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_a_post_of_the_filtered_rows(viewer, form):
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Alpha", state="CA"))
    make_recipient(campaign, make_institution("Beta", state="NY"))
    address = reverse("letters:board_export", args=[campaign.pk, form])
    assert viewer.get(address).status_code == 405
    response = viewer.post(f"{address}?place=NY")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Disposition"].endswith(f'.{form}"')
    assert b"".join(response.streaming_content)
    assert "exported 1 recipients" in AuditEvent.objects.get().sentence


def test_an_export_in_another_form_is_not_found(viewer):
    campaign = make_campaign()
    address = reverse("letters:board", args=[campaign.pk]) + "export/pdf/"
    assert viewer.post(address).status_code == 404


def test_a_person_without_a_role_sees_no_board(client):
    client.force_login(make_user())
    assert client.get(board_of(make_campaign())).status_code == 403


def test_the_reminder_is_offered_where_one_is_overdue_to_who_may_prepare_it(client):
    campaign = make_campaign()
    past = timezone.now() - datetime.timedelta(days=1)
    make_recipient(campaign, reach="reached", due_at=past)
    for role, offered in (("manager", True), ("viewer", False)):
        client.force_login(make_user(role))
        html = client.get(board_of(campaign)).content.decode()
        assert ("Prepare a reminder to 1 overdue" in html) == offered


def test_a_filter_in_the_address_of_the_board_leads_to_the_list(viewer):
    campaign = make_campaign()
    response = viewer.get(board_of(campaign), {"overdue": "on", "place": "CA"})
    assert response.status_code == 302
    assert response.url == f"{list_of(campaign)}?overdue=on&place=CA"


def test_every_number_of_the_board_that_is_a_link_leads_to_as_many_rows(viewer):
    campaign = large.campaign(
        "Linked", "LINK", recipients=60, demands=2, answered=80, now=timezone.now()
    )
    html = viewer.get(board_of(campaign)).content.decode()
    link = re.compile(rf'href="({list_of(campaign)}[^"]*)"[^>]*>(?:<b>)?([\d,]+)<')
    links = {
        (unescape(address), int(text.replace(",", ""))) for address, text in link.findall(html)
    }
    assert len(links) > 80
    for address, number in links:
        if "answered=timed" in address:
            continue  # its number is a median, over as many as its title says
        listed = viewer.get(address)
        assert listed.context["page_obj"].paginator.count == number, address
        assert not listed.context["form"].errors, address


def test_the_chart_has_a_table_and_its_columns_lead_to_their_rows(viewer):
    campaign = make_campaign(demands=1)
    by_post(make_recipient(campaign))
    page = viewer.get(board_of(campaign))
    html = page.content.decode()
    assert "The same as a table" in html
    (period,) = page.context["periods"]
    address = f"{list_of(campaign)}?since={period.since:%Y-%m-%d}&amp;until={period.until:%Y-%m-%d}"
    assert html.count(address) == 2  # the column and the number
    assert page.context["chart"].columns[0].height > 0


def test_the_letters_behind_a_number_are_those_of_its_step(viewer):
    campaign = make_campaign(demands=1)
    make_many_recipients(campaign, make_mailing(make_version(campaign)), 3)
    page = reverse("letters:board_letters", args=[campaign.pk])
    assert len(viewer.get(page, {"step": "sent"}).context["letters"]) == 3
    assert len(viewer.get(page, {"step": "draft"}).context["letters"]) == 0
    assert len(viewer.get(page, {"step": "wonderful"}).context["letters"]) == 3


def test_the_status_report_is_a_post_and_comes_as_a_file(viewer, monkeypatch):
    monkeypatch.setattr(press, "status_report", lambda sheet: press.Rendered(b"%PDF-1.7", 1))
    campaign = make_campaign()
    make_recipient(campaign)
    address = reverse("letters:status_report", args=[campaign.pk])
    assert address in viewer.get(board_of(campaign)).content.decode()
    assert viewer.get(address).status_code == 405
    response = viewer.post(address)
    assert response["Content-Type"] == "application/pdf"
    assert f"{campaign.reference_prefix}-status-" in response["Content-Disposition"]
    assert b"".join(response.streaming_content) == b"%PDF-1.7"


def test_a_status_report_that_cannot_be_made_says_why_on_the_board(viewer, monkeypatch):
    def refuse(sheet):
        raise press.RenderRefused("Noto Serif has no such character.")

    monkeypatch.setattr(press, "status_report", refuse)
    campaign = make_campaign()
    make_recipient(campaign)
    page = viewer.post(reverse("letters:status_report", args=[campaign.pk]), follow=True)
    assert "The report could not be made: Noto Serif has no such character." in (
        page.content.decode()
    )
