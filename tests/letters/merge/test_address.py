import pytest

from letters.merge.address import Place
from letters.merge.countries import COUNTRIES


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (
            Place("1 Main St", "Suite 2", "Normal", "AL", "35762"),
            ["1 Main St", "Suite 2", "Normal, AL 35762"],
        ),
        (Place("P.O. Box 7", "", "Normal", "AL", ""), ["P.O. Box 7", "Normal, AL"]),
        (
            Place("ul. Krótka 5", "", "Kraków", "", "31-120", "PL"),
            ["ul. Krótka 5", "31-120 Kraków", "POLAND"],
        ),
        (
            Place("1 King St", "", "Toronto", "ON", "M5V 2T6", "CA"),
            ["1 King St", "Toronto ON M5V 2T6", "CANADA"],
        ),
        (
            Place("1 High St", "", "London", "", "SW1A 1AA", "GB"),
            ["1 High St", "London", "SW1A 1AA", "UNITED KINGDOM"],
        ),
        (Place("", "", "", "", ""), []),
    ],
)
def test_an_address_is_written_as_its_country_writes_it(place, lines):
    assert place.lines() == lines


def test_every_country_has_a_code_of_two_letters_and_a_name():
    assert len(COUNTRIES) == 239
    assert all(len(code) == 2 and code.isupper() and name for code, name in COUNTRIES.items())
