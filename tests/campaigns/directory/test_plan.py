"""A verdict for every row; nothing is merged because it looks alike."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.actions.institution import Details, add
from campaigns.directory import known
from campaigns.directory.known import Directory
from campaigns.directory.plan import NEW, make
from campaigns.directory.profiles import records
from campaigns.directory.reading import Unreadable, read
from campaigns.models import Contact, Fact, Identifier, Institution
from tests.campaigns.directory.builders import (
    ipeds_records,
    list_choices,
    list_records,
    table,
)
from tests.factories import make_institution, make_user

pytestmark = pytest.mark.django_db


def plan(*records, decisions=None):
    return make(records, known.read(), decisions)


def plan_list(*rows, **fields):
    return plan(*list_records(*rows, **fields))


def verdicts(found):
    return [row.verdict for row in found.rows]


def auburn(**fields):
    institution = make_institution("Auburn University", ffa="", city="Auburn", state="AL", **fields)
    Identifier.objects.create(institution=institution, scheme="unitid", value="100858")
    return institution


def test_planning_writes_nothing(django_assert_num_queries):
    records = ipeds_records(*({"UNITID": f"{100000 + n}"} for n in range(30)))
    with django_assert_num_queries(4):
        found = plan(*records)
    assert found.counts["new"] == 30
    assert not Institution.objects.exists()


def test_every_row_has_a_verdict_in_the_order_of_the_file():
    found = plan_list(
        {"name": "A", "city": "X"}, {"name": "", "city": ""}, {"name": "", "city": "Y"}
    )
    assert [(row.line, row.verdict) for row in found.rows] == [
        (2, "new"),
        (3, "blank"),
        (4, "refused"),
    ]
    assert sum(found.counts.values()) == 3


def test_a_row_without_a_street_is_imported_and_says_what_is_lacking():
    (row,) = plan(*ipeds_records({})).rows
    assert row.verdict == "new"
    assert row.notes == ("No letter can be posted to it until this is supplied: street",)


def test_a_known_number_recognises_an_institution_whatever_its_name():
    institution = auburn(street="1 Main")
    (row,) = plan(*ipeds_records({"INSTNM": "Auburn U", "ADDR": "2 Main"})).rows
    assert (row.verdict, row.institution_pk) == ("changed", institution.pk)
    assert row.changes["Name"] == ("Auburn University", "Auburn U")
    assert row.changes["Street"] == ("1 Main", "2 Main")
    assert row.changes["Other names"] == ("", "Auburn University")


def test_a_file_never_blanks_what_it_does_not_have():
    auburn(street="1 Main", website="https://www.auburn.edu/", phone="(334) 844-4000")
    (row,) = plan(*ipeds_records({"WEBADDR": " ", "GENTELE": " "})).rows
    assert {"Street", "Website", "Phone"}.isdisjoint(row.changes)


def test_a_supplied_street_is_kept_when_the_file_has_none():
    auburn(street="107 Samford Hall", address_source="https://www.auburn.edu/")
    (row,) = plan(*ipeds_records({})).rows
    assert "Street" not in row.changes
    said = "The file has no street, and the supplied one is kept: 107 Samford Hall"
    assert said in row.notes


def test_a_street_from_the_file_replaces_a_supplied_one_and_its_source():
    auburn(street="107 Samford Hall", address_source="https://www.auburn.edu/")
    (row,) = plan(*ipeds_records({"ADDR": "1 College Street"})).rows
    assert row.changes["Street"] == ("107 Samford Hall", "1 College Street")
    assert row.changes["Address published at"][1] == "The imported directory"


def test_a_control_that_the_file_does_not_say_stays():
    institution = auburn(control="public")
    (row,) = plan(*ipeds_records({"CONTROL": "-3"})).rows
    assert row.institution_pk == institution.pk
    assert "Control" not in row.changes


# --- Recognising -------------------------------------------------------------------


def test_two_institutions_of_one_name_and_state_with_own_numbers_are_two():
    found = plan(*ipeds_records({"UNITID": "100001"}, {"UNITID": "100002"}))
    assert verdicts(found) == ["new", "new"]


def test_a_new_number_and_a_known_name_without_one_waits_for_a_person():
    twin = make_institution("Auburn University", state="AL", city="Auburn")
    (row,) = plan(*ipeds_records({})).rows
    assert (row.verdict, row.candidates) == ("ambiguous", (twin.pk,))
    assert "has no UNITID. Say whether they are the same" in row.notes[0]


def test_a_person_says_that_an_ambiguous_row_is_the_known_one_or_is_new():
    twin = make_institution("Auburn University", state="AL", city="Auburn")
    records = ipeds_records({})
    (same,) = plan(*records, decisions={2: twin.pk}).rows
    assert (same.verdict, same.institution_pk) == ("changed", twin.pk)
    (new,) = plan(*records, decisions={2: NEW}).rows
    assert new.verdict == "new"


def test_a_decision_for_an_institution_that_was_not_offered_changes_nothing():
    make_institution("Auburn University", state="AL", city="Auburn")
    other = make_institution("Other")
    (row,) = plan(*ipeds_records({}), decisions={2: other.pk}).rows
    assert row.verdict == "ambiguous"


def test_without_numbers_the_same_name_and_place_is_the_same():
    institution = make_institution("Foo College", city="Springfield", state="IL")
    (row,) = plan_list({"name": "FOO  College.", "city": "Springfield", "state": "IL"}).rows
    assert row.institution_pk == institution.pk
    (row,) = plan_list({"name": "Foo College", "state": "IL", "street": "9 New St"}).rows
    assert row.verdict == "changed"
    assert "recognised by its name and place" in row.notes[0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"name": "Foo College", "state": "IL", "city": "Peoria"}, "in another city"),
        ({"name": "Foo Colege", "state": "IL"}, "nearly its name"),
        ({"name": "FC", "state": "IL"}, "as another name"),
        ({"name": "Bar College", "ein": "636000724"}, "institution with another name"),
    ],
)
def test_what_only_looks_alike_is_never_merged(row, reason):
    institution = make_institution("Foo College", city="Springfield", state="IL", aliases=["FC"])
    Identifier.objects.create(institution=institution, scheme="ein", value="63-6000724")
    (found,) = plan_list(row).rows
    assert (found.verdict, found.candidates) == ("ambiguous", (institution.pk,))
    assert reason in found.notes[0]


def test_names_that_differ_by_a_number_or_a_state_are_new():
    make_institution("Public School Number 12", state="IL")
    found = plan_list(
        {"name": "Public School Number 13", "state": "IL"},
        {"name": "Public School Number 12", "state": "TX"},
    )
    assert verdicts(found) == ["new", "new"]


def test_numbers_of_two_institutions_are_ambiguous():
    first, second = make_institution("A"), make_institution("B")
    Identifier.objects.create(institution=first, scheme="unitid", value="100001")
    Identifier.objects.create(institution=second, scheme="issn", value="0028-0836")
    (row,) = plan_list({"name": "A", "unitid": "100001", "issn": "0028-0836"}).rows
    assert row.verdict == "ambiguous"
    assert "UNITID 100001 is A; ISSN 0028-0836 is B" in row.notes[0]


def test_the_second_row_of_one_institution_is_ambiguous_and_names_the_first():
    found = plan(*ipeds_records({}, {"INSTNM": "Auburn again"}))
    assert verdicts(found) == ["new", "ambiguous"]
    assert "see line 2" in found.rows[1].notes[0]
    found = plan_list({"name": "A", "state": "IL"}, {"name": "a", "state": "IL"})
    assert verdicts(found) == ["new", "ambiguous"]


def test_an_archived_institution_is_not_changed_by_a_file():
    institution = auburn()
    institution.archived_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    institution.save()
    (row,) = plan(*ipeds_records({})).rows
    assert row.verdict == "refused"
    assert "archived" in row.notes[0]


def test_a_number_that_nobody_has_needs_a_name():
    (row,) = plan_list({"unitid": "100001", "street": "1 Main"}).rows
    assert row.verdict == "refused"
    assert "no name to add one under" in row.notes[0]


_HEADINGS = ["name", "belongs to", "unitid", "issn", "zip", "email", "control", "phone"]


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(["", "A", "B", "A ", "a\u202e"]) | st.text(max_size=8),
                "belongs to": st.sampled_from(["", "A", "B", "C"]),
                "unitid": st.sampled_from(["", "100001", "100002", "x"]),
                "issn": st.sampled_from(["", "0028-0836", "1"]),
                "zip": st.text(max_size=6),
                "email": st.text(max_size=6),
                "control": st.text(max_size=6),
                "phone": st.text(st.sampled_from("0123456789E+. "), max_size=14),
            }
        ),
        max_size=8,
    )
)
def test_every_row_of_any_list_is_accounted_for(rows):
    """Rows in are rows out, in their order, each with a verdict and each refusal with a reason."""
    content = table(rows, [*_HEADINGS])
    try:
        reading = read(content, delimiter=",")
    except Unreadable:
        return
    found = make(records(reading, list_choices(content)), Directory([]))
    assert [row.line for row in found.rows] == [row.line for row in reading.rows]
    for row in found.rows:
        assert row.notes or row.verdict in ("new", "blank")
        assert (row.writes is not None) == (row.verdict == "new")
    assert sum(found.counts.values()) == len(reading.rows)


# --- Units -------------------------------------------------------------------------


def test_a_school_is_planned_under_its_university_on_record_or_in_the_file():
    institution = auburn()
    found = plan_list(
        {"name": "School of Medicine", "belongs to": "New University", "parent unitid": ""},
        {"name": "New University", "belongs to": "", "parent unitid": ""},
        {"name": "School of Medicine", "belongs to": "", "parent unitid": "100858"},
    )
    assert verdicts(found) == ["new", "new", "new"]
    assert found.rows[0].writes.parent.line == 3
    assert found.rows[2].writes.parent.pk == institution.pk
    assert found.rows[0].writes.values["kind"] == "school"


def test_a_school_of_the_same_name_under_another_university_is_another():
    yale, auburn_ = make_institution("Yale"), auburn()
    add(
        details=Details(name="School of Medicine", kind="school", parent=yale, state="CT"),
        by=make_user(),
    )
    (row,) = plan_list({"name": "School of Medicine", "parent unitid": "100858"}).rows
    assert (row.verdict, row.writes.parent.pk) == ("new", auburn_.pk)
    (row,) = plan_list({"name": "School of Medicine", "belongs to": "Yale"}).rows
    assert row.verdict == "same"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"name": "A", "belongs to": "Nobody"}], "There is no institution “Nobody”"),
        (
            [{"name": "A", "belongs to": "B"}, {"name": "B", "belongs to": "A"}],
            "which belongs to it in turn",
        ),
        ([{"name": "A", "belongs to": "A"}], "belongs to it in turn"),
    ],
)
def test_a_unit_whose_parent_cannot_be_found_is_refused(rows, reason):
    found = plan_list(*rows)
    assert set(verdicts(found)) == {"refused"}
    assert reason in found.rows[0].notes[0]


def test_a_parent_of_which_there_are_two_has_to_be_named_by_number():
    make_institution("Twin"), make_institution("Twin")
    (row,) = plan_list({"name": "A", "belongs to": "Twin"}).rows
    assert "2 institutions are “Twin”" in row.notes[0]


def test_a_university_cannot_come_to_lie_under_its_own_school():
    university = make_institution("U", state="IL")
    make_institution("S", parent=university, state="IL")
    (row,) = plan_list({"name": "U", "state": "IL", "belongs to": "S"}).rows
    # Under "S" there is no "U", so it is only nearly the one on record.
    assert row.verdict in ("refused", "new", "ambiguous")
    assert row.institution_pk is None


# --- Contacts and facts ------------------------------------------------------------


def chief(institution, **fields):
    institution.contacts.all().delete()
    return Contact.objects.create(
        institution=institution,
        **{"name": "Old Name", "title": "President", "source": "IPEDS HD 2022", **fields},
    )


def test_a_new_chief_administrator_takes_the_place_of_the_imported_one():
    contact = chief(auburn())
    (row,) = plan(*ipeds_records({})).rows
    ((pk, updates),) = row.writes.changed_contacts
    assert (pk, updates["name"]) == (contact.pk, "Chris Roberts")
    assert row.changes["Chief administrator"][0] == "Old Name, President (IPEDS HD 2022)"


def test_a_contact_that_staff_entered_is_kept_and_the_other_is_named():
    chief(auburn(), source="Entered by Pat")
    (row,) = plan(*ipeds_records({})).rows
    assert not row.writes.contacts
    assert not row.writes.changed_contacts
    assert any("The contact that staff entered is kept" in note for note in row.notes)


def test_a_contact_that_was_archived_stays_so():
    chief(
        auburn(),
        name="Chris Roberts",
        archived_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    (row,) = plan(*ipeds_records({})).rows
    assert not row.writes.contacts
    assert any("archived stays so" in note for note in row.notes)


def fact(institution, value, source, year):
    return Fact.objects.create(
        institution=institution,
        key="ffa",
        value=value,
        source=source,
        as_of=datetime.date(year, 10, 1),
    )


@pytest.mark.parametrize(
    ("value", "source", "year", "opeflag", "is_renewed"),
    [
        ("yes", "IPEDS HD 2022, OPEFLAG=1", 2022, "1", True),
        ("yes", "IPEDS HD 2022, OPEFLAG=1", 2022, "6", True),
        ("yes", "IPEDS HD 2024, OPEFLAG=1", 2024, "6", False),
        ("yes", "USAspending award 1", 2022, "6", False),
        ("no", "Letter of counsel", 2022, "1", False),
        ("unknown", "Phone call", 2024, "1", True),
    ],
)
def test_a_fact_is_renewed_by_its_own_kind_of_source_only(value, source, year, opeflag, is_renewed):
    fact(auburn(), value, source, year)
    (row,) = plan(*ipeds_records({"OPEFLAG": opeflag})).rows
    assert bool(row.writes.changed_facts) is is_renewed


def test_the_digest_follows_every_change_of_the_plan():
    one = plan(*ipeds_records({}))
    assert one.digest == plan(*ipeds_records({})).digest
    assert one.digest != plan(*ipeds_records({"CHFNM": "Another"})).digest
