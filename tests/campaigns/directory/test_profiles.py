"""Rows to records: what IPEDS means, and what any other list may hold."""

import pytest

from campaigns.directory.profiles import records, split_aliases, suggest
from campaigns.directory.reading import Unreadable, read
from tests.campaigns.directory.builders import (
    ON,
    ipeds_choices,
    ipeds_records,
    list_records,
)


def facts(record):
    return {fact.key: (fact.value, fact.source, fact.as_of) for fact in record.facts}


def test_an_ipeds_row_is_read_whole():
    (record,) = ipeds_records({"ADDR": "1 Main St"})
    assert record.values == {
        "name": "Auburn University",
        "control": "public",
        "street": "1 Main St",
        "city": "Auburn",
        "state": "AL",
        "postal_code": "36849",
        "phone": "(334) 844-4000",
        "website": "www.auburn.edu/",
    }
    assert record.identifiers == (
        ("unitid", "100858"),
        ("opeid", "00100900"),
        ("ein", "63-6000724"),
        ("uei", "DMQNDJDHTDG4"),
    )
    (chief,) = record.contacts
    assert (chief.role, chief.name, chief.title, chief.source) == (
        "chief",
        "Chris Roberts",
        "President",
        "IPEDS HD 2023",
    )
    assert facts(record) == {
        "ffa": ("yes", "IPEDS HD 2023, OPEFLAG=1", ON),
        "medical_degree": ("yes", "IPEDS HD 2023, MEDICAL=1", ON),
    }
    assert record.notes == ()


@pytest.mark.parametrize(
    ("opeflag", "value"),
    [("1", "yes"), ("2", "yes")] + [(one, "unknown") for one in ("3", "5", "6", "7", "-2")],
)
def test_federal_funds_are_shown_by_opeflag_1_and_2_and_otherwise_not_known(opeflag, value):
    (record,) = ipeds_records({"OPEFLAG": opeflag})
    assert facts(record)["ffa"][0] == value
    assert bool(record.notes) == (value == "unknown")


def test_missing_values_of_the_agency_are_missing():
    (record,) = ipeds_records({"UEIS": " ", "EIN": "-1", "OPEID": "-2", "CONTROL": "-3"})
    assert record.identifiers == (("unitid", "100858"),)
    assert "control" not in record.values
    assert record.notes == ("The file does not say whether it is public or private",)


def test_a_row_without_a_chief_administrator_says_so():
    (record,) = ipeds_records({"CHFNM": " "})
    assert record.contacts == ()
    assert record.notes == ("The file names no chief administrator",)


@pytest.mark.parametrize("written", ["Vacant", "TBD", "To be announced", "N/A", "Interim"])
def test_a_word_for_nobody_is_not_kept_as_the_chief_administrator(written):
    (record,) = ipeds_records({"CHFNM": written})
    assert [(one.name, one.title) for one in record.contacts] == [("", "President")]
    assert record.notes == (
        f"The chief administrator is “{written}”, which names nobody: no name is kept",
    )


def test_a_word_for_nobody_without_an_office_makes_no_contact():
    (record,) = list_records({"name": "A", "dean": "Position vacant", "title": "n/a"})
    assert record.contacts == ()
    assert record.notes == (
        "The contact is “Position vacant”, which names nobody: no name is kept",
        "The title of the contact is “n/a”: no title is kept",
    )


def test_a_school_that_closed_says_so():
    (record,) = ipeds_records({"CLOSEDAT": "5/26/23"})
    assert record.notes == ("The file says that it closed: 5/26/23",)


def test_several_ueis_in_one_cell_are_several():
    (record,) = ipeds_records({"UEIS": "GS4HPMAP57Q5| DA2MMMDM3CM7"})
    assert [value for scheme, value in record.identifiers if scheme == "uei"] == [
        "GS4HPMAP57Q5",
        "DA2MMMDM3CM7",
    ]


