"""What was seen at recipients: by hand, by file, and what is refused."""

import dataclasses
import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions import sourced_fact as actions
from campaigns.actions.campaign import CampaignIsArchived
from campaigns.directory.sourced_facts import Particulars, Row
from campaigns.models import AuditEvent, Identifier, SourcedFact
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db

SEEN = Particulars(
    "Fellowship", "Only for some.", "https://a.example/x", datetime.date(2026, 11, 2), "A"
)


@pytest.fixture
def drafter():
    return make_user("drafter")


@pytest.fixture
def campaign():
    campaign = make_campaign()
    for name in ("Alpha University", "Beta College"):
        make_recipient(campaign, make_institution(name, aliases=[f"{name[:4]} U"]))
    return campaign


@pytest.fixture
def alpha(campaign):
    return campaign.recipients.get(institution__name="Alpha University")


def row(institution="Alpha University", line=2, **changes):
    return Row(line, institution, particulars=dataclasses.replace(SEEN, **changes))


def verdicts(planned):
    return [(one.verdict, one.note) for one in planned]


def test_a_fact_is_added_with_its_source(alpha, drafter):
    fact = actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    assert (fact.quotation, fact.source, fact.seen_on) == (
        SEEN.quotation,
        SEEN.source,
        SEEN.seen_on,
    )
    event = AuditEvent.objects.get()
    assert event.sentence == "added the sourced fact “Fellowship” of Alpha University."


def test_what_was_seen_tomorrow_is_refused(alpha, drafter):
    late = dataclasses.replace(SEEN, seen_on=timezone.localdate() + datetime.timedelta(days=1))
    with pytest.raises(actions.FromTheFuture):
        actions.add(recipient=alpha, particulars=late, by=drafter)
    fact = actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    with pytest.raises(actions.FromTheFuture):
        actions.change(fact=fact, particulars=late, by=drafter)
    assert SourcedFact.objects.get().seen_on == SEEN.seen_on


def test_a_change_is_on_record_and_no_change_is_not(alpha, drafter):
    fact = actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    actions.change(fact=fact, particulars=SEEN, by=drafter)
    changed = dataclasses.replace(SEEN, exhibit="B")
    assert actions.change(fact=fact, particulars=changed, by=drafter).exhibit == "B"
    assert AuditEvent.objects.count() == 2


def test_a_removed_fact_is_kept_and_changed_no_more(alpha, drafter):
    fact = actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    actions.remove(fact=fact, by=drafter)
    assert SourcedFact.objects.get().archived_at
    with pytest.raises(actions.WasRemoved):
        actions.remove(fact=fact, by=drafter)
    with pytest.raises(actions.WasRemoved):
        actions.change(fact=fact, particulars=SEEN, by=drafter)


def test_an_archived_campaign_takes_no_facts(alpha, campaign, drafter):
    fact = actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    campaign.archived_at = timezone.now()
    campaign.save()
    for refused in (
        lambda: actions.add(recipient=alpha, particulars=SEEN, by=drafter),
        lambda: actions.remove(fact=fact, by=drafter),
        lambda: actions.take_in(campaign=campaign, rows=[row()], by=drafter),
    ):
        with pytest.raises(CampaignIsArchived):
            refused()


def test_a_failing_audit_event_undoes_the_fact(alpha, campaign, drafter, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.add(recipient=alpha, particulars=SEEN, by=drafter)
    with pytest.raises(RuntimeError):
        actions.take_in(campaign=campaign, rows=[row()], by=drafter)
    assert not SourcedFact.objects.exists()


# --- A file ----------------------------------------------------------------------------


def test_a_file_is_taken_in_row_by_row(campaign, alpha, drafter):
    planned = actions.take_in(
        campaign=campaign,
        rows=[
            row(),
            row("beta college"),
            row("Beta U", quotation="More."),
            row("Nobody"),
            row(""),
            Row(7, "Alpha University", refusal="The source is empty."),
        ],
        by=drafter,
    )
    assert [one.verdict for one in planned] == [
        "new",
        "new",
        "new",
        "refused",
        "refused",
        "refused",
    ]
    assert planned[3].note == "No recipient of this campaign is called “Nobody”."
    assert planned[4].note == "The institution is not named."
    assert planned[5].note == "The source is empty."
    assert SourcedFact.objects.count() == 3
    assert alpha.sourced_facts.get().quotation == SEEN.quotation
    assert AuditEvent.objects.get().sentence == "took in 3 sourced facts about 2 recipients."


def test_the_same_file_again_adds_nothing_and_says_so(campaign, drafter):
    actions.take_in(campaign=campaign, rows=[row()], by=drafter)
    planned = actions.take_in(campaign=campaign, rows=[row(), row()], by=drafter)
    assert verdicts(planned) == [("same", "It is on record already.")] * 2
    assert AuditEvent.objects.count() == 1


def test_a_row_that_comes_twice_is_added_once(campaign, drafter):
    planned = actions.take_in(campaign=campaign, rows=[row(), row(line=3)], by=drafter)
    assert [one.verdict for one in planned] == ["new", "same"]
    assert SourcedFact.objects.count() == 1


def test_a_name_that_two_recipients_bear_is_refused_and_the_identifier_decides(campaign, drafter):
    twin = make_recipient(campaign, make_institution("Alpha University"))
    Identifier.objects.create(institution=twin.institution, scheme="unitid", value="000123")
    planned = actions.plan(campaign, [row(), dataclasses.replace(row(), identifier="000123")])
    assert planned[0].note == (
        "2 recipients are called “Alpha University”. Name its identifier instead."
    )
    assert planned[1].recipient == twin


def test_a_withdrawn_recipient_gets_no_facts(campaign, alpha):
    alpha.withdrawn_at, alpha.withdrawn_reason = timezone.now(), "Closed."
    alpha.save()
    assert [one.verdict for one in actions.plan(campaign, [row()])] == ["refused"]


def test_a_row_from_the_future_is_refused(campaign):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    (planned,) = actions.plan(campaign, [row(seen_on=tomorrow)])
    assert planned.verdict == "refused"
    assert planned.note.endswith("is in the future.")


def test_a_plan_writes_nothing_and_asks_as_much_for_many_rows_as_for_one(campaign):
    def asked(rows):
        with CaptureQueriesContext(connection) as queries:
            actions.plan(campaign, rows)
        return len(queries)

    assert asked([row()]) == asked([row(quotation=f"Q {n}") for n in range(500)])
    assert not SourcedFact.objects.exists()
