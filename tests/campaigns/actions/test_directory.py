"""Imports: one decision, one event, every row accounted for."""

import time
from pathlib import Path

import pytest

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.directory import (
    FileRefused,
    ImportIsOver,
    MappingRefused,
    PlanChanged,
    apply_import,
    decide_row,
    discard,
    plan_again,
    plan_import,
    suggested_mapping,
)
from campaigns.models import (
    AuditEvent,
    Contact,
    DirectoryImport,
    Fact,
    Identifier,
    ImportRow,
    Institution,
)
from tests.campaigns.directory.builders import AUBURN, ipeds, ipeds_choices, list_choices, table
from tests.factories import make_institution, make_user

pytestmark = pytest.mark.django_db
SEED = Path(__file__).resolve().parents[3] / "campaigns" / "seed"


def planned(content=None, choices=None, by=None):
    return plan_import(
        content=content or ipeds({}), choices=choices or ipeds_choices(), by=by or make_user()
    )


def applied(content=None, choices=None):
    found = planned(content, choices)
    return apply_import(directory_import=found, digest=found.plan_digest, by=make_user())


def test_a_plan_is_kept_row_by_row_and_the_directory_stays_as_it_is():
    found = planned(ipeds({}, {"UNITID": "x"}))
    assert found.counts == {
        "new": 1,
        "changed": 0,
        "same": 0,
        "ambiguous": 0,
        "refused": 1,
        "blank": 0,
    }
    assert list(found.rows.values_list("line", "verdict")) == [(2, "new"), (3, "refused")]
    assert not Institution.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_confirmed_plan_is_written_whole_with_one_event():
    found = applied()
    institution = Institution.objects.get()
    assert institution.name == AUBURN["INSTNM"]
    assert (institution.control, institution.kind) == ("public", "university")
    assert Identifier.objects.get(scheme="opeid").value == "00100900"
    assert Contact.objects.get().name == "Chris Roberts"
    assert Fact.objects.get(key="ffa").source == "IPEDS HD 2023, OPEFLAG=1"
    assert list(Institution.objects.matching("auburn 100858")) == [institution]
    assert found.rows.get().institution == institution
    event = AuditEvent.objects.get()
    assert event.sentence == "imported hd2023.csv: 1 new."
    assert found.sha256 in event.payload
    assert audit.verify().holds


def test_the_same_file_again_changes_nothing_and_says_so():
    applied()
    before = list(Institution.objects.values())
    again = applied()
    assert again.counts["same"] == 1
    assert sum(again.counts.values()) == 1
    assert list(Institution.objects.values()) == before
    assert again.status == DirectoryImport.Status.APPLIED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_same_rows_in_another_encoding_and_order_change_nothing(encoding):
    applied(ipeds({}, {"UNITID": "100002", "INSTNM": "B"}))
    again = applied(ipeds({"UNITID": "100002", "INSTNM": "B"}, {}).decode().encode(encoding))
    assert again.counts["same"] == 2


def test_a_changed_row_writes_what_was_shown():
    applied()
    found = planned(ipeds({"CHFNM": "New President", "ADDR": "1 Main", "OPEFLAG": "6"}))
    row = found.rows.get()
    assert row.verdict == ImportRow.Verdict.CHANGED
    assert row.changes["Street"] == ["", "1 Main"]
    apply_import(directory_import=found, digest=found.plan_digest, by=make_user())
    assert Institution.objects.get().street == "1 Main"
    assert Contact.objects.get().name == "New President"
    assert Fact.objects.get(key="ffa").value == "unknown"


def test_a_digest_of_another_plan_is_refused():
    found = planned()
    with pytest.raises(PlanChanged):
        apply_import(directory_import=found, digest="0" * 64, by=make_user())
    assert not Institution.objects.exists()


def test_a_directory_that_changed_in_between_refuses_the_plan():
    found = planned()
    make_institution("Auburn University", state="AL", city="Auburn")
    with pytest.raises(PlanChanged, match="directory changed"):
        apply_import(directory_import=found, digest=found.plan_digest, by=make_user())
    found.refresh_from_db()
    assert found.status == DirectoryImport.Status.PLANNED
    again = plan_again(directory_import=found, by=make_user())
    assert again.counts["ambiguous"] == 1


def test_an_import_is_applied_once():
    found = applied()
    with pytest.raises(ImportIsOver):
        apply_import(directory_import=found, digest=found.plan_digest, by=make_user())
    with pytest.raises(ImportIsOver):
        discard(directory_import=found, by=make_user())
    with pytest.raises(ImportIsOver):
        plan_again(directory_import=found, by=make_user())


