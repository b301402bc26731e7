"""The pages of letterheads and signers."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pytest_django.asserts import assertContains, assertRedirects

from campaigns import filestore
from letters.actions.letterhead import set_logo
from letters.actions.signer import set_signature
from letters.models import Letterhead
from tests.factories import make_campaign, make_letterhead, make_user
from tests.letters.test_images import picture

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "House",
    "organisation": "Sample Organisation",
    "street": "1 Main Street",
    "city": "Springfield",
    "state": "IL",
    "postal_code": "62701",
    "typeface": "liberation-serif",
    "block_style": "semi",
    "envelope": "10-double",
}


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def letterhead():
    return make_letterhead()


def uploaded(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_a_letterhead_is_added_and_edited(client):
    response = client.post(reverse("letters:letterhead_new"), TYPED)
    letterhead = Letterhead.objects.get()
    assertRedirects(response, letterhead.get_absolute_url())
    edit = reverse("letters:letterhead_edit", args=[letterhead.pk])
    client.post(edit, {**TYPED, "phone": "555 0100"})
    letterhead.refresh_from_db()
    assert (letterhead.phone, letterhead.typeface) == ("555 0100", "liberation-serif")
    assert (letterhead.envelope, letterhead.block_style) == ("10-double", "semi")
    assertContains(client.get(letterhead.get_absolute_url()), "Semi-block")


def test_the_list_opens_in_as_many_queries_for_3_as_for_30(client, query_count):
    address = reverse("letters:letterheads")
    for _ in range(3):
        make_campaign()
    few = query_count(client, address)
    for _ in range(27):
        make_campaign()
    assert query_count(client, address) == few


def test_a_logo_is_uploaded_shown_and_removed(client, letterhead):
    upload = reverse("letters:logo_upload", args=[letterhead.pk])
    page = client.post(upload, {"picture": uploaded(picture())}, follow=True)
    assertContains(page, "Replace the logo")
    shown = client.get(reverse("letters:logo", args=[letterhead.pk]))
    assert shown.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).mode == "RGB"
    client.post(reverse("letters:logo_remove", args=[letterhead.pk]))
    assert client.get(reverse("letters:logo", args=[letterhead.pk])).status_code == 404


def test_an_image_that_is_not_an_image_is_refused_in_words(client, letterhead):
    upload = reverse("letters:logo_upload", args=[letterhead.pk])
    page = client.post(upload, {"picture": uploaded(b"<svg onload='alert(1)'/>")})
    assertContains(page, "The file is not a picture that can be read.")
    letterhead.refresh_from_db()
    assert letterhead.logo_sha256 == ""


def test_the_specimen_is_the_real_first_page(client, letterhead, drafter):
    set_logo(letterhead=letterhead, content=picture(), by=drafter)
    shown = client.get(reverse("letters:letterhead_specimen", args=[letterhead.pk]))
    assert shown.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).height > 1100


def test_the_page_shows_what_the_windows_of_its_envelope_show(client, letterhead):
    window = reverse("letters:letterhead_window", args=[letterhead.pk])
    assert client.get(window).status_code == 404
    assert window not in client.get(letterhead.get_absolute_url()).content.decode()
    Letterhead.objects.filter(pk=letterhead.pk).update(envelope="10-single")
    assertContains(client.get(letterhead.get_absolute_url()), window)
    shown = client.get(window)
    assert shown.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).height > 1100


def test_a_letterhead_that_reaches_into_the_window_is_shown_as_it_is(client, letterhead):
    Letterhead.objects.filter(pk=letterhead.pk).update(
        envelope="10-single", side_column="\n".join(f"Counsel {number}" for number in range(14))
    )
    for name in ("letterhead_specimen", "letterhead_window"):
        assert client.get(reverse(f"letters:{name}", args=[letterhead.pk])).status_code == 200


@pytest.mark.parametrize(("envelope", "size"), [("10-single", (612, 792)), ("dl", (595, 842))])
def test_a_calibration_sheet_is_downloaded_on_the_letterheads_paper(
    client, letterhead, envelope, size
):
    Letterhead.objects.filter(pk=letterhead.pk).update(envelope=envelope)
    sheet = client.get(reverse("letters:calibration_sheet", args=[letterhead.pk]))
    assert sheet.headers["Content-Type"] == "application/pdf"
    assert sheet.headers["Content-Disposition"] == (
        f'attachment; filename="calibration-{envelope}.pdf"'
    )
    with pikepdf.open(io.BytesIO(sheet.content)) as pdf:
        assert tuple(round(float(side)) for side in pdf.pages[0].mediabox[2:]) == size


def test_a_clerk_downloads_the_calibration_sheet_and_a_stranger_does_not(client, letterhead):
    address = reverse("letters:calibration_sheet", args=[letterhead.pk])
    client.force_login(make_user("clerk"))
    assert client.get(address).status_code == 200
    client.logout()
    assert client.get(address).status_code == 302


def test_a_letterhead_without_a_signer_has_a_specimen_too(client, letterhead):
    letterhead.signers.all().delete()
    shown = client.get(reverse("letters:letterhead_specimen", args=[letterhead.pk]))
    assert shown.status_code == 200


def test_a_specimen_that_cannot_be_printed_says_why(client, letterhead):
    Letterhead.objects.filter(pk=letterhead.pk).update(organisation="漢字")
    shown = client.get(reverse("letters:letterhead_specimen", args=[letterhead.pk]))
    assert shown.status_code == 422
    assert "漢" in shown.content.decode()


def test_a_signer_is_added_edited_signed_and_archived(client, letterhead):
    new = reverse("letters:signer_new", args=[letterhead.pk])
    client.post(new, {"name": "Jo Second", "title": "Counsel"})
    signer = letterhead.signers.get(name="Jo Second")
    edit = reverse("letters:signer_edit", args=[signer.pk])
    client.post(edit, {"name": "Jo Second", "title": "General Counsel"})
    upload = reverse("letters:signature_upload", args=[signer.pk])
    client.post(upload, {"picture": uploaded(picture())})
    signer.refresh_from_db()
    assert signer.title == "General Counsel"
    assert filestore.get(signer.signature_sha256)
    assert client.get(reverse("letters:signature", args=[signer.pk])).status_code == 200
    client.post(reverse("letters:signer_archive", args=[signer.pk]))
    assert client.get(edit).status_code == 404


def test_a_removed_signature_leaves_space_to_sign(client, letterhead, drafter):
    signer = letterhead.signers.get()
    set_signature(signer=signer, content=picture(), by=drafter)
    page = client.post(reverse("letters:signature_remove", args=[signer.pk]), follow=True)
    assertContains(page, "Signs by hand")


def test_a_letterhead_in_use_is_not_archived_and_the_page_says_why(client):
    campaign = make_campaign()
    archive = reverse("letters:letterhead_archive", args=[campaign.sender.letterhead_id])
    assertContains(
        client.post(archive, follow=True), f"“{campaign.title}” sends on this letterhead"
    )


def test_a_clerk_looks_but_does_not_change(client, letterhead):
    client.force_login(make_user("clerk"))
    assert client.get(letterhead.get_absolute_url()).status_code == 200
    assert client.get(reverse("letters:letterhead_edit", args=[letterhead.pk])).status_code == 403
