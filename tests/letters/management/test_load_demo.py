"""The demo: whole, made by the program's own actions, and unable to reach anybody."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns import agency, audit
from campaigns.models import Addressee, AuditEvent, Campaign, Contact, Extension, User
from campaigns.standing import Standing, standings
from letters.management.commands import load_demo
from letters.management.demo import people
from letters.models import (
    Dispatch,
    Incoming,
    Letter,
    Request,
    ResponseDocument,
    SavedAnswer,
    SavedFilter,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = load_demo.OUTBOX


def test_the_demo_is_refused_where_mail_can_leave(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_the_demo_is_whole_and_reaches_nobody(tmp_path, monkeypatch, outbox):
    monkeypatch.setattr(people, "LOGINS", tmp_path / "demo-logins.txt")

    call_command("load_demo", stdout=io.StringIO())

    campaign = Campaign.objects.get()
    assert campaign.recipients.count() == 208
    assert Letter.objects.filter(status=Letter.Status.SEALED).count() == 208
    posted = Dispatch.objects.filter(channel=Dispatch.Channel.POST, status="delivered")
    assert posted.count() == 199
    assert campaign.recipients.unanswered().count() == 208 - 60
    waiting = Incoming.objects.waiting()
    assert waiting.count() == 13
    assert Incoming.objects.held().count() == 2
    assert waiting.exclude(alike=None).count() == 5
    wishes = Extension.objects.order_by("status").values_list("status", flat=True)
    assert list(wishes) == ["asked", "asked", "granted"]
    assert set(Request.objects.values_list("kind", flat=True)) == set(Request.Kind.values)
    stands = set(standings(campaign.recipients.all(), timezone.now()).values())
    assert stands == set(Standing) - {Standing.WITHDRAWN}
    assert set(campaign.ladder.steps.values_list("segment", flat=True)) == {"nothing", "some"}
    limits = agency.clock(campaign, campaign.grounds.all(), timezone.localdate())
    assert [stands for _, stands, _ in limits.warnings] == [agency.CLOSE]
    assert SavedAnswer.objects.count() == 1
    assert SavedFilter.objects.filter(is_shared=True).count() == 2
    assert ResponseDocument.objects.exists()
    assert audit.verify().holds
    assert User.objects.count() == len(people.LOGINS.read_text().splitlines()) == 5
    assert people.LOGINS.stat().st_mode & 0o077 == 0
    addresses = [
        *Addressee.objects.exclude(email="").values_list("email", flat=True),
        *Contact.objects.exclude(email="").values_list("email", flat=True),
        *Dispatch.objects.exclude(to_address="").values_list("to_address", flat=True),
    ]
    assert addresses
    assert all(address.endswith(".invalid") for address in addresses)

    before = AuditEvent.objects.count()
    again = io.StringIO()
    call_command("load_demo", stdout=again)
    assert "loaded already" in again.getvalue()
    assert AuditEvent.objects.count() == before
