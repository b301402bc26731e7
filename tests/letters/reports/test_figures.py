"""The board's figures: each counts the rows that its link leads to, and is what a recount finds."""

import datetime
import statistics
from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import (
    Answer,
    AnswerEntry,
    Institution,
    Outcome,
    Recipient,
    Verification,
)
from campaigns.standing import Standing, in_force, standing
from letters.management import large
from letters.models import Dispatch, Letter, Response
from letters.reports.figures import board, steps_of
from letters.reports.letter_rows import letter_rows, letters_of
from letters.reports.rows import Received, rows
from letters.reports.selection import CONFIRMED, Selection, select
from letters.reports.steps import Step, step
from tests.factories import (
    make_answer,
    make_campaign,
    make_institution,
    make_letter,
    make_mailing,
    make_recipient,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)
PAST = NOW - datetime.timedelta(days=2)
AHEAD = NOW + datetime.timedelta(days=9)


@pytest.fixture
def campaign():
    """Four recipients: one confirmed, one overdue, one withdrawn with an answer, one silent."""
    campaign = make_campaign(demands=2)
    confirmed = make_recipient(
        campaign, make_institution("Alpha", state="CA"), reach="reached", due_at=AHEAD
    )
    make_answer(confirmed, Outcome.COMPLIED, number=1)
    make_answer(confirmed, Outcome.WILL_COMPLY, number=2)
    make_recipient(campaign, make_institution("Beta", state="CA"), reach="reached", due_at=PAST)
    withdrawn = make_recipient(
        campaign,
        make_institution("Gamma", state="NY"),
        withdrawn_at=NOW,
        withdrawn_reason="Merged.",
    )
    make_answer(withdrawn, Outcome.COMPLIED, number=1)
    make_recipient(campaign, make_institution("Delta Journal", state="", country="GB"))
    return campaign


def names(campaign, **filters):
    return [row.name for row in listed(campaign, **filters)]


def listed(campaign, **filters):
    """The rows of the list with these filters."""
    found = select(campaign, Selection(**filters), NOW).select_related("institution")
    return rows(campaign, list(found), list(campaign.demands.order_by("number")), NOW)


def row_of(campaign, recipient):
    (row,) = (row for row in listed(campaign) if row.pk == recipient.pk)
    return row


def test_each_standing_counts_the_rows_it_leads_to(campaign):
    figures = board(campaign, NOW)
    for each, count in figures.by_standing().items():
        assert count == len(listed(campaign, standing=each))
    assert figures.by_standing()[Standing.CONFIRMED] == 1


def test_each_cell_of_the_matrix_counts_the_rows_it_leads_to(campaign):
    figures = board(campaign, NOW)
    for demand, counts in figures.matrix:
        for outcome, count in counts.items():
            found = listed(campaign, demand=demand.number, outcome=outcome)
            assert count == len(found), (demand, outcome)
    assert figures.matrix[0][1][Outcome.COMPLIED] == 1  # the withdrawn left out


def test_what_was_found_of_the_answers_counts_the_answers_it_leads_to(client, campaign):
    given = Answer.objects.filter(recipient__withdrawn_at=None, current_entry__isnull=False)
    Answer.objects.filter(pk=given.first().pk).update(verification=Verification.CONTRADICTED)
    figures = board(campaign, NOW)
    assert figures.found[Verification.CONTRADICTED] == 1
    client.force_login(make_user("viewer"))
    page = client.get(reverse("letters:board", args=[campaign.pk])).content.decode()
    for each, count in figures.found.items():
        address = f"{reverse('letters:answers', args=[campaign.pk])}?verification={each}"
        assert (address in page) == bool(count)
        assert client.get(address).context["page_obj"].paginator.count == count


def test_overdue_is_what_the_queryset_says(campaign):
    overdue = {row.pk for row in listed(campaign, overdue=True)}
    assert overdue == set(Recipient.objects.overdue(NOW).values_list("pk", flat=True))
    assert board(campaign, NOW).overdue == 1 == len(overdue)


def test_what_came_without_an_answer_is_received_and_still_silent_and_overdue(campaign):
    beta = campaign.recipients.get(institution__name="Beta")
    for kind, day in (("acknowledgement", 3), ("auto_reply", 2)):
        Response.objects.create(
            recipient=beta,
            kind=kind,
            channel="post",
            received_on=datetime.date(2026, 11, day),
            respondent_name="Pat",
            receipt=f"R-{kind}",
            recorded_by=campaign.created_by,
        )
    row = row_of(campaign, beta)
    assert row.received == Received(Response.Kind.ACKNOWLEDGEMENT, datetime.date(2026, 11, 3))
    assert (row.is_answered, row.is_overdue) == (False, True)
    assert names(campaign, answered="received") == ["Beta"]


