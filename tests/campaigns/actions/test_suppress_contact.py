"""A person who is not to be written to."""

import pytest

from campaigns import audit
from campaigns.actions import Refused, institution
from campaigns.actions import recipient as recipients
from tests.factories import make_campaign, make_institution, make_user

pytestmark = pytest.mark.django_db


def test_a_person_is_suppressed_with_a_reason_and_never_chosen():
    one, by = make_institution(), make_user("clerk")
    contact = one.contacts.get()
    institution.suppress_contact(contact=contact, reason="She asked.", by=by)
    campaign = make_campaign()
    recipients.choose(campaign=campaign, institutions=[one], by=by)
    assert campaign.recipients.get().addressees.get().contact is None
    assert audit.history(one)[0].verb == "contact.suppressed"


def test_it_is_refused_without_a_reason_and_twice():
    contact, by = make_institution().contacts.get(), make_user("clerk")
    with pytest.raises(Refused, match="Say why"):
        institution.suppress_contact(contact=contact, reason=" ", by=by)
    institution.suppress_contact(contact=contact, reason="She asked.", by=by)
    with pytest.raises(institution.IsSuppressed, match="She asked"):
        institution.suppress_contact(contact=contact, reason="Again.", by=by)


def test_a_person_is_written_to_again_with_a_reason():
    contact, by = make_institution().contacts.get(), make_user("clerk")
    with pytest.raises(institution.IsSuppressed):
        institution.unsuppress_contact(contact=contact, reason="x", by=by)
    institution.suppress_contact(contact=contact, reason="She asked.", by=by)
    with pytest.raises(Refused, match="Say why"):
        institution.unsuppress_contact(contact=contact, reason="", by=by)
    institution.unsuppress_contact(contact=contact, reason="She wrote to us.", by=by)
    contact.refresh_from_db()
    assert contact.suppressed_at is None


def test_nothing_is_kept_where_the_record_fails(monkeypatch):
    contact = make_institution().contacts.get()
    monkeypatch.setattr(institution.audit, "record", lambda *a, **k: 1 / 0)
    for act in (institution.suppress_contact,):
        with pytest.raises(ZeroDivisionError):
            act(contact=contact, reason="x", by=make_user("clerk"))
    contact.refresh_from_db()
    assert contact.suppressed_at is None
