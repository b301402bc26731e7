"""The page of a text's exhibits and its response form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from letters.actions import annex
from letters.models import Exhibit
from tests.factories import make_campaign, make_pdf, make_user, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def template():
    return make_version(make_campaign()).template


@pytest.fixture
def address(template):
    return reverse("letters:annexes", args=[template.pk])


def upload(content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("program.pdf", content or make_pdf(pages=2), "application/pdf")


def test_an_exhibit_is_added_shown_downloaded_and_removed(client, address):
    response = client.post(address, {"title": "Program", "document": upload()})
    assertRedirects(response, address)
    exhibit = Exhibit.objects.get()
    page = client.get(address)
    assertContains(page, "Exhibit A")
    picture = client.get(reverse("letters:exhibit_page", args=[exhibit.pk]))
    assert picture.headers["Content-Type"] == "image/png"
    file = client.get(reverse("letters:exhibit_file", args=[exhibit.pk]))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.content.startswith(b"%PDF-")
    client.post(reverse("letters:exhibit_remove", args=[exhibit.pk]))
    assertNotContains(client.get(address), "First page of exhibit A")


def test_a_file_that_is_refused_keeps_the_page_and_says_why(client, address):
    page = client.post(address, {"title": "Program", "document": upload(b"hello")})
    assertContains(page, "The file is not a PDF, and an exhibit is one.")
    assertNotContains(page, "JPEG")
    assert not Exhibit.objects.exists()


def test_the_response_form_is_put_on_and_taken_off(client, address, template):
    toggle = reverse("letters:response_form", args=[template.pk])
    assertContains(client.post(toggle, {"wanted": "yes"}, follow=True), "is the last page of every")
    template.refresh_from_db()
    assert template.response_form
    assertContains(client.post(toggle, {"wanted": "no"}, follow=True), "Letters have no response")
    template.refresh_from_db()
    assert not template.response_form


def test_a_letter_of_thanks_is_offered_no_response_form(client, address, template):
    assertContains(client.get(address), "Put a response form behind the letters")
    template.purpose = template.Purpose.THANKS
    template.save()
    assertContains(client.get(address), "A letter of thanks has none")
    assertNotContains(client.get(address), "Put a response form behind the letters")
    toggle = reverse("letters:response_form", args=[template.pk])
    page = client.post(toggle, {"wanted": "yes"}, follow=True)
    assertContains(page, "is a letter of thanks and asks for nothing")


def test_the_cover_sheet_is_put_on_and_taken_off(client, address, template):
    toggle = reverse("letters:cover_sheet", args=[template.pk])
    assertContains(client.post(toggle, {"wanted": "yes"}, follow=True), "goes before every letter")
    template.refresh_from_db()
    assert template.cover_sheet
    assertContains(client.post(toggle, {"wanted": "no"}, follow=True), "Letters have no cover")
    template.refresh_from_db()
    assert not template.cover_sheet


def test_the_page_opens_in_as_many_queries_for_one_exhibit_as_for_nine(
    client, address, template, drafter, query_count
):
    def add(count: int) -> None:
        for _ in range(count):
            annex.add_exhibit(
                template=template, title="A", name="a.pdf", content=make_pdf(), by=drafter
            )

    add(1)
    few = query_count(client, address)
    add(8)
    assert query_count(client, address) == few


def test_the_composer_leads_here(client, address, template):
    assertContains(client.get(template.get_absolute_url()), address)


def test_a_viewer_looks_but_decides_nothing(client, address, template, drafter):
    annex.add_exhibit(template=template, title="A", name="a.pdf", content=make_pdf(), by=drafter)
    client.force_login(make_user("viewer"))
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": "B", "document": upload()}).status_code == 403
    for name, key in (
        ("response_form", template.pk),
        ("cover_sheet", template.pk),
        ("exhibit_remove", Exhibit.objects.get().pk),
    ):
        assert client.post(reverse(f"letters:{name}", args=[key])).status_code == 403