def test_places_are_states_at_home_and_countries_abroad(campaign):
    places = {figures.key: figures for figures in board(campaign, NOW).by_place()}
    assert set(places) == {"CA", "NY", "GB"}
    assert (places["CA"].recipients, places["CA"].answered, places["CA"].overdue) == (2, 1, 1)
    assert places["NY"].answered == 0
    assert [places[place].shade for place in ("CA", "NY")] == [2, 0]


def test_deadlines_say_how_many_are_silent_and_lead_to_them(campaign):
    figures = board(campaign, NOW)
    past, ahead = figures.by_deadline()
    assert (past.days_left, past.recipients, past.silent) == (-2, 1, 1)
    assert (ahead.days_left, ahead.recipients, ahead.silent) == (9, 1, 0)
    assert names(campaign, due=past.key, answered="silent") == ["Beta"]


def test_the_silent_who_are_never_overdue_are_told_apart_and_lead_to_their_rows(campaign):
    make_recipient(campaign, make_institution("Zeta"), reach="undeliverable", due_at=PAST)
    make_recipient(
        campaign,
        make_institution("Eta"),
        reach="reached",
        due_at=PAST,
        counsel_appeared_on=NOW.date(),
    )
    figures = board(campaign, NOW)
    past = figures.by_deadline()[0]
    assert past.silent == 3
    assert past.not_late == [(Standing.WITH_COUNSEL, 1), (Standing.UNDELIVERABLE, 1)]
    assert past.silent - sum(count for _, count in past.not_late) == figures.overdue
    for each, name in ((Standing.UNDELIVERABLE, "Zeta"), (Standing.WITH_COUNSEL, "Eta")):
        assert names(campaign, due=past.key, standing=each, answered="silent") == [name]


def test_who_was_sent_nothing_is_counted_as_its_link_lists_them(campaign):
    figures = board(campaign, NOW)
    found = listed(campaign, standing="awaiting", reach="unknown")
    assert figures.unsent == len(found) == 1
    assert [row.unsent for row in found] == ["Nothing sent yet"]


def test_days_left_are_counted_where_the_campaign_is():
    campaign = make_campaign(timezone="America/Los_Angeles")
    late_evening = datetime.datetime(2026, 11, 23, 7, 30, tzinfo=datetime.UTC)  # the 22nd there
    recipient = make_recipient(campaign, reach="reached", due_at=late_evening)
    assert row_of(campaign, recipient).days_left == 0
    assert board(campaign, NOW).by_deadline()[0].days_left == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"words": "delta JOURNAL"}, ["Delta Journal"]),
        ({"place": "CA"}, ["Alpha", "Beta"]),
        ({"answered": "answered"}, ["Alpha"]),
        ({"reach": "unknown"}, ["Delta Journal", "Gamma"]),
        ({"sort": "-name"}, ["Gamma", "Delta Journal", "Beta", "Alpha"]),
        ({"sort": "due"}, ["Beta", "Alpha", "Delta Journal", "Gamma"]),
        ({"outcome": "will_comply"}, ["Alpha"]),
        ({"place": "CA", "overdue": True}, ["Beta"]),
    ],
)
def test_the_list_filters_and_sorts(campaign, filters, found):
    assert names(campaign, **filters) == found


def test_a_recipients_last_letter_is_the_newest_that_was_not_left_out(campaign):
    recipient = campaign.recipients.get(institution__name="Beta")
    version = make_version(campaign)
    first = make_letter(make_mailing(version), recipient, status="sealed", **_SEALED)
    Dispatch.objects.create(
        letter=first,
        channel="post",
        status="sent",
        sent_at=timezone.now(),
        queued_by=campaign.created_by,
    )
    make_letter(make_mailing(version), recipient, status="void", status_reason="Left out.")
    row = row_of(campaign, recipient)
    assert row.letter is not None
    assert (row.letter.reference, row.letter.step) == (first.reference, Step.SENT)
    assert steps_of(campaign)[Step.LEFT_OUT] == steps_of(campaign)[Step.SENT] == 1
    assert names(campaign, step="sent") == ["Beta"]


def test_the_draft_of_a_reminder_does_not_hide_the_letter_that_left(campaign):
    recipient = campaign.recipients.get(institution__name="Beta")
    version = make_version(campaign)
    first = make_letter(make_mailing(version), recipient, status="sealed", **_SEALED)
    Dispatch.objects.create(
        letter=first,
        channel="post",
        status="delivered",
        sent_at=timezone.now(),
        arrived_on=timezone.localdate(),
        queued_by=campaign.created_by,
    )
    reminder = make_letter(make_mailing(version), recipient)
    row = row_of(campaign, recipient)
    assert row.letter is not None and row.next_letter is not None
    assert (row.letter.reference, row.letter.step) == (first.reference, Step.DELIVERED)
    assert (row.next_letter.reference, row.next_letter.step) == (reminder.reference, Step.DRAFT)


