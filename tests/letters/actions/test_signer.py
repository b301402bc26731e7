"""Who signs on a letterhead, and the picture of the signature."""

import pytest

from campaigns import filestore
from campaigns.models import AuditEvent
from letters.actions import signer as actions
from letters.images import NotAnImage
from letters.models import CoSigning
from tests.factories import make_campaign, make_letterhead, make_user
from tests.letters.test_images import picture

pytestmark = pytest.mark.django_db

DETAILS = actions.Details(name="Jo Second", title="General Counsel", bar_number="IL 12345")


@pytest.fixture
def drafter():
    return make_user("drafter")


def test_a_signer_is_added_and_changed(drafter):
    signer = actions.add(letterhead=make_letterhead(), details=DETAILS, by=drafter)
    actions.change(signer=signer, details=actions.Details("Jo Second", "Director"), by=drafter)
    signer.refresh_from_db()
    assert (signer.title, signer.bar_number) == ("Director", "")
    assert [event.verb for event in AuditEvent.objects.all()] == ["signer.added", "signer.changed"]


def test_a_signer_needs_a_title(drafter):
    with pytest.raises(actions.SignerRefused, match="blank"):
        actions.add(letterhead=make_letterhead(), details=actions.Details("Jo", ""), by=drafter)


def test_a_signature_is_kept_as_opaque_png(drafter):
    signer = make_letterhead().signers.get()
    actions.set_signature(signer=signer, content=picture(), by=drafter)
    signer.refresh_from_db()
    assert filestore.get(signer.signature_sha256).startswith(b"\x89PNG")
    actions.remove_signature(signer=signer, by=drafter)
    assert signer.signature_sha256 == ""


def test_a_signature_that_is_not_an_image_is_refused(drafter):
    signer = make_letterhead().signers.get()
    with pytest.raises(NotAnImage):
        actions.set_signature(signer=signer, content=b"%PDF-1.7", by=drafter)
    assert not AuditEvent.objects.exists()


def test_a_signer_of_a_running_campaign_cannot_be_archived(drafter):
    campaign = make_campaign()
    with pytest.raises(actions.SignerInUse, match=campaign.title):
        actions.archive(signer=campaign.sender.signer, by=drafter)


def test_one_who_signs_beside_another_cannot_be_archived(drafter):
    campaign, beside = make_campaign(), make_letterhead().signers.get()
    CoSigning.objects.create(sender=campaign.sender, signer=beside, position=1)
    with pytest.raises(actions.SignerInUse, match=campaign.title):
        actions.archive(signer=beside, by=drafter)


def test_an_idle_signer_is_archived(drafter):
    signer = make_letterhead().signers.get()
    assert actions.archive(signer=signer, by=drafter).archived_at
