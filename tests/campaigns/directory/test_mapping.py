"""Which column is which: a good guess, and problems in sentences."""

from campaigns.directory.mapping import guess, problems, signature


def test_headings_of_known_directories_are_guessed():
    cms = ["Facility ID", "Facility Name", "Address", "City/Town", "State", "ZIP Code"]
    assert guess([*cms, "Hospital Ownership", "Hospital overall rating"]) == {
        "ccn": "Facility ID",
        "name": "Facility Name",
        "street": "Address",
        "city": "City/Town",
        "state": "State",
        "postal_code": "ZIP Code",
        "control": "Hospital Ownership",
    }


def test_a_near_heading_is_guessed_and_each_is_used_once():
    found = guess(["Institution nmae", "street_address", "Name of the Dean", "E-mail"])
    assert found == {
        "name": "Institution nmae",
        "street": "street_address",
        "contact_name": "Name of the Dean",
        "contact_email": "E-mail",
    }


def test_beside_a_university_a_school_is_the_name():
    assert guess(["Medical School", "University"]) == {
        "name": "Medical School",
        "parent_name": "University",
    }
    assert guess(["University", "City"])["name"] == "University"
    assert guess(["Journal", "Publisher"]) == {"name": "Journal", "parent_name": "Publisher"}


def test_ipeds_headings_work_as_any_list_too():
    found = guess(["UNITID", "ADDR", "source"])
    assert found == {"unitid": "UNITID", "street": "ADDR", "address_source": "source"}


def test_a_mapping_needs_a_name_or_a_number():
    assert problems({"city": "City"}, ["City"]) == [
        "Choose the column that holds the name, or a number such as the UNITID."
    ]
    assert problems({"unitid": "Id"}, ["Id"]) == []


def test_a_column_that_is_missing_or_used_twice_is_named():
    found = problems({"name": "A", "city": "A", "state": "B", "x": "A"}, ["A"])
    assert "The file has no column named “B”." in found
    assert "There is no field named “x”." in found
    assert any("chosen twice, for Name and City" in one for one in found)


def test_the_same_headings_have_the_same_signature():
    assert signature(["Name", "City "]) == signature(["name", "CITY"])
    assert signature(["Name", "City"]) != signature(["City", "Name"])
