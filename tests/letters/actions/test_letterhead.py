"""Letterheads, their logos, and the sender of a campaign."""

import dataclasses

import pytest
from django.utils import timezone

from campaigns import filestore
from campaigns.models import AuditEvent
from letters.actions import letterhead as actions
from letters.images import NotAnImage
from letters.merge.typefaces import TYPEFACES
from letters.models import Letterhead, Sender
from tests.factories import make_campaign, make_letterhead, make_user
from tests.letters.test_images import picture

pytestmark = pytest.mark.django_db

DETAILS = actions.Details(
    name="House",
    organisation="Sample Organisation",
    street="1 Main Street",
    city="Springfield",
    state="IL",
    postal_code="62701",
)


@pytest.fixture
def drafter():
    return make_user("drafter")


def test_a_letterhead_is_added_and_changed_with_its_events(drafter):
    letterhead = actions.add(details=DETAILS, by=drafter)
    actions.change(
        letterhead=letterhead, details=dataclasses.replace(DETAILS, phone="555 0100"), by=drafter
    )
    letterhead.refresh_from_db()
    assert letterhead.phone == "555 0100"
    sentences = list(AuditEvent.objects.values_list("sentence", flat=True))
    assert sentences == ["added the letterhead “House”.", "changed the letterhead “House”."]


def test_a_change_of_nothing_records_nothing(drafter):
    letterhead = actions.add(details=DETAILS, by=drafter)
    actions.change(letterhead=letterhead, details=DETAILS, by=drafter)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("organisation", "", "blank"),
        ("email", "not an address", "valid email"),
        ("typeface", "comic-sans", "not a valid choice"),
    ],
)
def test_details_that_cannot_be_printed_are_refused(drafter, field, value, says):
    with pytest.raises(actions.LetterheadRefused, match=says):
        actions.add(details=dataclasses.replace(DETAILS, **{field: value}), by=drafter)
    assert not Letterhead.objects.exists()


def test_a_return_address_that_its_window_does_not_show_is_refused(drafter):
    tall = dataclasses.replace(
        DETAILS,
        organisation="Sample Organisation for Open Programs in the United States of America",
        street2="Suite 210, Building 5",
        city="Springfield near the Northern Lakes",
    )
    for envelope in ("10", "10-single"):
        actions.add(details=dataclasses.replace(tall, name=envelope, envelope=envelope), by=drafter)
    with pytest.raises(actions.LetterheadRefused, match=r"takes \d lines; its window shows 5"):
        actions.add(details=dataclasses.replace(tall, envelope="10-double"), by=drafter)


def test_a_logo_is_kept_as_opaque_png_under_its_hash(drafter):
    letterhead = make_letterhead()
    actions.set_logo(letterhead=letterhead, content=picture(), by=drafter)
    letterhead.refresh_from_db()
    assert filestore.get(letterhead.logo_sha256).startswith(b"\x89PNG")
    actions.remove_logo(letterhead=letterhead, by=drafter)
    assert letterhead.logo_sha256 == ""
    assert [event.verb for event in AuditEvent.objects.all()] == [
        "letterhead.logo_set",
        "letterhead.logo_removed",
    ]


def test_a_logo_that_is_not_an_image_is_refused_and_the_old_one_stays(drafter):
    letterhead = make_letterhead()
    actions.set_logo(letterhead=letterhead, content=picture(), by=drafter)
    before = letterhead.logo_sha256
    with pytest.raises(NotAnImage):
        actions.set_logo(letterhead=letterhead, content=b"<svg/>", by=drafter)
    letterhead.refresh_from_db()
    assert letterhead.logo_sha256 == before


def test_a_letterhead_that_a_campaign_sends_on_cannot_be_archived(drafter):
    campaign = make_campaign()
    letterhead = campaign.sender.letterhead
    with pytest.raises(actions.LetterheadInUse, match=campaign.title):
        actions.archive(letterhead=letterhead, by=drafter)
    campaign.archived_at = timezone.now()
    campaign.save()
    assert actions.archive(letterhead=letterhead, by=drafter).archived_at


def test_the_sender_is_set_and_replaced(drafter):
    campaign, letterhead = make_campaign(), make_letterhead(name="Other house")
    actions.set_sender(
        campaign=campaign, letterhead=letterhead, signer=letterhead.signers.get(), by=drafter
    )
    assert Sender.objects.get(campaign=campaign).letterhead == letterhead
    event = AuditEvent.objects.get()
    assert (event.verb, event.campaign_id) == ("campaign.sender_set", campaign.pk)
    assert event.sentence.endswith("Other house, signed by Alex Sample.")


def test_a_signer_of_another_letterhead_is_refused(drafter):
    campaign, letterhead = make_campaign(), make_letterhead()
    with pytest.raises(actions.SignerOfAnother, match="Alex Sample does not sign"):
        actions.set_sender(
            campaign=campaign, letterhead=letterhead, signer=campaign.sender.signer, by=drafter
        )


def test_several_people_sign_in_their_order_whatever_their_letterhead(drafter):
    campaign, letterhead = make_campaign(), make_letterhead(name="Other house")
    first = letterhead.signers.get()
    others = [make_letterhead().signers.get() for _ in range(3)]
    for co_signers in (others, others[::-1], others[:1], []):
        made = actions.set_sender(
            campaign=campaign,
            letterhead=letterhead,
            signer=first,
            co_signers=co_signers,
            by=drafter,
        )
        assert made.co_signers == co_signers
        assert Sender.objects.get(campaign=campaign).co_signers == co_signers
    assert AuditEvent.objects.count() == 4


def test_nobody_signs_twice_and_no_fifth_person_signs(drafter):
    campaign, letterhead = make_campaign(), make_letterhead()
    signer = letterhead.signers.get()
    others = [make_letterhead().signers.get() for _ in range(4)]
    for co_signers, refusal in (
        ([signer], actions.SignsTwice),
        ([others[0], others[0]], actions.SignsTwice),
        (others, actions.TooManySigners),
    ):
        with pytest.raises(refusal):
            actions.set_sender(
                campaign=campaign,
                letterhead=letterhead,
                signer=signer,
                co_signers=co_signers,
                by=drafter,
            )
    assert Sender.objects.get(campaign=campaign).signer != signer


def test_an_archived_co_signer_is_refused(drafter):
    campaign, letterhead = make_campaign(), make_letterhead()
    gone = make_letterhead().signers.get()
    gone.archived_at = timezone.now()
    gone.save()
    with pytest.raises(actions.SenderIsArchived, match="signs nothing new"):
        actions.set_sender(
            campaign=campaign,
            letterhead=letterhead,
            signer=letterhead.signers.get(),
            co_signers=[gone],
            by=drafter,
        )


def test_an_archived_sender_is_refused(drafter):
    letterhead = make_letterhead(archived_at=timezone.now())
    with pytest.raises(actions.SenderIsArchived):
        actions.set_sender(
            campaign=make_campaign(),
            letterhead=letterhead,
            signer=letterhead.signers.get(),
            by=drafter,
        )


def test_a_failing_audit_event_undoes_the_decision(drafter, monkeypatch):
    campaign, letterhead = make_campaign(), make_letterhead()

    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.set_sender(
            campaign=campaign, letterhead=letterhead, signer=letterhead.signers.get(), by=drafter
        )
    assert Sender.objects.get(campaign=campaign).letterhead != letterhead


def test_every_typeface_that_ships_can_be_chosen():
    assert set(Letterhead.Typeface.values) == set(TYPEFACES)
