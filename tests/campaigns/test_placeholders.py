"""Words that stand where a name belongs and name nobody."""

import pytest

from campaigns.placeholders import names_nobody, titles_nothing


@pytest.mark.parametrize(
    "written",
    [
        "TBD",
        "t.b.d.",
        "Vacant",
        "VACANT (search in progress)",
        "Interim",
        "To be announced",
        "N/A",
        "Open position",
        "Unknown",
        "--",
        "-1",
    ],
)
def test_it_names_nobody(written):
    assert names_nobody(written)


@pytest.mark.parametrize(
    "name",
    ["Dr. Robin Example", "Li Na", "Vacantia Jones", "José Unknown-Smith", "May Open", "I", ""],
)
def test_it_may_be_a_person(name):
    assert not names_nobody(name)


def test_who_holds_an_office_for_a_while_holds_it():
    assert not titles_nothing("Interim President")
    assert not titles_nothing("")
    assert titles_nothing("Interim") and titles_nothing("TBD")