def test_a_failure_while_writing_leaves_nothing(monkeypatch):
    found = planned()

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("campaigns.audit.record", fail)
    with pytest.raises(RuntimeError):
        apply_import(directory_import=found, digest=found.plan_digest, by=make_user())
    found.refresh_from_db()
    assert found.status == DirectoryImport.Status.PLANNED
    assert not Institution.objects.exists()


def test_a_discarded_import_stays_on_record():
    found = discard(directory_import=planned(), by=make_user())
    assert found.status == DirectoryImport.Status.DISCARDED
    assert AuditEvent.objects.get().sentence == "discarded the import of hd2023.csv."
    assert not Institution.objects.exists()


def test_a_person_decides_an_ambiguous_row():
    twin = make_institution("Auburn University", state="AL", city="Auburn")
    found = planned()
    with pytest.raises(Refused, match="Line 9"):
        decide_row(directory_import=found, line=9, institution_pk=twin.pk, by=make_user())
    found = decide_row(directory_import=found, line=2, institution_pk=twin.pk, by=make_user())
    assert found.counts["changed"] == 1
    apply_import(directory_import=found, digest=found.plan_digest, by=make_user())
    assert twin.identifiers.filter(scheme="unitid").exists()
    assert Institution.objects.count() == 1


def test_schools_are_written_under_their_university():
    content = table(
        [
            {"name": "School of Medicine", "belongs to": "U", "dean": "Pat Example"},
            {"name": "U", "belongs to": "", "dean": ""},
            {"name": "Department", "belongs to": "School of Medicine", "dean": ""},
        ]
    )
    applied(content, list_choices(content))
    school = Institution.objects.get(name="School of Medicine")
    assert school.parent.name == "U"
    assert school.contacts.get().role == Contact.Role.DEAN
    assert Institution.objects.get(name="Department").parent == school


def test_a_file_that_cannot_be_read_is_refused_with_its_line():
    with pytest.raises(FileRefused, match="line 3"):
        planned(b'UNITID,INSTNM\n1,A\n2,"B\n')
    assert not DirectoryImport.objects.exists()


def test_a_mapping_without_a_name_is_refused():
    content = b"a,b\n1,2\n"
    with pytest.raises(MappingRefused, match="holds the name"):
        planned(content, list_choices(content, mapping={"city": "a"}))


def test_a_mapping_is_remembered_for_the_same_headings():
    content = b"Zeile,Spalte\nA,B\n"
    mapping = {"name": "Spalte", "city": "Zeile"}
    assert suggested_mapping(("Zeile", "Spalte")) == {}
    planned(content, list_choices(content, mapping=mapping))
    assert suggested_mapping(("Zeile", "Spalte")) == mapping


def test_the_shipped_directory_and_its_five_streets():
    choices = ipeds_choices(file_name="demo.csv")
    name = "institutions_reporting_a_medical_degree_ipeds.csv"
    found = applied((SEED / name).read_bytes(), choices)
    assert found.counts["new"] == 208
    without = Institution.objects.filter(street="")
    assert sorted(without.values_list("name", flat=True)) == [
        "Auburn University",
        "Michigan State University",
        "Stanford University",
        "Tufts University",
        "University of Maryland-College Park",
    ]
    assert Fact.objects.filter(key="ffa", value="unknown").count() == 2
    content = (SEED / "supplied_streets.csv").read_bytes()
    streets = applied(content, list_choices(content))
    assert streets.counts["changed"] == 5
    assert not Institution.objects.filter(street="").exists()
    assert Institution.objects.get(name="Auburn University").address_source == (
        "https://www.auburn.edu/"
    )
    again = planned((SEED / name).read_bytes(), choices)
    assert again.counts["same"] == 208


@pytest.mark.slow
def test_6163_rows_are_planned_and_applied_in_time():
    rows = [
        {
            "UNITID": str(100_000 + number),
            "INSTNM": f"Example University {number}",
            "IALIAS": f"EU{number}|Example {number}",
            "ADDR": f"{number} College Street",
        }
        for number in range(6163)
    ]
    content = ipeds(*rows)
    began = time.process_time()  # ours alone, because other work may keep the machine busy
    found = applied(content)
    assert time.process_time() - began < 15
    assert found.counts["new"] == Institution.objects.count() == 6163
