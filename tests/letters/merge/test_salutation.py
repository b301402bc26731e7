import pytest

from letters.merge.salutation import greeted


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("Dr. Daniel K. Wims", "President", "Dr. Wims"),
        ("Ray L. Watts", "President", "President Watts"),
        ("R. Bowen Loftin", "Chancellor", "Chancellor Loftin"),
        ("Stacy Volnick", "Interim President", "President Volnick"),
        ("Angela L. Franklin, PhD", "President & CEO", "Dr. Franklin"),
        ("Bruce E. Jarrell, MD, FACS", "President", "Dr. Jarrell"),
        ("Rev. Dr. Lee H. Butler, Jr.", "President", "Dr. Butler"),
        ("William F. Tate IV", "President", "President Tate"),
        ("Mr. Ronald J. Daniels", "President", "Mr. Daniels"),
        ("Ludwig van der Berg", "Dean", "Dean van\u00a0der\u00a0Berg"),
        ("Jane de la Cruz", "Dean", "Dean de\u00a0la\u00a0Cruz"),
        ("Robin Farias-Eisner", "President", "President Farias-Eisner"),
    ],
)
def test_a_person_is_greeted_by_title_and_surname(name, title, words):
    assert greeted(name, title) == words


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("María García Márquez", "President", "President"),
        ("Dr. Karen Walker Freeburg", "Acting President", "President"),
        ("Dr. Karen Walker Freeburg", "Officer", "Dr. Karen Walker Freeburg"),
        ("Watts, Ray", "President", "President"),
        ("Watts, Ray", "Owner", "Sir or Madam"),
        ("RAY WATTS", "President", "President"),
        ("Cher", "President", "President"),
        ("Jim Everett and Doug Brigham", "Co-presidents", "Jim Everett and Doug Brigham"),
    ],
)
def test_in_doubt_no_surname_is_guessed(name, title, words):
    assert greeted(name, title) == words


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Kim Lee", "Executive Vice President"),
        ("Kim Lee", "President Emeritus"),
        ("Kim Lee", "President's Office"),
        ("Kim Lee", "Deanery"),
        ("Kim Lee", ""),
    ],
)
def test_a_title_that_is_not_the_office_is_not_used(name, title):
    assert greeted(name, title) == "Kim Lee"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Dean", "Dean"),
        ("President/CEO", "President"),
        ("Editor-in-Chief", "Editor"),
        ("The Editors", "Editors"),
        ("General Counsel", "General Counsel"),
        ("Office of the President", "Sir or Madam"),
        ("", "Sir or Madam"),
    ],
)
def test_an_office_without_a_person_is_greeted_as_such(title, words):
    assert greeted("", title) == words