def test_where_none_left_the_newest_letter_is_the_last_and_no_other_follows(campaign):
    recipient = campaign.recipients.get(institution__name="Delta Journal")
    version = make_version(campaign)
    make_letter(make_mailing(version), recipient)
    newest = make_letter(make_mailing(version), recipient)
    row = row_of(campaign, recipient)
    assert row.letter is not None
    assert (row.letter.reference, row.next_letter) == (newest.reference, None)


_SEALED = {"pdf_sha256": "0" * 64, "page_count": 1, "sealed_at": NOW}


@pytest.fixture
def many(db):
    """A campaign with everything that is counted: overrides, promises, letters of all steps."""
    campaign = large.campaign("Many", "MANY", recipients=240, demands=3, answered=430, now=NOW)
    recipients = list(campaign.recipients.order_by("pk"))
    for recipient in recipients[::17]:
        if not recipient.withdrawn_at:
            recipient.override_standing = "pending"
            recipient.override_reason, recipient.overridden_at = "Settled.", NOW
            recipient.overridden_by = campaign.created_by
            recipient.save()
    letters = list(Letter.objects.filter(mailing__campaign=campaign).order_by("pk"))
    Dispatch.objects.filter(letter__in=letters[:40]).delete()
    for letter in letters[:10]:
        letter.status, letter.status_reason = "void", "Left out."
        letter.save()
    reminder = make_mailing(letters[0].mailing.version, letter_date=NOW.date())
    for recipient in recipients[::25]:
        make_letter(reminder, recipient)
    campaign.recipients.filter(pk__in=[each.pk for each in recipients[:6]]).update(
        reach="unknown", due_at=None
    )
    Institution.objects.filter(pk=recipients[3].institution_id).update(state="")
    return campaign


def test_every_figure_of_a_large_board_counts_the_rows_that_it_leads_to(many):
    figures = board(many, NOW)

    def count(**filters):
        return select(many, Selection(**filters), NOW).count()

    assert figures.recipients == count() == 240
    for name, number in (
        ("reached", figures.reached),
        ("answered", figures.answered),
        ("confirmed", figures.confirmed),
    ):
        assert count(stage=name) == number > 0
    assert figures.overdue == count(overdue=True) > 0
    assert figures.unsent == count(standing="awaiting", reach="unknown") > 0
    for each, number in figures.by_standing().items():
        assert number == count(standing=each.value), each
    for stage in figures.funnel():
        assert stage.recipients == count(stage=stage.key), stage.name
    for demand, counts in figures.matrix:
        for outcome, number in counts.items():
            assert number == count(demand=demand.number, outcome=outcome.value)
    for promise in figures.promises:
        assert promise.recipients == count(promised=promise.key) > 0
    for groups, name in (
        (figures.by_place(), "place"),
        (figures.by_control(), "control"),
        (figures.by_kind(), "kind"),
    ):
        assert sum(group.recipients for group in groups) == 240
        for group in groups:
            key = {name: group.key or "unknown"}
            assert group.recipients == count(**key), key
            assert group.answered == count(**key, answered="answered"), key
            assert group.confirmed == count(**key, stage="confirmed"), key
            assert group.overdue == count(**key, overdue=True), key
    for deadline in figures.by_deadline():
        assert deadline.recipients == count(due=deadline.key)
        assert deadline.silent == count(due=deadline.key, answered="silent")
        for each, number in deadline.not_late:
            assert number == count(due=deadline.key, answered="silent", standing=each.value)
    for period in figures.over_time():
        assert period.recipients == count(since=period.since, until=period.until)
        assert period.so_far == count(until=period.until)
    assert figures.over_time()[-1].so_far == figures.answered
    assert len(figures.pace.days) == count(answered="timed") > 0
    for each, number in figures.steps.items():
        assert number == letters_of(many, each.value).count(), each


def test_the_figures_are_what_a_recount_row_by_row_finds(many):
    assert_recounted(many)


@pytest.mark.slow
def test_the_figures_of_ten_thousand_recipients_are_what_a_recount_finds():
    """Of the campaign that `bench_board` measures: 50,000 answers, 30,000 of them given."""
    made = large.campaign("Large", "LARGE", recipients=10_000, demands=5, answered=30_000, now=NOW)
    assert Answer.objects.exclude(outcome="unanswered").count() == 30_000
    assert_recounted(made)


