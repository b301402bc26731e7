"""Citations: what is typed becomes a record, and the record is written by rule."""

import time

import pytest
import yaml
from django.conf import settings

from campaigns.citations import Case, Code, Constitution, Other, read, written

SEED = settings.BASE_DIR / "campaigns" / "seed" / "legal_grounds.yaml"
CATALOGUE = [
    text
    for entry in yaml.safe_load(SEED.read_text())
    for text in (entry["cite"], *entry["regs"], *entry["cases"])
]


@pytest.mark.parametrize("text", CATALOGUE)
def test_the_catalogue_is_in_the_form_that_is_kept(text):
    assert written(text) == text


@pytest.mark.parametrize("text", CATALOGUE)
def test_what_is_kept_reads_back_into_the_same_record(text):
    assert read(written(text)) == read(text)


def test_all_of_the_catalogue_but_standards_and_state_law_is_read():
    left = [text for text in CATALOGUE if isinstance(read(text), Other)]
    assert [text[:8] for text in left] == [
        "agency F",
        "e.g., Te",
        "COPE, Co",
        "ICMJE, R",
        "LCME, Fu",
        "<State c",
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("42 USC 2000d et seq", "42 U.S.C. § 2000d et seq."),
        ("42 u.s.c. section 2000d", "42 U.S.C. § 2000d"),
        ("42  U.S.C.A.  §2000d , et. seq.", None),
        ("42 U.S.C. §§6101-6107", "42 U.S.C. §§ 6101–6107"),
        ("42 U.S.C. §§ 238n and 300a-7", "42 U.S.C. §§ 238n, 300a-7"),
        ("34 CFR part 100 (ED)", "34 C.F.R. pt. 100 (ED)"),
        ("45 CFR Parts 160 & 164", "45 C.F.R. pts. 160, 164"),
        ("28 CFR pt 42, subpart C (DOJ)", "28 C.F.R. pt. 42, subpt. C (DOJ)"),
        ("34 C.F.R. § 100.7(b) (2026)", "34 C.F.R. § 100.7(b) (2026)"),
        ("US Const amend XIV, sec. 1", "U.S. Const. amend. XIV, § 1"),
        ("Cal. Const. art. I, § 31", "Cal. Const. art. I, § 31"),
        ("Doe vs. Roe, 600 US 181, 190-92 (2023)", "Doe v. Roe, 600 U.S. 181, 190–92 (2023)"),
        ("Doe v Roe 850 F. 3d 545 (3d Cir. 2017)", "Doe v. Roe, 850 F.3d 545 (3d Cir. 2017)"),
        ("COPE, Core  Practices", "COPE, Core Practices"),
    ],
)
def test_what_people_type_is_kept_in_one_form(typed, kept):
    assert written(typed) == (kept or " ".join(typed.split()))
    assert written(written(typed)) == written(typed)


def test_the_parts_of_a_citation_are_known():
    assert read("28 C.F.R. pt. 42, subpt. C (DOJ)") == Code(
        "28", "C.F.R.", "pt.", ("42",), subpart="C", notes=("DOJ",)
    )
    assert read("U.S. Const. amend. I") == Constitution("U.S.", "amend.", "I")
    assert read("NCAA v. Smith, 525 U.S. 459 (1999) (Title IX)") == Case(
        "NCAA v. Smith", "525", "U.S.", "459", "1999", note="Title IX"
    )


def test_nothing_breaks_between_sign_and_number():
    (piece,) = read("42 U.S.C. § 2000d et seq.").pieces()
    assert piece.text == "42\u00a0U.S.C.\u00a0§\u00a02000d et\u00a0seq."


def test_only_the_name_of_a_case_is_in_italics():
    name, rest = read("Doe v. Roe, 850 F.3d 545 (3d Cir. 2017)").pieces()
    assert (name.text, name.italic) == ("Doe v.\u00a0Roe", True)
    assert (rest.text, rest.italic) == (", 850\u00a0F.3d\u00a0545 (3d Cir. 2017)", False)


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 300,
        "1 " * 150,
        "A. " * 90 + "1",
        "1-" * 150,
        "Doe, 1 " + "A" * 200 + "9! 1 (2000",
        "Doe, 1 " + "A. " * 90 + "1 (2000)(",
        "42 U.S.C. § " + "1, " * 90 + "(",
        "42 U.S.C. § " + "1-1" * 90 + "(a)" * 30 + "!",
    ],
)
def test_a_hostile_text_is_read_at_once(hostile):
    started = time.process_time()
    assert written(hostile) == " ".join(hostile.split())
    assert time.process_time() - started < 0.5
