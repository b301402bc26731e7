"""Letters by the layout of others: each is the file that WeasyPrint writes, or is set by it."""

from dataclasses import replace

import page
import pytest

from letters.actions.alike import ALWAYS
from letters.management.bench import adversary, mailing
from letters.merge import document, pages
from letters.merge.content import ExhibitContent
from letters.merge.press import Press, RenderRefused
from tests.letters.merge import specimens

CHARACTERS = "".join(sorted(ALWAYS | set("éèêñüöäßŻółćÅÞðřůýž")))


@pytest.fixture(scope="module")
def one():
    made = Press()
    yield made
    made.close()


@pytest.fixture(scope="module")
def other():
    made = Press()
    yield made
    made.close()


def in_mailing(content, **changes):
    return document.make(replace(content, characters=CHARACTERS, **changes))


def named(name: str, **changes):
    """The specimen letter to another institution, whose name stands in its text."""
    return in_mailing(
        specimens.letter(
            body=specimens.body(institution=name),
            addressee=f"Dean of {name}",
            address_lines=("Dean", name, "1 College Street", "Springfield, IL 62701"),
        ),
        **changes,
    )


# --- The same file -----------------------------------------------------------------


@pytest.mark.parametrize("style", ["full", "modified", "semi"])
def test_letters_of_real_institutions_are_the_files_that_they_are_by_themselves(one, style):
    made = [in_mailing(content, block_style=style) for content in mailing.contents(8)]
    ways = [one.render(letter, by_class=True) for letter in made]
    assert sum(bool(way.set_by) for way in ways) > 3
    for letter, way in zip(made, ways, strict=True):
        if way.set_by:
            assert one.render(letter).pdf == way.pdf


def test_letters_with_values_as_nobody_would_choose_them_are_too(one):
    made = []
    for content in adversary.contents(8):
        try:
            made.append(in_mailing(content))
        except RenderRefused:
            continue
    for letter in made:
        one.render(letter, by_class=True)
        way = one.render(letter, by_class=True)
        assert bool(way.set_by) != bool(way.set_alone)
        if way.set_by:
            assert one.render(letter).pdf == way.pdf


def test_the_file_does_not_depend_on_the_process_nor_on_the_order(one, other):
    names = ["Alpha College", "Beta College", "Gamma University", "Delta Institute"]
    forwards = [one.render(named(name), by_class=True) for name in names]
    backwards = [other.render(named(name), by_class=True) for name in reversed(names)]
    assert [way.pdf for way in forwards] == [way.pdf for way in reversed(backwards)]
    assert any(way.set_by for way in forwards)


def test_a_subject_that_begins_with_a_space_keeps_it(one):
    for subject in ("Alpha College", "Beta College", " Gamma College"):
        letter = named("Delta College", subject=subject)
        assert one.render(letter, by_class=True).pdf == one.render(letter).pdf


def test_a_letter_of_a_layout_is_accessible_and_archival(one):
    one.render(named("Epsilon College"), by_class=True)
    way = one.render(named("Zeta College"), by_class=True)
    assert way.set_by
    for profile in ("ua1", "3u"):
        report = page.validate_pdf_bytes(way.pdf, profile=profile)
        assert report.is_compliant, str(report)


def test_a_letter_holds_the_fonts_of_its_mailing_either_way(one):
    few = one.render(replace(named("Eta College"), characters="")).pdf
    many = one.render(named("Eta College")).pdf
    assert len(many) > len(few)


# --- Which way ---------------------------------------------------------------------


def test_the_first_letter_is_set_by_itself_and_says_so():
    fresh = Press()
    try:
        assert fresh.render(named("A College"), by_class=True).set_alone == (
            "the first letter of its kind"
        )
        assert fresh.render(named("B College"), by_class=True).set_by
    finally:
        fresh.close()


def test_nothing_is_shared_where_it_was_not_asked_for(one):
    one.render(named("Theta College"), by_class=True)
    way = one.render(named("Iota College"))
    assert (way.set_by, way.set_alone) == ("", "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Soft\u00adhyphen College", "characters that change how a line is written or broken"),
        ("Ωmega College", "a character that was not foreseen or is read as another"),
        ("Cole\u0301gio", "a character that was not foreseen or is read as another"),
        ("Twenty\u2010One College", "a character that was not foreseen or is read as another"),
    ],
)
def test_a_name_that_is_not_proven_is_set_by_itself(one, name, why):
    for known in ("Kappa College", "Lambda College"):
        one.render(named(known), by_class=True)
    assert one.render(named(name), by_class=True).set_alone == why


@pytest.mark.parametrize(
    "name",
    ["Colégio", "Cole\u0301gio", "A-B College", "A\u2010B College", "fine", "Đuro", "Ðuro"],
)
def test_a_name_is_read_from_the_file_as_it_was_typed(one, name):
    characters = CHARACTERS + "\u0301\u2010ﬁĐÐ"
    for number in range(2):
        made = replace(named(f"{name} {number}"), characters=characters)
        assert f"\n{name} {number}\n" in pages.text(one.render(made, by_class=True).pdf)


def test_a_name_in_a_heading_makes_a_layout_of_its_own(one):
    def headed(name):
        body = f"<h1>About {name}</h1>\n<p>We write to you.</p>"
        return in_mailing(specimens.letter(body=body))

    for name in ("Mu College", "Nu College"):
        one.render(headed(name), by_class=True)
    assert one.render(headed("Xi College"), by_class=True).set_alone
    assert one.render(headed("Mu College"), by_class=True).set_by


def test_letters_of_one_page_and_of_two_share_layouts_each_with_their_like(one):
    def thanks(name, paragraphs):
        body = f"<p>Thank you, {name}.</p>\n" * paragraphs
        return in_mailing(specimens.letter(body=body, addressee=f"Dean of {name}"))

    for paragraphs in (2, 30, 2, 30):
        one.render(thanks("Omicron College", paragraphs), by_class=True)
        letter = thanks("Pi College", paragraphs)
        way = one.render(letter, by_class=True)
        assert way.set_by
        assert way.pdf == one.render(letter).pdf


def test_exhibits_and_the_form_go_along(one):
    annexed = specimens.specimens()["annexed"]
    assert isinstance(annexed.exhibits[0], ExhibitContent)
    first = in_mailing(annexed)
    second = in_mailing(annexed, addressee="Dr. Casey Muster, Provost")
    one.render(first, by_class=True)
    way = one.render(second, by_class=True)
    assert way.set_by
    assert way.pdf == one.render(second).pdf


def test_a_word_that_runs_off_the_page_is_refused_either_way(one):
    def wide(name):
        body = f"<p style='white-space: nowrap'>{name}</p>"
        return in_mailing(specimens.letter(body=body))

    one.render(wide("Short College"), by_class=True)
    one.render(wide("Brief College"), by_class=True)
    with pytest.raises(RenderRefused, match="runs off the page"):
        one.render(wide("Long College " * 12), by_class=True)
