import pytest

from letters.merge.typography import typeset


@pytest.mark.parametrize(
    ("typed", "tied"),
    [
        ("42 U.S.C. § 2000d et seq.", "42~U.S.C.~§~2000d et~seq."),
        ("34 C.F.R. pt. 100 (ED)", "34~C.F.R.~pt.~100 (ED)"),
        ("45 C.F.R. pts. 90–91", "45~C.F.R.~pts.~90–91"),
        ("28 C.F.R. pt. 42, subpt. C", "28~C.F.R.~pt.~42, subpt.~C"),
        ("600 U.S. 181 (2023)", "600~U.S.~181 (2023)"),
        ("20 U.S.C. §§ 1681–1688", "20~U.S.C.~§§~1681–1688"),
        ("Dr. Wims and Mr. Roe", "Dr.~Wims and Mr.~Roe"),
        ("5:00 p.m. on January 8, 2027", "5:00~p.m. on January~8, 2027"),
        ("No. 5 and No. of items", "No.~5 and No. of items"),
        ("plain words  stay", "plain words  stay"),
    ],
)
def test_what_belongs_together_is_tied(typed, tied):
    assert typeset(typed) == tied.replace("~", "\u00a0")
    assert typeset(typed).replace("\u00a0", " ") == typed
