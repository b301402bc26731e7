"""Decisions on institutions: each recorded with before and after, each refusal a sentence."""

import datetime
import json
from dataclasses import replace

import pytest

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.institution import (
    BelongsToItself,
    ContactDetails,
    Details,
    IsArchived,
    IsSuppressed,
    NameIsTaken,
    NamesNobody,
    NumberIsTaken,
    StillWrittenTo,
    add,
    add_contact,
    archive,
    archive_contact,
    change,
    change_contact,
    details_of,
    restore,
    set_fact,
    suppress,
    unsuppress,
)
from campaigns.models import AuditEvent, Contact, Identifier, Institution
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db
ON = datetime.date(2026, 1, 2)


def last():
    return AuditEvent.objects.latest("sequence")


def test_a_school_is_added_under_its_university():
    university = make_institution("Yale University")
    school = add(
        details=Details(
            name="School of Medicine",
            kind="school",
            parent=university,
            state="CT",
            identifiers=(("ror", "03v76x132"),),
        ),
        by=make_user(),
    )
    assert list(university.units.all()) == [school]
    assert last().sentence == "added School of Medicine under Yale University."
    assert list(Institution.objects.matching("medicine 03v76x132")) == [school]


def test_a_second_one_of_the_same_name_and_place_is_refused():
    add(details=Details(name="Foo College", state="IL", city="X"), by=make_user())
    with pytest.raises(NameIsTaken, match="Foo College in X"):
        add(details=Details(name="foo college", state="IL", city="x"), by=make_user())
    add(details=Details(name="Foo College", state="IL", city="Y"), by=make_user())


def test_a_change_keeps_before_and_after():
    institution = make_institution("Foo", street="")
    details = replace(
        details_of(institution), street="1 Main", address_source="https://foo.example/"
    )
    change(institution=institution, details=details, by=make_user())
    assert last().sentence == "changed street, address source of Foo."
    assert json.loads(last().payload)["data"]["changes"]["street"] == ["", "1 Main"]


def test_a_change_of_nothing_is_no_event():
    institution = make_institution()
    change(institution=institution, details=details_of(institution), by=make_user())
    assert not AuditEvent.objects.exists()


def test_numbers_are_added_and_taken_away():
    institution = make_institution()
    Identifier.objects.create(institution=institution, scheme="ein", value="06-0646973")
    details = replace(details_of(institution), identifiers=(("unitid", "130794"),))
    change(institution=institution, details=details, by=make_user())
    assert [str(one) for one in institution.identifiers.all()] == ["UNITID (IPEDS) 130794"]


def test_a_number_of_another_institution_is_refused_and_nothing_is_changed():
    other = make_institution("Yale")
    Identifier.objects.create(institution=other, scheme="unitid", value="130794")
    institution = make_institution("Foo")
    details = replace(details_of(institution), name="Bar", identifiers=(("unitid", "130794"),))
    with pytest.raises(NumberIsTaken, match="is the number of Yale"):
        change(institution=institution, details=details, by=make_user())
    institution.refresh_from_db()
    assert institution.name == "Foo"


def test_an_institution_never_lies_under_itself():
    top = make_institution("Top")
    unit = make_institution("Unit", parent=top)
    with pytest.raises(BelongsToItself):
        change(institution=top, details=replace(details_of(top), parent=unit), by=make_user())


def test_suppression_has_a_reason_and_takes_it_out_of_reach():
    institution = make_institution("Foo")
    with pytest.raises(Refused, match="Say why"):
        suppress(institution=institution, reason="", by=make_user())
    suppress(institution=institution, reason="Asked by counsel", by=make_user())
    assert not Institution.objects.mailable().exists()
    with pytest.raises(IsSuppressed, match="Asked by counsel"):
        suppress(institution=institution, reason="Again", by=make_user())
    unsuppress(institution=institution, reason="Counsel agreed", by=make_user())
    assert Institution.objects.mailable().exists()
    with pytest.raises(IsSuppressed):
        unsuppress(institution=institution, reason="Again", by=make_user())
    assert [event.verb for event in audit.history(institution)] == [
        "institution.unsuppressed",
        "institution.suppressed",
    ]


