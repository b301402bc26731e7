"""One recipient's page: standing with its rule, answers, letters, and what happened."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import audit
from letters.models import Dispatch, Response
from letters.reports.timeline import Sort, sort_of
from tests.factories import (
    make_answer,
    make_campaign,
    make_letter,
    make_mailing,
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


def page_of(recipient):
    return reverse("letters:recipient", args=[recipient.pk])


def give_letters(recipient, count):
    mailing = make_mailing(make_version(recipient.campaign))
    now = timezone.now()
    for _ in range(count):
        letter = make_letter(
            make_mailing(mailing.version),
            recipient,
            status="sealed",
            pdf_sha256="0" * 64,
            page_count=2,
            sealed_at=now,
        )
        Dispatch.objects.create(
            letter=letter,
            channel="post",
            status="delivered",
            sent_at=now,
            arrived_on=now.date(),
            queued_by=recipient.chosen_by,
        )
    return letter


def test_the_page_says_where_the_recipient_stands_and_by_which_rule(viewer):
    recipient = make_recipient(make_campaign(demands=1))
    html = viewer.get(page_of(recipient)).content.decode()
    assert "Nothing sent yet" in html
    assert "Awaiting an answer" not in html
    assert "No demand was answered, and no deadline has passed. Nothing is known to have" in html
    assert "Not running: no letter has left yet." in html


def test_who_was_written_to_and_has_time_left_is_awaited(viewer):
    ahead = timezone.now() + datetime.timedelta(days=5)
    recipient = make_recipient(make_campaign(demands=1), reach="reached", due_at=ahead)
    html = viewer.get(page_of(recipient)).content.decode()
    assert "Awaiting an answer" in html
    assert "Nothing is known to have been sent" not in html


def test_an_earlier_statement_stays_beside_the_one_that_counts(viewer):
    recipient = make_recipient(make_campaign(demands=1))
    make_answer(recipient, "under_review", text="We will look.")
    make_answer(recipient, "complied", text="We have done it.")
    html = viewer.get(page_of(recipient)).content.decode()
    assert "We have done it." in html
    assert "2 statements; the one that came in last counts" in html
    assert "We will look." in html


def test_what_happened_joins_decisions_and_facts_newest_first(viewer):
    recipient = make_recipient(make_campaign(demands=1))
    letter = give_letters(recipient, 1)
    with transaction.atomic():
        audit.record(
            "letter.opened",
            subject=letter,
            by=make_user("counsel", first_name="Dana", last_name="Counsel"),
            sentence=f"opened {letter.reference}",
        )
    page = viewer.get(page_of(recipient))
    texts = [(moment.by, moment.text) for moment in page.context["moments"]]
    assert texts[0] == ("Dana Counsel", f"opened {letter.reference}")
    assert ("", f"Letter {letter.reference} was sealed.") in texts
    assert ("", f"Letter {letter.reference} left by certified mail.") in texts


def test_another_recipients_events_are_not_shown(viewer):
    campaign = make_campaign(demands=1)
    recipient, other = make_recipient(campaign), make_recipient(campaign)
    with transaction.atomic():
        audit.record("x", subject=other, by=None, sentence="Something else happened.")
    assert "Something else" not in viewer.get(page_of(recipient)).content.decode()


def test_the_page_costs_the_same_for_one_letter_and_for_five(viewer):
    counts = []
    for number in (1, 5):
        recipient = make_recipient(make_campaign(demands=number))
        give_letters(recipient, number)
        for index in range(1, number + 1):
            make_answer(recipient, "complied", number=index)
            Response.objects.create(
                recipient=recipient,
                channel="post",
                received_on=timezone.localdate(),
                respondent_name="Pat",
                receipt=f"R-{recipient.pk}-{index}",
                recorded_by=recipient.chosen_by,
            )
        with CaptureQueriesContext(connection) as queries:
            assert viewer.get(page_of(recipient)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_happened_is_filtered_and_leads_to_letter_pdf_and_response(client):
    client.force_login(make_user("manager"))
    recipient = make_recipient(make_campaign(demands=1))
    letter = give_letters(recipient, 1)
    response = by_post(recipient)
    every = client.get(page_of(recipient))
    found = {sort.value: count for sort, count in every.context["sorts"]}
    assert found["letters"] == 2  # sealed, left
    assert found["answers"] >= 2  # the response, and the answer in it
    html = every.content.decode()
    assert f'href="{reverse("letters:letter_pdf", args=[letter.pk])}">PDF</a>' in html
    assert f'href="{reverse("letters:response", args=[response.pk])}">Response</a>' in html
    only = client.get(page_of(recipient), {"show": "letters"})
    assert {moment.sort.value for moment in only.context["moments"]} == {"letters"}
    assert f"Letter {letter.reference} left by certified mail." in only.content.decode()
    assert client.get(page_of(recipient), {"show": "wonderful"}).context["moments"] == []


def test_who_may_not_open_letters_is_offered_no_pdf(viewer):
    recipient = make_recipient(make_campaign(demands=1))
    give_letters(recipient, 1)
    assert ">PDF</a>" not in viewer.get(page_of(recipient)).content.decode()


def test_every_verb_of_the_log_has_a_sort_that_says_what_it_is_about():
    for verb, sort in (
        ("answer.recorded", Sort.ANSWER),
        ("recipient.counsel_appeared", Sort.STANDING),
        ("recipient.standing_overridden", Sort.STANDING),
        ("extension.granted", Sort.TIME),
        ("task.opened", Sort.TASK),
        ("addressee.added", Sort.CHANGE),
    ):
        assert sort_of(verb) is sort