def assert_recounted(campaign):
    """In plain Python, over every row, without the code that counts in the database."""
    figures, today = board(campaign, NOW), NOW.date()
    recipients = list(
        campaign.recipients.select_related("institution").prefetch_related(
            "answers__demand", "responses", "letters__dispatches"
        )
    )
    stated = AnswerEntry.objects.filter(answer__recipient__campaign=campaign)
    days_named = dict(stated.values_list("pk", "promised_on"))
    dated = dict(campaign.mailings.values_list("pk", "letter_date"))
    stands, answered, days = [], 0, []
    matrix = {demand.number: dict.fromkeys(Outcome, 0) for demand in campaign.demands.all()}
    promised = {"passed": set(), "soon": set(), "later": set()}
    by_control, by_kind, found = Counter(), Counter(), Counter()
    for recipient in recipients:
        outcomes = [each.outcome for each in recipient.answers.all()]
        ruled = standing(
            outcomes,
            reach=recipient.reach,
            counsel_appeared=bool(recipient.counsel_appeared_on),
            withdrawn=bool(recipient.withdrawn_at),
            due_at=recipient.due_at,
            now=NOW,
        )
        stands.append(in_force(ruled, recipient.override_standing))
        by_control[recipient.institution.control] += 1
        by_kind[recipient.institution.kind] += 1
        if recipient.withdrawn_at:
            continue
        for answer in recipient.answers.all():
            matrix[answer.demand.number][Outcome(answer.outcome)] += 1
            found[answer.verification] += answer.outcome != "unanswered"
            if answer.outcome == "will_comply":
                ahead = (days_named[answer.current_entry_id] - today).days
                when = "passed" if ahead < 0 else "soon" if ahead <= 30 else "later"
                promised[when].add(recipient.pk)
        gave = any(outcome != "unanswered" for outcome in outcomes)
        answered += gave
        left = [
            dated[letter.mailing_id]
            for letter in recipient.letters.all()
            if any(each.status in Dispatch.LEFT for each in letter.dispatches.all())
        ]
        if gave and left:
            first = min(response.received_on for response in recipient.responses.all())
            days.append((first - min(left)).days)
    assert figures.recipients == len(recipients)
    assert figures.by_standing() == {each: stands.count(each) for each in Standing}
    assert figures.overdue == stands.count(Standing.NO_RESPONSE)
    assert figures.answered == answered
    assert figures.confirmed == sum(each in CONFIRMED for each in stands)
    assert [counts for _, counts in figures.matrix] == list(matrix.values())
    assert figures.found == {each: found[each] for each in Verification}
    assert figures.given == found.total()
    assert {each.key: each.recipients for each in figures.promises} == {
        when: len(those) for when, those in promised.items()
    }
    assert {each.key: each.recipients for each in figures.by_control()} == by_control
    assert {each.key: each.recipients for each in figures.by_kind()} == by_kind
    assert sorted(figures.pace.days) == sorted(days)
    assert figures.pace.median == round(statistics.median(days))
    steps = [
        step(letter.status, [each.status for each in letter.dispatches.all()])
        for recipient in recipients
        for letter in recipient.letters.all()
    ]
    assert figures.steps == {each: steps.count(each) for each in Step}


def test_the_list_of_letters_says_of_each_step_what_the_board_counts(many):
    every = letter_rows(letters_of(many))
    assert {each: sum(row.step is each for row in every) for each in Step} == steps_of(many)
    assert all(row.left_at for row in every if row.step in (Step.SENT, Step.DELIVERED))


def test_first_answers_are_counted_by_week_and_by_four_weeks_where_a_year_has_passed():
    campaign = make_campaign(demands=1)
    for days_ago in (1, 9):
        answered_on(campaign, NOW.date() - datetime.timedelta(days=days_ago))
    periods = board(campaign, NOW).over_time()
    assert [(period.recipients, period.so_far) for period in periods] == [(1, 1), (1, 2)]
    assert all(period.since.weekday() == 0 for period in periods)
    answered_on(campaign, NOW.date() - datetime.timedelta(days=400))
    periods = board(campaign, NOW).over_time()
    assert {(period.until - period.since).days for period in periods} == {27}
    assert periods[-1].so_far == 3


def answered_on(campaign, day):
    recipient = make_recipient(campaign)
    make_answer(recipient, Outcome.COMPLIED)
    Response.objects.create(
        recipient=recipient,
        channel="post",
        received_on=day,
        respondent_name="Pat",
        receipt=f"R-{recipient.pk}",
        recorded_by=campaign.created_by,
    )


def test_a_board_without_recipients_letters_or_answers_counts_nothing():
    figures = board(make_campaign(demands=0), NOW)
    assert (figures.recipients, figures.active, figures.overdue, figures.letters) == (0, 0, 0, 0)
    assert figures.pace.median is None
    assert figures.over_time() == figures.by_place() == figures.by_deadline() == []
    assert [(stage.recipients, stage.of) for stage in figures.funnel()] == [(0, 0)] * 6