def test_an_archived_institution_is_kept_and_comes_back():
    institution = make_institution("Foo")
    archive(institution=institution, by=make_user())
    assert not Institution.objects.active().exists()
    with pytest.raises(IsArchived):
        archive(institution=institution, by=make_user())
    with pytest.raises(IsArchived):
        add_contact(institution=institution, details=ContactDetails("dean", "A"), by=make_user())
    restore(institution=institution, by=make_user())
    assert Institution.objects.active().exists()


def test_an_institution_that_a_campaign_tracks_is_not_archived():
    recipient = make_recipient(make_campaign(title="Matter"))
    with pytest.raises(StillWrittenTo, match="Matter"):
        archive(institution=recipient.institution, by=make_user())
    top = make_institution("Top")
    make_institution("Unit", parent=top)
    with pytest.raises(StillWrittenTo, match="Units"):
        archive(institution=top, by=make_user())


def test_a_contact_says_where_it_is_from():
    institution = make_institution("Foo")
    contact = add_contact(
        institution=institution,
        details=ContactDetails("dean", "Pat Example", "Dean"),
        by=make_user(first_name="Kim"),
    )
    assert contact.source == "Entered by Kim"
    assert last().sentence == "added Pat Example, Dean as dean of Foo."


def test_a_contact_that_a_person_changes_is_theirs_from_then_on():
    institution = make_institution("Foo")
    contact = institution.contacts.get()
    Contact.objects.update(source="IPEDS HD 2023")
    contact.refresh_from_db()
    details = ContactDetails("chief", "New Name", "President", source="IPEDS HD 2023")
    changed = change_contact(contact=contact, details=details, by=make_user(first_name="Kim"))
    assert (changed.name, changed.source) == ("New Name", "Entered by Kim")
    assert last().verb == "contact.changed"
    archived = archive_contact(contact=contact, by=make_user())
    assert archived.archived_at
    with pytest.raises(IsArchived):
        archive_contact(contact=contact, by=make_user())
    with pytest.raises(IsArchived):
        change_contact(contact=contact, details=details, by=make_user())


@pytest.mark.parametrize("word", [{"name": "Vacant"}, {"title": "TBD"}])
def test_a_word_for_nobody_is_no_contact(word):
    institution = make_institution("Foo")
    contact = institution.contacts.get()
    details = ContactDetails(**{"role": "dean", "name": "Pat", "title": "Dean", **word})
    with pytest.raises(NamesNobody, match="Nothing was saved"):
        add_contact(institution=institution, details=details, by=make_user())
    with pytest.raises(NamesNobody):
        change_contact(contact=contact, details=details, by=make_user())
    assert institution.contacts.get().name == contact.name
    assert not AuditEvent.objects.exists()


def test_a_fact_has_a_source_and_a_day_that_has_come():
    institution = make_institution("Foo", ffa="unknown")
    fact = {"institution": institution, "key": "ffa", "value": "yes", "by": make_user()}
    with pytest.raises(Refused, match="where this is known from"):
        set_fact(**fact, source="", as_of=ON)
    with pytest.raises(Refused, match="future"):
        set_fact(**fact, source="Award", as_of=datetime.date(2999, 1, 1))
    set_fact(**fact, source="USAspending award 1", as_of=ON)
    assert institution.facts.get().value == "yes"
    assert json.loads(last().payload)["data"]["before"]["value"] == "unknown"
    count = AuditEvent.objects.count()
    set_fact(**fact, source="USAspending award 1", as_of=ON)
    assert AuditEvent.objects.count() == count


@pytest.mark.parametrize("action", [archive, lambda **kw: suppress(**kw, reason="x")])
def test_nothing_is_changed_where_its_event_cannot_be_written(action, monkeypatch):
    institution = make_institution("Foo")

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("campaigns.audit.record", fail)
    with pytest.raises(RuntimeError):
        action(institution=institution, by=make_user())
    institution.refresh_from_db()
    assert institution.archived_at is None
    assert institution.suppressed_at is None
