"""Whether a ground covers an institution."""

import pytest

from campaigns.coverage import Verdict, coverage
from campaigns.models import Ground, Institution
from tests.factories import make_institution

TITLE_VI = Ground(name="Title VI", needs=["ffa"])


def cover(ground=TITLE_VI, *, facts=None, control="nonprofit", state="IL", kind="university"):
    return coverage(ground, facts=facts or {}, control=control, state=state, kind=kind)


def test_a_recipient_of_federal_funds_is_covered():
    found = cover(facts={"ffa": "yes"})
    assert (found.verdict, found.reason) == (Verdict.OK, "")


def test_funds_of_one_department_are_federal_funds():
    assert cover(facts={"ffa_hhs": "yes"}).verdict is Verdict.OK
    assert cover(Ground(name="FERPA", needs=["ffa_ed"]), facts={"ffa": "yes"}).verdict is (
        Verdict.UNKNOWN
    )


@pytest.mark.parametrize("facts", [{}, {"ffa": "unknown"}])
def test_a_university_whose_funds_are_not_known_is_a_warning(facts):
    found = cover(facts=facts)
    assert found.verdict is Verdict.UNKNOWN
    assert "whether this one does is not known" in found.reason


@pytest.mark.parametrize("kind", ["journal", "publisher", "society"])
def test_a_private_journal_is_not_covered_unless_it_receives_federal_funds(kind):
    found = cover(kind=kind)
    assert found.verdict is Verdict.MISMATCH
    assert "is not covered by Title VI unless it receives federal financial" in found.reason
    assert cover(kind=kind, facts={"ffa": "yes"}).verdict is Verdict.OK
    assert cover(kind=kind, control="public").verdict is Verdict.UNKNOWN


def test_a_recorded_no_is_a_mismatch():
    assert cover(facts={"ffa": "no"}).verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("need", "control", "verdict"),
    [
        ("public", "public", Verdict.OK),
        ("public", "nonprofit", Verdict.MISMATCH),
        ("public", "unknown", Verdict.UNKNOWN),
        ("private", "for-profit", Verdict.OK),
        ("private", "public", Verdict.MISMATCH),
    ],
)
def test_public_and_private_are_read_from_the_institution(need, control, verdict):
    assert cover(Ground(name="ADA", needs=[need]), control=control).verdict is verdict


@pytest.mark.parametrize(
    ("need", "state", "verdict"),
    [
        ("state:CA", "CA", Verdict.OK),
        ("state:CA", "TX", Verdict.MISMATCH),
        ("state:CA", "", Verdict.UNKNOWN),
        ("state:XX", "CA", Verdict.UNKNOWN),
    ],
)
def test_a_state_law_covers_its_state(need, state, verdict):
    assert cover(Ground(name="State law", needs=[need]), state=state).verdict is verdict


def test_the_worst_need_decides_and_gives_the_reason():
    ground = Ground(name="Title IX", needs=["ffa", "public"])
    found = cover(ground, facts={}, control="nonprofit")
    assert found.verdict is Verdict.MISMATCH
    assert found.reason == "Title IX covers public institutions; this one is private."


@pytest.mark.django_db
def test_a_school_is_covered_by_what_is_known_of_its_university():
    university = make_institution(ffa="yes")
    school = make_institution(parent=university, kind=Institution.Kind.SCHOOL, ffa="unknown")
    assert school.known_facts() == {"ffa": "yes"}


@pytest.mark.django_db
def test_a_journal_is_not_covered_by_what_is_known_of_its_publisher():
    publisher = make_institution(kind=Institution.Kind.PUBLISHER, ffa="yes")
    journal = make_institution(parent=publisher, kind=Institution.Kind.JOURNAL, ffa="unknown")
    assert journal.known_facts() == {"ffa": "unknown"}
