"""Making a mailing, and changing it while it is prepared."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import audit
from campaigns.actions.campaign import CampaignIsArchived
from campaigns.models import Addressee
from letters.actions import leave_out, mailing, render
from letters.actions.draft import TextRefused
from letters.merge.context import NoSender
from letters.merge.reference import is_valid
from letters.models import Dispatch, Letter, LetterTemplate, LetterVersion, Mailing, PortalKey
from tests.factories import (
    make_campaign,
    make_ground,
    make_institution,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def create(campaign, **fields) -> Mailing:
    return mailing.create(
        **{
            "version": make_version(campaign),
            "title": "First letter",
            "letter_date": stages.today(campaign),
            "recipients": list(campaign.recipients.all()),
            "by": make_user("manager"),
            **fields,
        }
    )


def test_each_addressee_gets_a_letter_in_posting_order_with_a_reference_and_a_code():
    campaign = make_campaign(reference_prefix="CNF")
    for name in ("Zeta College", "alpha University", "Beta Institute"):
        make_recipient(campaign, make_institution(name))
    made = create(campaign)
    letters = list(made.letters.order_by("position"))
    names = [letter.recipient.institution.name for letter in letters]
    assert names == ["alpha University", "Beta Institute", "Zeta College"]
    assert [letter.position for letter in letters] == [1, 2, 3]
    assert all(is_valid(letter.reference) for letter in letters)
    assert letters[0].reference.startswith(f"CNF-{made.letter_date.year}-0001-")
    assert PortalKey.objects.filter(letter__mailing=made).count() == 3
    assert all(letter.merge_data for letter in letters)


def test_references_go_on_where_the_last_mailing_ended_and_are_never_used_again():
    stage = stages.prepared(2)
    mailing.cancel(mailing=stage.mailing, reason="Another text.", by=stage.manager)
    second = create(stage.campaign, title="Second")
    numbers = [letter.reference.split("-")[2] for letter in second.letters.order_by("position")]
    assert numbers == ["0003", "0004"]


def test_the_deadline_is_computed_from_the_letter_date_by_the_campaigns_rule():
    campaign = make_campaign(deadline_days=30)
    make_recipient(campaign)
    day = datetime.date(2030, 6, 4)  # 30 days later is Independence Day, a Thursday
    made = create(campaign, letter_date=day)
    assert made.printed_deadline == datetime.datetime(2030, 7, 5, 21, tzinfo=datetime.UTC)


def test_the_version_is_frozen_from_then_on():
    stage = stages.prepared(1)
    assert LetterVersion.objects.get(pk=stage.mailing.version_id).frozen_at


def test_a_copy_goes_after_the_original_of_the_same_institution():
    campaign = make_campaign()
    recipient = make_recipient(campaign)
    Addressee.objects.create(recipient=recipient, kind="copy", name="A. Counsel", title="Counsel")
    kinds = [letter.addressee.kind for letter in create(campaign).letters.order_by("position")]
    assert kinds == ["to", "copy"]


def test_a_recipient_without_an_addressee_is_named_and_not_left_out_in_silence():
    campaign = make_campaign()
    recipient = make_recipient(campaign)
    recipient.addressees.all().delete()
    made = create(campaign)
    assert made.findings.filter(code="no-addressee", severity="red").count() == 1


def test_a_letter_date_in_the_past_is_refused():
    campaign = make_campaign()
    make_recipient(campaign)
    yesterday = stages.today(campaign) - datetime.timedelta(days=1)
    with pytest.raises(mailing.LetterDateHasPassed, match="has passed"):
        create(campaign, letter_date=yesterday)
    assert not Mailing.objects.exists()


def test_a_mailing_to_nobody_is_refused():
    with pytest.raises(mailing.NobodyChosen):
        create(make_campaign())


def test_recipients_of_another_campaign_are_refused():
    stranger = make_recipient(make_campaign())
    with pytest.raises(mailing.NotInThisCampaign, match="1 of the recipients"):
        create(make_campaign(), recipients=[stranger])


def test_two_mailings_of_one_title_are_refused():
    stage = stages.prepared(1)
    with pytest.raises(mailing.TitleTaken):
        create(stage.campaign, title=stage.mailing.title)


def test_a_campaign_without_a_sender_writes_nothing():
    campaign = make_campaign()
    make_recipient(campaign)
    campaign.sender.delete()
    with pytest.raises(NoSender, match="Choose its letterhead and signer first"):
        create(campaign)
    assert not Mailing.objects.exists()


def test_a_reminder_that_follows_nothing_is_refused():
    campaign = make_campaign()
    make_recipient(campaign)
    reminder = LetterTemplate.objects.create(campaign=campaign, name="R", purpose="reminder")
    with pytest.raises(mailing.NothingToFollow, match="A reminder follows"):
        create(campaign, version=make_version(campaign, template=reminder))


def test_nothing_is_kept_where_the_last_step_fails(monkeypatch):
    campaign = make_campaign()
    make_recipient(campaign)
    version = make_version(campaign)
    monkeypatch.setattr(mailing.preflight, "run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        create(campaign, version=version)
    assert not Mailing.objects.exists() and not Letter.objects.exists()
    assert LetterVersion.objects.get(pk=version.pk).frozen_at is None


def test_thousands_of_letters_take_no_query_each():
    def queries(count: int) -> int:
        campaign = make_campaign()
        for _ in range(count):
            make_recipient(campaign)
        version, by = make_version(campaign), make_user("manager")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            create(campaign, version=version, by=by)
        return len(captured)

    assert queries(3) == queries(30)


# --- Changing it -------------------------------------------------------------------


def test_a_street_supplied_later_reaches_the_letter_at_the_next_check():
    campaign = make_campaign()
    recipient = make_recipient(campaign, make_institution(street=""))
    made = create(campaign)
    assert made.findings.filter(code="no-street", severity="red").exists()
    recipient.institution.street = "9 New Street"
    recipient.institution.save()
    assert mailing.refresh(mailing=made, by=make_user("manager")) == 1
    assert not made.findings.filter(code="no-street").exists()
    assert "9 New Street" in str(made.letters.get().merge_data)


def test_checking_a_ready_mailing_makes_drafts_only_of_letters_that_changed():
    stage = stages.rendered(3)
    institution = stage.letters[1].recipient.institution
    institution.street = "9 New Street"
    institution.save()
    assert mailing.refresh(mailing=stage.mailing, by=stage.manager) == 1
    assert stage.again().status == "preparing"
    assert [letter.status for letter in stage.letters] == ["rendered", "draft", "rendered"]
    assert stage.letters[1].pdf_sha256 == ""


def test_another_letter_date_moves_the_deadline_and_every_letter():
    stage = stages.rendered(2)
    later = stage.mailing.letter_date + datetime.timedelta(days=7)
    before = stage.mailing.printed_deadline
    mailing.change_letter_date(mailing=stage.mailing, letter_date=later, by=stage.manager)
    stage.again()
    assert stage.mailing.printed_deadline > before
    assert (stage.mailing.status, stage.mailing.letter_date) == ("preparing", later)
    assert {letter.status for letter in stage.letters} == {"draft"}


def test_another_version_makes_every_letter_again_and_is_frozen_too():
    stage = stages.rendered(2)
    newer = make_version(stage.campaign, body="Another text for {{ institution_name }}.")
    mailing.use_version(mailing=stage.mailing, version=newer, by=stage.manager)
    assert {letter.status for letter in stage.letters} == {"draft"}
    assert LetterVersion.objects.get(pk=newer.pk).frozen_at


def test_an_approved_mailing_no_longer_changes():
    stage = stages.approved(3)
    newer = make_version(stage.campaign)
    with pytest.raises(mailing.TooLate):
        mailing.use_version(mailing=stage.mailing, version=newer, by=stage.manager)
    with pytest.raises(mailing.TooLate):
        mailing.refresh(mailing=stage.mailing, by=stage.manager)


def test_a_cancelled_mailing_has_no_letter_that_counts():
    stage = stages.approved(3)
    mailing.cancel(mailing=stage.mailing, reason="Settled.", by=stage.manager)
    assert {letter.status for letter in stage.letters} == {"void"}
    assert audit.history(stage.mailing)[0].verb == "mailing.cancelled"


def test_a_mailing_of_which_a_letter_has_left_is_not_cancelled():
    stage = stages.approved(3)
    Dispatch.objects.create(
        letter=stage.letters[0],
        channel="post",
        status="sent",
        sent_at=stage.mailing.approved_at,
        queued_by=stage.clerk,
    )
    with pytest.raises(mailing.AlreadyDispatched):
        mailing.cancel(mailing=stage.mailing, reason="Settled.", by=stage.manager)
    assert stage.again().status == "approved"


# --- Leaving out -------------------------------------------------------------------


def test_leaving_out_answers_for_every_row():
    stage = stages.prepared(3)
    first, second, _ = stage.letters
    leave_out.leave_out(letter=first, reason="Closed.", by=stage.manager)
    outcomes = leave_out.leave_out_many(
        mailing=stage.mailing,
        letters=stage.mailing.letters.filter(pk__in=[first.pk, second.pk]).order_by("position"),
        reason="Merged.",
        by=stage.manager,
    )
    assert [(one.what, one.subject) for one in outcomes] == [
        ("skipped", first.reference),
        ("done", second.reference),
    ]
    assert [letter.status for letter in stage.letters] == ["void", "void", "draft"]


def test_a_letter_is_not_left_out_without_a_reason():
    stage = stages.prepared(1)
    with pytest.raises(leave_out.ReasonMissing):
        leave_out.leave_out(letter=stage.letters[0], reason=" ", by=stage.manager)
    assert stage.letters[0].status == "draft"


def test_leaving_a_letter_of_a_ready_mailing_out_changes_the_digest():
    stage = stages.rendered(3)
    before = stage.mailing.digest
    leave_out.leave_out(letter=stage.letters[0], reason="Closed.", by=stage.manager)
    assert stage.again().digest not in ("", before)


def test_a_sealed_letter_is_voided_only_before_it_leaves():
    stage = stages.approved(3)
    letter = stage.letters[0]
    with pytest.raises(leave_out.TooLate):
        leave_out.leave_out(letter=letter, reason="x", by=stage.manager)
    dispatch = Dispatch.objects.create(letter=letter, channel="post", queued_by=stage.clerk)
    with pytest.raises(leave_out.AlreadyDispatched):
        leave_out.void(letter=letter, reason="Wrong person.", by=stage.manager)
    Dispatch.objects.filter(pk=dispatch.pk).update(status="cancelled")
    leave_out.void(letter=letter, reason="Wrong person.", by=stage.manager)
    assert stage.letters[0].status == "void"


def test_a_mailing_with_every_letter_left_out_is_not_rendered():
    stage = stages.prepared(1)
    leave_out.leave_out(letter=stage.letters[0], reason="Closed.", by=stage.manager)
    with pytest.raises(render.NothingToRender):
        render.start(mailing=stage.mailing, by=stage.manager)


def test_the_prefix_stands_once_letters_carry_it_and_the_demands_not_yet():
    campaign = make_campaign()
    make_recipient(campaign)
    create(campaign)
    campaign.refresh_from_db()
    assert campaign.has_letters
    assert not campaign.has_sealed_letters


def test_an_archived_campaign_takes_no_mailing():
    campaign = make_campaign(archived_at=timezone.now())
    make_recipient(campaign)
    with pytest.raises(CampaignIsArchived):
        create(campaign)


def test_a_text_that_asks_about_a_dropped_ground_is_not_used():
    campaign = make_campaign()
    make_recipient(campaign)
    body = "{% if cites_title_vi %}\nIt applies.\n{% endif %}"
    make_ground(key="title_vi", name="Title VI")
    with pytest.raises(TextRefused, match="cites “Title VI”, which is no ground"):
        create(campaign, version=make_version(campaign, body=body))


def test_a_letter_date_years_ahead_is_a_slip():
    campaign = make_campaign()
    make_recipient(campaign)
    with pytest.raises(mailing.LetterDateIsFarOff, match="years ahead"):
        create(campaign, letter_date=datetime.date(9999, 12, 31))
