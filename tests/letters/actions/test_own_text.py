"""What a letter says to one recipient alone: written, refused, frozen, and shown to counsel."""

import pytest
from django.utils import timezone

from campaigns.actions.campaign import CampaignIsArchived
from campaigns.models import AuditEvent
from letters.actions import freshness, own_text
from letters.merge import context
from letters.models import OwnText
from letters.reports.deviations import deviations
from tests.factories import make_campaign, make_recipient, make_user, make_version
from tests.letters import stages

pytestmark = pytest.mark.django_db

BODY = "All read this.\n\n{% if own_text %}\nAnd to you:\n{% endif %}\n\n{% own_text %}\n\nThe end."


@pytest.fixture
def drafter():
    return make_user("drafter")


@pytest.fixture
def version():
    return make_version(make_campaign(), body=BODY)


@pytest.fixture
def recipient(version):
    return make_recipient(version.template.campaign)


def write(version, recipient, drafter, text="For **{{ institution_name }}**.", reason="Asked."):
    return own_text.write(
        template=version.template, recipient=recipient, text=text, reason=reason, by=drafter
    )


def test_an_own_text_is_written_with_its_reason(version, recipient, drafter):
    own = write(version, recipient, drafter)
    assert (own.text, own.changed_by) == ("For **{{ institution_name }}**.", drafter)
    event = AuditEvent.objects.get()
    assert event.sentence == (
        f"wrote the own text of {recipient} in “First letter”. Reason: Asked."
    )


def test_the_same_text_again_is_no_event(version, recipient, drafter):
    write(version, recipient, drafter)
    write(version, recipient, drafter, reason="Other.")
    assert AuditEvent.objects.count() == 1


def test_an_empty_text_takes_it_away(version, recipient, drafter):
    write(version, recipient, drafter)
    write(version, recipient, drafter, text="", reason="Settled.")
    assert context.own_texts(version.template) == {}
    assert "took away the own text" in AuditEvent.objects.last().sentence


def test_a_deviation_without_a_reason_is_refused(version, recipient, drafter):
    with pytest.raises(own_text.ReasonMissing):
        write(version, recipient, drafter, reason=" ")
    assert not OwnText.objects.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x\n{{ nobody }}", "Line 2, column 1: There is no field nobody"),
        ("{% own_text %}", "Line 1, column 1: {% own_text %} has its place in the letter"),
        ("{% response %}", "Line 1, column 1: {% response %} has its place in the letter"),
        ("{% no_response %}", "Line 1, column 1: {% no_response %} has its place"),
        ("<b>x</b>", "Line 1, column 1: HTML is not used"),
    ],
)
def test_a_text_that_cannot_stand_in_a_letter_is_refused(version, recipient, drafter, text, why):
    with pytest.raises(own_text.OwnTextRefused) as refused:
        write(version, recipient, drafter, text=text)
    assert str(refused.value).startswith(why)


def test_a_recipient_of_another_campaign_is_refused(version, drafter):
    with pytest.raises(own_text.NotARecipient):
        write(version, make_recipient(make_campaign()), drafter)


def test_an_archived_campaign_takes_no_own_text(version, recipient, drafter):
    campaign = version.template.campaign
    campaign.archived_at = timezone.now()
    campaign.save()
    with pytest.raises(CampaignIsArchived):
        write(version, recipient, drafter)


def test_a_failing_audit_event_undoes_the_text(version, recipient, drafter, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(own_text.audit, "record", fail)
    with pytest.raises(RuntimeError):
        write(version, recipient, drafter)
    assert not OwnText.objects.exists()


# --- In a mailing ----------------------------------------------------------------------


@pytest.fixture
def stage(version, recipient, drafter):
    """A mailing of three letters, one of which has a text of its own."""
    write(version, recipient, drafter)
    return stages.prepared(2, campaign=version.template.campaign, version=version)


def test_only_the_recipient_reads_its_own_text(stage, recipient):
    bodies = {letter.recipient_id: context.content(letter).body for letter in stage.letters}
    own = bodies.pop(recipient.pk)
    assert f"For <strong>{recipient.institution.name}</strong>." in own
    assert "And to you:" in own
    assert all("And to you" not in body and "For <strong>" not in body for body in bodies.values())


def test_the_letter_keeps_the_own_text_it_was_made_with(stage, version, recipient, drafter):
    write(version, recipient, drafter, text="Changed.")
    letter = stage.mailing.letters.get(recipient=recipient)
    assert "Changed." not in context.content(letter).body
    read = freshness.read_standing(stage.mailing)
    (changed,) = [one for one in read if freshness.freeze(one)]
    assert changed.recipient == recipient


def test_the_letters_that_deviate_are_named(stage, recipient, version):
    found = deviations(stage.mailing)
    assert (found.count, [letter.recipient for letter in found.letters]) == (1, [recipient])


def test_a_letter_that_has_no_place_for_an_own_text_does_not_deviate(
    version, recipient, drafter, django_assert_num_queries
):
    write(version, recipient, drafter)
    plain = make_version(version.template.campaign, body="All read this.")
    stage = stages.prepared(1, campaign=plain.template.campaign, version=plain)
    with django_assert_num_queries(0):
        assert deviations(stage.mailing).count == 0
    letter = stage.mailing.letters.get(recipient=recipient)
    assert "For" not in context.content(letter).body


def test_a_value_that_an_own_text_lacks_is_named(version, drafter):
    bare = make_recipient(version.template.campaign)
    bare.institution.city = ""
    bare.institution.save()
    write(version, bare, drafter, text="In {{ institution_city }}.")
    stage = stages.prepared(1, campaign=version.template.campaign, version=version)
    addressee = bare.addressees.get()
    assert context.missing(stage.mailing, addressee) == ["City of the institution"]
    assert stage.mailing.findings.filter(code="missing-value", letter__recipient=bare).exists()
