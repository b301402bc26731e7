"""Preflight: who cannot be written to, and what counsel should look at."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Addressee, Campaign, Contact, Institution
from letters.actions import mailing as mailing_actions
from letters.actions import preflight
from letters.models import Finding, Letter, Mailing
from tests.factories import (
    make_campaign,
    make_ground,
    make_institution,
    make_mailing,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
DAY = datetime.timedelta(days=1)


def found(campaign, **fields) -> dict[str, Finding]:
    """What preflight says of a mailing to the recipients the campaign has."""
    stage = stages.prepared(0, campaign=campaign, **fields)
    return {one.code: one for one in stage.mailing.findings.all()}


def clean_campaign(**fields):
    return make_campaign(deadline_days=30, **fields)


def test_a_letter_with_nothing_amiss_has_only_an_unverified_contact():
    campaign = clean_campaign()
    make_recipient(campaign)
    codes = {code for code, one in found(campaign).items() if one.letter_id}
    assert codes == {"contact-unverified"}


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("street", "no-street"),
        ("city", "no-city"),
        ("state", "no-state"),
        ("postal_code", "no-zip"),
    ],
)
def test_each_part_of_the_address_has_to_be_there(part, code):
    campaign = clean_campaign()
    make_recipient(campaign, make_institution("Auburn University", **{part: ""}))
    one = found(campaign)[code]
    assert one.severity == "red"
    assert one.message.startswith("Auburn University has no")


def test_an_office_abroad_needs_no_state():
    campaign = clean_campaign()
    make_recipient(campaign, make_institution(state="", country="GB"))
    assert "no-state" not in found(campaign)


def test_the_addressees_own_address_counts():
    campaign = clean_campaign()
    recipient = make_recipient(campaign, make_institution(street=""))
    recipient.addressees.update(street="1 Own Street")
    assert "no-street" not in found(campaign)


def test_a_missing_street_does_not_stop_a_letter_that_goes_by_e_mail_alone():
    campaign = clean_campaign()
    recipient = make_recipient(campaign, make_institution(street=""))
    recipient.addressees.update(by_post=False, by_email=True, email="a@example.invalid")
    assert found(campaign)["no-street"].severity == "amber"


def test_somebody_has_to_be_addressed():
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    recipient.addressees.update(contact=None)
    assert found(campaign)["no-addressee"].severity == "red"


def test_an_office_without_a_name_is_greeted_as_an_office_and_marked():
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    recipient.addressees.update(contact=None, title="President")
    assert found(campaign)["no-name"].severity == "amber"


@pytest.mark.parametrize("where", ["contact", "addressee"])
@pytest.mark.parametrize("word", [{"name": "TBD"}, {"title": "N/A"}])
def test_a_word_for_nobody_is_not_printed_as_somebody(where, word):
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    people = recipient.institution.contacts if where == "contact" else recipient.addressees
    people.update(**word)
    seen = found(campaign)["names-nobody"]
    assert (seen.severity, next(iter(word.values())) in seen.message) == ("red", True)


def test_who_must_not_be_written_to_is_red():
    campaign = clean_campaign()
    now = timezone.now()
    make_recipient(campaign, make_institution(suppressed_at=now, suppressed_reason="Asked."))
    make_recipient(campaign, withdrawn_at=now, withdrawn_reason="Merged.")
    make_recipient(campaign, make_institution(archived_at=now))
    seen = found(campaign)
    for code in ("suppressed", "withdrawn", "institution-archived"):
        assert seen[code].severity == "red"
    assert "Asked." in seen["suppressed"].message


def test_a_ground_that_does_not_cover_stops_and_one_that_may_is_marked():
    campaign = clean_campaign()
    campaign.grounds.add(make_ground())
    make_recipient(campaign, make_institution("A Journal", kind="journal", ffa=""))
    make_recipient(campaign, make_institution("Unknown University", ffa=""))
    seen = found(campaign)
    assert seen["ground-mismatch"].severity == "red"
    assert seen["ground-mismatch"].message.startswith("A Journal")
    assert seen["ground-unknown"].severity == "amber"
    assert seen["ground-unknown"].message.startswith("Unknown University")


def test_what_holds_for_every_letter_is_said_once():
    campaign = clean_campaign()
    campaign.grounds.add(make_ground())
    for _ in range(3):
        make_recipient(campaign)
    stages.prepared(0, campaign=campaign)
    (one,) = Finding.objects.filter(code="ground-unverified")
    assert (one.letter, one.severity) == (None, "amber")


@pytest.mark.parametrize("citation", ["<State code §>", "LCME, Element x.y (edition)"])
def test_a_citation_that_nobody_has_completed_stops_the_mailing(citation):
    campaign = clean_campaign()
    campaign.grounds.add(make_ground(citation=citation))
    make_recipient(campaign)
    seen = found(campaign)["ground-unfinished"]
    assert seen.severity == "red"
    assert citation in seen.message


def test_a_ground_past_its_review_is_said():
    campaign = clean_campaign()
    long_ago = timezone.localdate() - 400 * DAY
    campaign.grounds.add(
        make_ground(verified_on=long_ago, verified_by=make_user(), review_by=long_ago + 180 * DAY)
    )
    make_recipient(campaign)
    assert found(campaign)["ground-past-review"].severity == "amber"


def test_a_letter_by_e_mail_needs_an_address():
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    recipient.addressees.update(by_email=True)
    assert found(campaign)["no-email"].severity == "red"


def test_one_person_is_written_to_once():
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    contact = recipient.institution.contacts.get()
    Addressee.objects.create(recipient=recipient, contact=contact, kind="copy")
    twin = Contact.objects.create(
        institution=recipient.institution, name="dr robin  EXAMPLE", title="Provost"
    )
    Addressee.objects.create(recipient=recipient, contact=twin, kind="copy")
    stages.prepared(0, campaign=campaign)
    twins = Finding.objects.filter(code="duplicate", severity="red")
    assert twins.count() == 2


def test_an_addressee_with_another_first_letter_is_marked():
    stage = stages.prepared(1)
    assert found(stage.campaign)["written-before"].severity == "amber"


def test_a_campaign_without_demands_is_stopped():
    campaign = clean_campaign(demands=0)
    make_recipient(campaign)
    assert found(campaign)["no-demands"].severity == "red"


def test_a_sender_who_is_gone_stops_the_mailing():
    stage = stages.prepared(1)
    stage.campaign.sender.delete()
    codes = {one.code: one.severity for one in preflight.inspect(stage.again())}
    assert codes["no-sender"] == "red"


def test_a_value_that_the_text_prints_has_to_be_known():
    campaign = clean_campaign()
    recipient = make_recipient(campaign)
    recipient.addressees.update(contact=None, title="President")
    version = make_version(campaign, body="Dear {{ addressee_name }}, we write.")
    one = found(campaign, version=version)["missing-value"]
    assert one.severity == "red"
    assert "Name of the addressee" in one.message


def test_a_short_or_closed_deadline_is_said():
    campaign = make_campaign(deadline_days=5, deadline_rolls=False)
    make_recipient(campaign)
    monday = stages.today(campaign) + DAY * (7 - stages.today(campaign).weekday())
    seen = found(campaign, letter_date=monday)
    assert "Only 5 days" in seen["deadline-near"].message
    assert "weekend" in seen["deadline-closed"].message


def test_a_newer_version_of_the_text_is_said():
    campaign = clean_campaign()
    make_recipient(campaign)
    version = make_version(campaign)
    make_version(campaign)
    assert "version 2 was saved since" in found(campaign, version=version)["newer-version"].message


def test_a_letter_date_that_has_passed_stops_the_mailing():
    made = make_mailing(letter_date=datetime.date(2020, 1, 1))
    mailing = Mailing.objects.get(pk=made.pk)
    codes = {one.code: one.severity for one in preflight.inspect(mailing)}
    assert codes["date-passed"] == "red"


def test_long_and_unusual_letters_are_marked_once_they_are_rendered():
    stage = stages.prepared(22)
    stage.mailing.letters.update(status="rendered", pdf_sha256="0" * 64, page_count=2)
    Letter.objects.filter(pk=stage.letters[0].pk).update(page_count=13)
    preflight.run(stage.mailing)
    codes = stage.mailing.findings.filter(letter=stage.letters[0]).values_list("code", flat=True)
    assert {"many-sheets", "unusual-length"} <= set(codes)
    assert Finding.objects.get(code="unusual-length").message == (
        "13 pages, where most letters have 2 pages."
    )


def test_a_second_run_takes_the_place_of_the_first():
    stage = stages.prepared(2)
    before = stage.mailing.findings.count()
    preflight.run(stage.mailing)
    assert stage.mailing.findings.count() == before


def test_what_is_found_again_keeps_its_row_and_what_is_mended_loses_it():
    stage = stages.prepared(2)
    bare, other = (letter.recipient.institution for letter in stage.letters)
    Institution.objects.filter(pk=bare.pk).update(street="")
    preflight.run(stage.again())
    before = set(stage.mailing.findings.values_list("pk", "code"))
    assert "no-street" in {code for _pk, code in before}
    Institution.objects.filter(pk=bare.pk).update(street="1 College Street")
    Institution.objects.filter(pk=other.pk).update(city="")
    preflight.run(stage.again())
    after = set(stage.mailing.findings.values_list("pk", "code"))
    assert {code for _pk, code in before - after} == {"no-street"}
    assert {code for _pk, code in after - before} == {"no-city"}


def test_what_is_found_again_and_weighs_otherwise_is_another_row():
    stage = stages.prepared(1)
    Institution.objects.update(street="")
    preflight.run(stage.again())
    (red,) = stage.mailing.findings.filter(code="no-street")
    stage.mailing.letters.update(by_post=False, by_email=True)
    preflight.run(stage.again())
    (amber,) = stage.mailing.findings.filter(code="no-street")
    assert (red.severity, amber.severity) == ("red", "amber")
    assert red.message == amber.message and red.pk != amber.pk


def test_the_number_of_queries_does_not_grow_with_the_letters():
    def queries(count: int) -> int:
        stage = stages.prepared(count)
        stage.campaign.grounds.add(make_ground())
        mailing = stage.again()
        with CaptureQueriesContext(connection) as captured:
            preflight.run(mailing)
        return len(captured)

    assert queries(3) == queries(30)


def test_a_deadline_that_the_campaign_counts_otherwise_now_stops_the_mailing_until_taken_in():
    stage = stages.rendered(1)
    before = stage.mailing.printed_deadline
    Campaign.objects.update(deadline_days=90)
    stage.again()
    (found,) = [one for one in preflight.inspect(stage.mailing) if one.code == "deadline-changed"]
    assert found.severity == "red"
    assert mailing_actions.refresh(mailing=stage.mailing, by=stage.manager) == 1
    assert stage.again().printed_deadline > before
    assert stage.letters[0].status == "draft"
    assert "deadline-changed" not in {one.code for one in preflight.inspect(stage.mailing)}


def test_another_start_of_the_deadline_is_taken_in_though_the_printed_day_stays():
    stage = stages.prepared(1)
    printed = stage.mailing.printed_deadline
    Campaign.objects.update(deadline_anchor="delivered")
    stage.again()
    (found,) = [one for one in preflight.inspect(stage.mailing) if one.code == "deadline-changed"]
    assert "The printed day stays the same" in found.message
    mailing_actions.refresh(mailing=stage.mailing, by=stage.manager)
    assert stage.again().printed_deadline == printed
    assert stage.mailing.rule.anchor == "delivered"
    assert "deadline-changed" not in {one.code for one in preflight.inspect(stage.mailing)}


def test_the_code_of_no_country_stops_a_letter():
    stage = stages.prepared(1)
    Institution.objects.update(country="ZZ", state="")
    (found,) = [one for one in preflight.inspect(stage.mailing) if one.code == "no-country"]
    assert (found.severity, "ZZ" in found.message) == ("red", True)


def test_an_address_of_ones_own_without_its_state_is_not_filled_from_the_institution():
    stage = stages.prepared(1)
    stage.letters[0].recipient.addressees.update(
        street="2 Law St", city="Boston", postal_code="02115"
    )
    assert "no-state" in {one.code for one in preflight.inspect(stage.mailing)}
