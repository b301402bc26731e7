"""Who at a recipient gets the letter, where, and by which way."""

import dataclasses

import pytest

from campaigns.actions import addressee as actions
from campaigns.actions.institution import NamesNobody
from campaigns.models import Addressee, AuditEvent, Contact
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db

COUNSEL = actions.Address(kind="copy", title="Office of the General Counsel")


@pytest.fixture
def manager():
    return make_user("manager")


@pytest.fixture
def recipient():
    return make_recipient(make_campaign())


def test_a_copy_is_added(recipient, manager):
    addressee = actions.add(recipient=recipient, address=COUNSEL, by=manager)
    assert addressee.kind == Addressee.Kind.COPY
    assert AuditEvent.objects.last().sentence == (
        f"added the addressee Office of the General Counsel (copy) of {recipient}."
    )


def test_an_own_address_replaces_the_institutions_as_a_whole(recipient, manager):
    with pytest.raises(actions.HalfAnAddress, match="no city and no ZIP"):
        actions.add(
            recipient=recipient,
            address=dataclasses.replace(COUNSEL, street="2 Law Street"),
            by=manager,
        )
    whole = dataclasses.replace(
        COUNSEL, street="2 Law Street", city="Springfield", state="IL", postal_code="62701"
    )
    assert actions.add(recipient=recipient, address=whole, by=manager).street == "2 Law Street"


@pytest.mark.parametrize("word", [{"name": "To be announced"}, {"title": "N/A"}])
def test_a_word_for_nobody_is_no_addressee(recipient, manager, word):
    address = dataclasses.replace(COUNSEL, **word)
    addressee = recipient.addressees.get()
    with pytest.raises(NamesNobody, match="Nothing was saved"):
        actions.add(recipient=recipient, address=address, by=manager)
    with pytest.raises(NamesNobody):
        actions.change(addressee=addressee, address=address, by=manager)
    assert recipient.addressees.get() == addressee


@pytest.mark.parametrize(
    ("own", "lacks"),
    [
        ({"street": "2 Law St", "city": "Boston", "postal_code": "02115"}, "no state"),
        ({"country": "GB"}, "no street and no city and no ZIP"),
    ],
)
def test_no_part_of_an_own_address_comes_from_the_institution(recipient, manager, own, lacks):
    """A letter would go to Boston, IL, or to the university's street in the United Kingdom."""
    with pytest.raises(actions.HalfAnAddress, match=lacks):
        actions.add(recipient=recipient, address=dataclasses.replace(COUNSEL, **own), by=manager)


def test_an_addressee_without_a_channel_is_refused(recipient, manager):
    with pytest.raises(actions.NoChannel):
        actions.add(
            recipient=recipient, address=dataclasses.replace(COUNSEL, by_post=False), by=manager
        )


def test_a_contact_of_another_institution_is_refused(recipient, manager):
    stranger = make_institution("Stranger University").contacts.get()
    with pytest.raises(actions.ContactOfAnother, match="not a contact"):
        actions.add(recipient=recipient, address=actions.Address(contact=stranger), by=manager)


def test_a_school_may_be_written_to_at_its_universitys_president(manager):
    university = make_institution("University")
    school = make_institution("School of Medicine", parent=university)
    recipient = make_recipient(make_campaign(), school)
    address = actions.Address(contact=university.contacts.get())
    assert actions.add(recipient=recipient, address=address, by=manager).contact


def test_a_change_keeps_before_and_after(recipient, manager):
    addressee = recipient.addressees.get()
    dean = Contact.objects.create(institution=recipient.institution, role="dean", title="Dean")
    actions.change(addressee=addressee, address=actions.Address(contact=dean), by=manager)
    addressee.refresh_from_db()
    assert addressee.contact == dean
    assert '"contact":["Dr. Robin Example, President","Dean"]' in AuditEvent.objects.last().payload


def test_a_change_of_nothing_records_nothing(recipient, manager):
    addressee = recipient.addressees.get()
    same = actions.Address(contact=addressee.contact)
    actions.change(addressee=addressee, address=same, by=manager)
    assert not AuditEvent.objects.exists()


def test_the_last_addressee_stays(recipient, manager):
    addressee = recipient.addressees.get()
    with pytest.raises(actions.LastAddressee):
        actions.archive(addressee=addressee, by=manager)
    with pytest.raises(actions.LastAddressee):
        actions.change(
            addressee=addressee, address=actions.Address(kind="copy", title="X"), by=manager
        )
    other = actions.add(recipient=recipient, address=actions.Address(title="Dean"), by=manager)
    actions.archive(addressee=addressee, by=manager)
    assert list(recipient.addressees.filter(archived_at=None)) == [other]


def test_a_failing_audit_event_undoes_the_change(recipient, manager, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.add(recipient=recipient, address=COUNSEL, by=manager)
    assert recipient.addressees.count() == 1
