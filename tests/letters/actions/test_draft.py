"""The text of letters: what may be saved, what is kept, and what freezes a version."""

import dataclasses

import pytest
from django.utils import timezone

from campaigns.actions.campaign import CampaignIsArchived
from campaigns.models import AuditEvent
from letters.actions import draft
from letters.models import LetterTemplate, LetterVersion
from tests.factories import make_campaign, make_ground, make_user

pytestmark = pytest.mark.django_db

TEXT = draft.Text(subject="Request to {{ institution_name }}", body="Dear {{ salutation }}.")


@pytest.fixture
def drafter():
    return make_user("drafter")


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def template(campaign, drafter):
    return draft.create_template(campaign=campaign, name="First", purpose="first", by=drafter)


def test_a_letter_begins_with_a_name_and_a_purpose(template, campaign):
    assert (template.campaign, template.purpose) == (campaign, "first")
    assert AuditEvent.objects.get().sentence == "began the letter “First” (first letter)."


def test_a_name_is_taken_once_in_a_campaign(template, drafter):
    with pytest.raises(draft.NameIsTaken, match="FIRST"):
        draft.create_template(
            campaign=template.campaign, name="FIRST", purpose="reminder", by=drafter
        )


def test_each_save_is_the_next_version(template, drafter):
    draft.save_version(template=template, text=TEXT, by=drafter)
    longer = dataclasses.replace(TEXT, body="Dear {{ salutation }}.\n\nMore.")
    version = draft.save_version(template=template, text=longer, reason="More.", by=drafter)
    assert (version.number, version.author, version.reason) == (2, drafter, "More.")
    assert AuditEvent.objects.last().sentence == "saved First, version 2. Reason: More."


def test_the_same_text_again_is_the_same_version(template, drafter):
    version = draft.save_version(template=template, text=TEXT, by=drafter)
    again = draft.save_version(template=template, text=TEXT, by=make_user("manager"))
    assert again == version
    assert again.author == drafter
    assert LetterVersion.objects.count() == 1


def test_going_back_to_an_older_text_is_a_new_version(template, drafter):
    for body in ("One.", "Two.", "One."):
        draft.save_version(template=template, text=dataclasses.replace(TEXT, body=body), by=drafter)
    assert [version.number for version in template.versions.all()] == [3, 2, 1]


def test_every_problem_is_reported_with_its_field_line_and_column(template, drafter):
    text = draft.Text(
        subject="About {{ institution_nmae }}",
        body="Good.\n\nDear {{ salutatoin }} of {{ insitution_city }}.",
        closing="Sincerely 漢",
    )
    with pytest.raises(draft.TextRefused) as refused:
        draft.save_version(template=template, text=text, by=drafter)
    where = [(problem.field, problem.line, problem.column) for problem in refused.value.problems]
    assert where == [("subject", 1, 7), ("body", 3, 6), ("body", 3, 26), ("closing", 1, 11)]
    assert "institution_name" in refused.value.problems[0].message
    assert "There are 3 more." in str(refused.value)
    assert not LetterVersion.objects.exists()


def test_a_condition_on_a_ground_needs_the_ground_in_the_campaign(template, drafter):
    text = dataclasses.replace(TEXT, body="{% if cites_title_vi %}\nIt applies.\n{% endif %}")
    with pytest.raises(draft.TextRefused, match="cites_title_vi"):
        draft.save_version(template=template, text=text, by=drafter)
    template.campaign.grounds.add(make_ground(key="title_vi"))
    assert draft.save_version(template=template, text=text, by=drafter).number == 1


def test_an_archived_campaign_takes_no_new_text(template, drafter):
    template.campaign.archived_at = timezone.now()
    template.campaign.save()
    with pytest.raises(CampaignIsArchived):
        draft.save_version(template=template, text=TEXT, by=drafter)


def test_a_version_is_frozen_once(template, drafter):
    version = draft.save_version(template=template, text=TEXT, by=drafter)
    first = draft.freeze(version=version).frozen_at
    assert first
    assert draft.freeze(version=version, on=timezone.now()).frozen_at == first


def test_a_version_whose_ground_was_dropped_is_not_used(template, drafter):
    ground = make_ground(key="title_vi")
    template.campaign.grounds.add(ground)
    text = dataclasses.replace(TEXT, body="{% if cites_title_vi %}\nIt applies.\n{% endif %}")
    version = draft.save_version(template=template, text=text, by=drafter)
    template.campaign.grounds.clear()
    with pytest.raises(draft.TextRefused, match="cites_title_vi"):
        draft.freeze(version=version)
    version.refresh_from_db()
    assert version.frozen_at is None


def test_a_letter_is_copied_to_another_campaign_with_its_words(template, drafter):
    draft.save_version(template=template, text=TEXT, by=drafter)
    other = make_campaign()
    copy = draft.copy_template(
        template=template, campaign=other, name="First", purpose="final", by=drafter
    )
    version = copy.versions.get()
    assert (copy.campaign, copy.purpose, version.number) == (other, "final", 1)
    assert draft.Text.of(version) == TEXT
    assert version.reason.startswith("Copied from First, version 1 of")


def test_a_copy_that_is_refused_leaves_no_empty_letter(template, drafter):
    template.campaign.grounds.add(make_ground(key="title_vi"))
    text = dataclasses.replace(TEXT, body="{% if cites_title_vi %}\nIt applies.\n{% endif %}")
    draft.save_version(template=template, text=text, by=drafter)
    with pytest.raises(draft.TextRefused):
        draft.copy_template(
            template=template, campaign=make_campaign(), name="Copy", purpose="first", by=drafter
        )
    assert LetterTemplate.objects.count() == 1


def test_a_failing_audit_event_undoes_the_save(template, drafter, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(draft.audit, "record", fail)
    with pytest.raises(RuntimeError):
        draft.save_version(template=template, text=TEXT, by=drafter)
    assert not LetterVersion.objects.exists()


def test_a_letter_without_words_cannot_be_copied(template, drafter):
    with pytest.raises(draft.NothingToCopy):
        draft.copy_template(
            template=template, campaign=template.campaign, name="Copy", purpose="first", by=drafter
        )


@pytest.mark.parametrize("field", ["closing", "label", "enclosures"])
def test_a_merge_tag_where_none_is_read_is_refused_and_not_printed(template, drafter, field):
    text = dataclasses.replace(TEXT, **{field: "For {{ institution_name }}"})
    with pytest.raises(draft.TextRefused, match="would be printed as it stands") as refused:
        draft.save_version(template=template, text=text, by=drafter)
    (problem,) = refused.value.problems
    assert (problem.field, problem.line, problem.column) == (field, 1, 5)