@pytest.mark.parametrize(
    ("raw", "aliases"),
    [
        (" ", ()),
        ("AAMU", ("AAMU",)),
        ("CWRU|Case|Case Western Reserve|", ("CWRU", "Case", "Case Western Reserve")),
        ("Pacific | UOP | U. of Pacific", ("Pacific", "UOP", "U. of Pacific")),
        ("NSCC|North Seattle  NSC", ("NSCC", "North Seattle", "NSC")),
        ("UAH  University of Alabama Huntsville", ("UAH", "University of Alabama Huntsville")),
        ("St Louis Community  College", ("St Louis Community College",)),
        ("Soka; SUA", ("Soka", "SUA")),
        (
            "West Jordan Academy  Taylor Andrews, Inc.",
            ("West Jordan Academy", "Taylor Andrews, Inc."),
        ),
        ("UCR|ucr|Case", ("UCR", "Case")),
        ("The Name", ()),
    ],
)
def test_other_names_are_parted_with_care(raw, aliases):
    assert split_aliases(raw, "The Name") == aliases


def test_an_ipeds_profile_needs_the_columns_of_ipeds():
    reading = read(b"UNITID,INSTNM\n1,A\n")
    with pytest.raises(Unreadable, match="ADDR, CITY"):
        list(records(reading, ipeds_choices()))


def test_the_profile_is_suggested_by_the_headings():
    assert suggest(("UNITID", "INSTNM", "OPEFLAG", "X")) == "ipeds"
    assert suggest(("name", "city")) == "generic"


@pytest.mark.parametrize("name", ["Foo _College_", "<b>Void</b>", "{{ institution_name }}", "# A"])
def test_markdown_html_and_merge_tags_are_kept_as_typed(name):
    (record,) = list_records({"name": name})
    assert (record.name, record.notes) == (name, ())


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\x07", "\x00"])
def test_unsafe_text_refuses_the_row_and_only_that(char):
    bad, good = list_records({"name": f"Foo{char}Bar"}, {"name": "Good"})
    assert "Unsafe text in “name”" in bad.refusal
    assert not good.refusal


def test_line_breaks_and_odd_spaces_are_cleaned_and_said():
    (record,) = list_records({"name": "Office of\nthe\u00a0Dean"})
    assert record.name == "Office of the Dean"
    assert record.notes == (
        "“name” was cleaned: line breaks became spaces",
        "“name” was cleaned: odd spaces became plain spaces",
    )


def test_a_list_may_hold_units_contacts_numbers_and_facts():
    (record,) = list_records(
        {
            "School": "School of Medicine",
            "University name": "Yale University",
            "Type": "Medical school",
            "Dean": "Pat Example",
            "Title": "Dean of Medicine",
            "E-mail": "pat@example.invalid",
            "State": "Connecticut",
            "ZIP": "6520",
            "ISSN": "0028-0836, 1476-4687",
            "Receives federal financial assistance": "Yes",
            "Evidence": "USAspending",
        }
    )
    assert record.name == "School of Medicine"
    assert record.parent.name == "Yale University"
    assert record.values["kind"] == "school"
    assert record.values["state"] == "CT"
    assert record.values["postal_code"] == "06520"
    assert record.identifiers == (("issn", "0028-0836"), ("issn", "1476-4687"))
    (dean,) = record.contacts
    assert (dean.role, dean.email, dean.source) == ("dean", "pat@example.invalid", "File list.csv")
    assert facts(record) == {"ffa": ("yes", "USAspending", ON)}


def test_a_value_that_cannot_be_used_is_named_and_the_row_is_kept():
    (record,) = list_records(
        {"name": "A", "email": "not an address", "dean": "Pat", "control": "perhaps", "zip": "1"}
    )
    assert not record.refusal
    assert len(record.notes) == 3


def test_a_number_that_identifies_and_is_wrong_refuses_the_row():
    (record,) = list_records({"name": "A", "issn": "0028-0837"})
    assert record.refusal == "The ISSN is not one: 0028-0837"


def test_a_row_without_name_and_number_is_refused():
    (record,) = list_records({"name": "", "city": "Springfield"})
    assert record.refusal == "The row has no name"
