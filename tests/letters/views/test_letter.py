"""The pages of a sealed letter, which hold the code with which its recipient answers."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEvent
from letters.actions import dispatch
from letters.channels import outbox
from letters.models import Dispatch
from tests.factories import make_user
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.fixture(autouse=True)
def outbox_backend(settings) -> None:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"


def as_(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def reads() -> int:
    return AuditEvent.objects.filter(verb="letter.read").count()


@pytest.fixture
def letter():
    stage = stages.approved(1, channels={"by_post": False, "by_email": True})
    dispatch.queue_emails(mailing=stage.mailing, count=1, by=stage.clerk)
    dispatch.send_email(dispatch_pk=Dispatch.objects.get().pk)
    return stage.letters[0]


@pytest.fixture
def bytes_of(letter) -> list[str]:
    """Every address at which the sealed letter's pages are."""
    (message,) = outbox.listing()
    return [
        reverse("letters:letter_pdf", args=[letter.pk]),
        reverse("letters:letter_page", args=[letter.pk, 1]),
        reverse("letters:outbox_attachment", args=[message.key, 1]),
    ]


def test_a_sealed_letter_is_shown_once_the_button_was_pressed_and_not_by_a_get(letter, bytes_of):
    clerk, page = as_("clerk"), letter.get_absolute_url()
    for address in bytes_of:
        response = clerk.get(address)
        assert (response.status_code, response.url) == (302, page)
    before = clerk.get(page).content.decode()
    assert "Open the sealed letter" in before and bytes_of[0] not in before
    assert reads() == 0
    said = clerk.post(reverse("letters:letter_read", args=[letter.pk]), follow=True)
    after = said.content.decode()
    assert "which is on record" in after
    assert bytes_of[0] in after and bytes_of[1] in after
    assert "Open the sealed letter" not in after
    for address in bytes_of:
        assert clerk.get(address).status_code == 200
    assert reads() == 1


def test_a_viewer_sees_the_letters_page_without_its_pages(letter, bytes_of):
    viewer = as_("viewer")
    for address in bytes_of:
        assert viewer.get(address).status_code == 403
    page = viewer.get(letter.get_absolute_url()).content.decode()
    assert "A manager, drafter, counsel or clerk can." in page
    assert not any(address in page for address in bytes_of)
    message = viewer.get(reverse("letters:outbox_message", args=[outbox.listing()[0].key]))
    assert "A manager, drafter, counsel or clerk can open it." in message.content.decode()
    assert bytes_of[2] not in message.content.decode()
    assert viewer.post(reverse("letters:letter_read", args=[letter.pk])).status_code == 403
    assert reads() == 0


def test_before_the_seal_a_viewer_sees_no_page_and_others_open_it_on_record():
    """The code that answers nothing yet is the one that answers after the approval."""
    letter = stages.rendered(1).letters[0]
    picture = reverse("letters:letter_page", args=[letter.pk, 1])
    viewer = as_("viewer")
    assert viewer.get(picture).status_code == 403
    assert picture not in viewer.get(letter.get_absolute_url()).content.decode()
    drafter = as_("drafter")
    assert drafter.get(picture).status_code == 302
    assert "Open the rendered letter" in drafter.get(letter.get_absolute_url()).content.decode()
    assert reads() == 0
    said = drafter.post(reverse("letters:letter_read", args=[letter.pk]), follow=True)
    assert picture in said.content.decode()
    assert reads() == 1


def test_a_bounce_is_put_on_record_on_the_page_of_the_letter(letter):
    clerk, page = as_("clerk"), letter.get_absolute_url()
    address = reverse("letters:dispatch_bounced", args=[Dispatch.objects.get().pk])
    assert address in clerk.get(page).content.decode()
    refused = clerk.post(address, {"on": "2999-01-01", "detail": "550"}, follow=True)
    assert "has not come yet" in refused.content.decode()
    incomplete = clerk.post(address, {"on": "", "detail": ""}, follow=True).content.decode()
    assert "Day: This field is required" in incomplete
    on = letter.mailing.letter_date.isoformat()
    said = clerk.post(address, {"on": on, "detail": "550 in my mailbox"}, follow=True)
    html = said.content.decode()
    assert "On record: it bounced" in html and "550 in my mailbox" in html
    assert address not in html and "Queue another attempt" in html


def test_a_viewer_puts_no_bounce_on_record(letter):
    address = reverse("letters:dispatch_bounced", args=[Dispatch.objects.get().pk])
    viewer = as_("viewer")
    assert address not in viewer.get(letter.get_absolute_url()).content.decode()
    assert viewer.post(address, {"on": "2026-11-02", "detail": "x"}).status_code == 403
