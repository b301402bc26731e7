"""The codes of a letter, reissued and revoked by those who may."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEvent
from letters.merge import codes
from letters.models import PortalKey
from tests.factories import make_letter, make_mailing, make_sealed_letter, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    client.force_login(make_user("manager"))
    return client


@pytest.fixture
def letter():
    return make_sealed_letter()


def address(name, letter):
    return reverse(f"letters:portal_keys{name}", args=[letter.pk])


def opens(code: str) -> bool:
    return Client().get(f"/respond/c/{code}/").status_code == 303


def test_the_codes_that_work_are_shown_once_opening_the_letter_is_on_record(manager, letter):
    issued = codes.derive(letter.reference)
    page = manager.get(address("", letter))
    assert issued.code not in page.content.decode()
    assert issued.short_code not in page.content.decode()
    assert not AuditEvent.objects.filter(verb="letter.read").exists()
    opened = {"next": address("", letter)}
    page = manager.post(reverse("letters:letter_read", args=[letter.pk]), opened, follow=True)
    assert issued.url in page.content.decode()
    assert issued.short_code in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    event = AuditEvent.objects.get(verb="letter.read")
    assert (event.subject_id, event.actor.username) == (letter.pk, page.wsgi_request.user.username)


def test_what_was_shown_closes_again_after_an_hour(manager, letter, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    PortalKey.objects.update(expires_at="2027-12-01T12:00:00Z")
    manager.post(reverse("letters:letter_read", args=[letter.pk]))
    assert codes.derive(letter.reference).url in manager.get(address("", letter)).content.decode()
    time_machine.shift(3601)
    assert "Open the letter and show its codes" in (
        manager.get(address("", letter)).content.decode()
    )


def test_who_issues_new_codes_has_opened_the_letter(manager, letter):
    manager.post(address("_reissue", letter))
    verbs = AuditEvent.objects.filter(subject_id=letter.pk).values_list("verb", flat=True)
    assert {"portal_key.reissued", "letter.read"} <= set(verbs)


@pytest.mark.parametrize(("role", "finds_the_way"), [("manager", True), ("clerk", False)])
def test_the_letter_leads_to_its_codes_for_who_may_manage_them(client, role, finds_the_way):
    letter = make_sealed_letter()
    client.force_login(make_user(role))
    page = client.get(reverse("letters:letter", args=[letter.pk])).content.decode()
    assert (address("", letter) in page) is finds_the_way


def test_new_codes_replace_those_on_the_letter_at_once(manager, letter):
    page = manager.post(address("_reissue", letter), follow=True).content.decode()
    old, new = codes.derive(letter.reference), codes.derive(letter.reference, 2)
    assert new.url in page
    assert old.url not in page
    assert opens(new.code)
    assert not opens(old.code)


def test_codes_are_revoked_with_a_reason(manager, letter):
    code = codes.derive(letter.reference).code
    page = manager.post(address("_revoke", letter), {"reason": " "}, follow=True)
    assert "Say why" in page.content.decode()
    assert opens(code)
    page = manager.post(address("_revoke", letter), {"reason": "Sent to the wrong office."})
    assert not opens(code)
    assert "No code opens this letter now" in manager.get(address("", letter)).content.decode()


def test_codes_that_are_revoked_are_not_offered_to_be_revoked_again(manager, letter):
    page = reverse("letters:portal_keys", args=[letter.pk])
    manager.post(reverse("letters:portal_keys_revoke", args=[letter.pk]), {"reason": "Lost."})
    html = manager.get(page).content.decode()
    assert "Issue new codes" in html
    assert "Revoke the codes" not in html


def test_unsafe_text_as_a_reason_is_refused(manager, letter):
    page = manager.post(address("_revoke", letter), {"reason": "x\u202e"}, follow=True)
    assert "changes the direction" in page.content.decode()


def test_a_letter_that_is_not_sealed_gets_no_new_codes(manager):
    letter = make_letter(make_mailing())
    page = manager.post(address("_reissue", letter), follow=True).content.decode()
    assert "is not sealed" in page


def test_only_who_may_manage_codes_sees_them(client, letter):
    for role in ("viewer", "clerk", "drafter", "counsel"):
        client.force_login(make_user(role))
        assert client.get(address("", letter)).status_code == 403
        assert client.post(address("_reissue", letter)).status_code == 403
        assert client.post(address("_revoke", letter), {"reason": "x"}).status_code == 403
