"""Single values: made into the form that is kept, or named as unusable."""

import pytest

from campaigns.directory import values


@pytest.mark.parametrize(
    ("text", "state", "kept"),
    [
        ("36849", "AL", "36849"),
        ("02155-5555", "MA", "02155-5555"),
        ("021555555", "MA", "02155-5555"),
        ("2155", "MA", "02155"),
        ("961", "PR", "00961"),
        ("21555555", "MA", "02155-5555"),
        ("2155", "TX", ""),
        ("ABC", "MA", ""),
    ],
)
def test_zip_codes_get_back_the_zeros_that_a_spreadsheet_dropped(text, state, kept):
    value, note = values.postal_code(text, state)
    assert value == kept
    assert bool(note) == (text not in ("36849", "02155-5555", "021555555"))


def test_a_foreign_postal_code_is_kept_as_typed():
    assert values.postal_code("G1V 0A6", "QC", "CA") == ("G1V 0A6", "")


@pytest.mark.parametrize(
    ("text", "kept", "is_noted"),
    [
        ("3348444000", "(334) 844-4000", False),
        ("3.34387E+13", "", True),
        ("47975188240", "(479) 751-8824 ext. 0", True),
        ("+1 334 844 4000", "+1 334 844 4000", False),
        ("12", "", True),
    ],
)
def test_a_phone_number_is_one_or_is_named(text, kept, is_noted):
    value, note = values.phone(text)
    assert (value, bool(note)) == (kept, is_noted)


@pytest.mark.parametrize(
    ("scheme", "text", "kept"),
    [
        ("unitid", "100858", "100858"),
        ("unitid", "10085", ""),
        ("opeid", "100900", "00100900"),
        ("opeid", "-2", ""),
        ("ein", "636000724", "63-6000724"),
        ("ein", "60646973", "06-0646973"),
        ("ein", "-1", ""),
        ("uei", "dmqndjdhtdg4", "DMQNDJDHTDG4"),
        ("uei", "3.30975E+11", ""),
        ("issn", "00280836", "0028-0836"),
        ("issn", "0028-0837", ""),
        ("ror", "https://ror.org/03vek6s52", "03vek6s52"),
        ("ror", "03vek6s53", ""),
        ("ccn", "10001", "010001"),
        ("other", "X-1", "X-1"),
    ],
)
def test_numbers_are_kept_in_one_form_and_checked(scheme, text, kept):
    value, note = values.identifier(scheme, text)
    assert (value, bool(note)) == (kept, not kept)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Public", "public"),
        ("Government - State", "public"),
        ("Voluntary non-profit - Private", "nonprofit"),
        ("Private not-for-profit", "nonprofit"),
        ("Proprietary", "for-profit"),
        ("private for-profit", "for-profit"),
        ("private", ""),
    ],
)
def test_control_is_read_in_the_words_of_directories(text, kept):
    assert values.control(text)[0] == kept


@pytest.mark.parametrize(
    ("text", "kept"), [("Massachusetts", "MA"), ("ma", "MA"), ("M.A.", "MA"), ("Mars", "")]
)
def test_states_have_two_letters(text, kept):
    assert values.state(text)[0] == kept


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("www.aamu.edu/", True),
        ("https://tcc.example.com/a b", False),
        ("javascript:alert(1)", False),
        ("https://www.uab.edu/x?y=1", True),
    ],
)
def test_a_web_address_is_one_of_the_web(text, is_one):
    assert bool(values.website(text)[0]) is is_one


@pytest.mark.parametrize(
    ("text", "kept"),
    [("Medical School", "school"), ("journal", "journal"), ("Acute Care Hospitals", "hospital")],
)
def test_kinds_are_read_from_plain_words(text, kept):
    assert values.kind(text)[0] == kept


def test_countries_have_two_letters():
    assert values.country("U.S.A.")[0] == "US"
    assert values.country("gb")[0] == "GB"
    assert values.country("Narnia") == (
        "",
        "The country is not known; write its two-letter code: Narnia",
    )
