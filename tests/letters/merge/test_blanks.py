"""A letter that was filled in is the one that its own template would have written."""

from dataclasses import replace

import pytest

from letters.management.bench import adversary
from letters.merge import document, language, typefaces
from letters.merge.blanks import Form, blank
from tests.letters.merge import specimens


def alone(content) -> str:
    """As the first letter of all."""
    document._forms.cache_clear()
    return document._html(content)


def test_each_blank_is_filled_with_its_value_and_nothing_is_read_again():
    form = Form(f"<p>{blank('a')} and {blank('b')}, {blank('a')}</p>")
    assert form.filled({"a": blank("b"), "b": "2"}) == f"<p>{blank('b')} and 2, {blank('b')}</p>"


@pytest.mark.parametrize("name", specimens.specimens())
def test_a_letter_after_one_like_it_is_what_it_is_by_itself(name):
    content = specimens.specimens()[name]
    odd = "A & <b>B</b> of No. 7 “C” {{ d }}"
    other = replace(
        content,
        reference="CNF-2026-9999-X",
        addressee=odd,
        salutation=f"Dear {odd}:",
        address_lines=tuple(f"{odd} {line}" for line in content.address_lines),
        postal_lines=tuple(reversed(content.postal_lines)),
        response=replace(content.response, url="https://other.example/x&y/"),
    )
    expected = alone(other)
    document._forms.cache_clear()
    document._html(content)
    assert document._html(other) == expected
    assert "A &amp; &lt;b&gt;B&lt;/b&gt; of No.\u00a07 “C” {{ d }}" in expected


def test_letters_by_email_share_a_form_whatever_their_addresses():
    one, other = (
        specimens.letter(delivery_lines=("VIA CERTIFIED MAIL", f"AND VIA E-MAIL ({address})"))
        for address in ("dean@one.example", "o'hara&co@two.example")
    )
    expected = alone(other)
    document._forms.cache_clear()
    document._html(one)
    assert document._html(other) == expected
    assert document._forms.cache_info().misses == 1
    assert "<p>AND VIA E-MAIL (o&#x27;hara&amp;co@two.example)</p>" in expected


def test_letters_that_differ_in_more_than_names_share_no_form():
    content = specimens.letter()
    others = [
        replace(content, closing="Yours,"),
        replace(content, copies=("A",)),
        replace(content, label="Second letter"),
        replace(content, address_lines=content.address_lines[:1]),
        replace(content, signer=replace(content.signer, name="B")),
    ]
    for other in others:
        document._html(content)
        assert document._html(other) == alone(other)


# --- The text ----------------------------------------------------------------------


def merged(template: language.Template, **values) -> str:
    return template.merge({"institution_name": "A", "is_public": False, **values})


def test_a_text_is_filled_for_each_recipient_with_its_own_conditions():
    template = language.parse(
        "To **{{ institution_name }}**. {{ institution_name | upper }}\n\n"
        "{% if is_public %}\n\nPublic.\n\n{% endif %}\n"
    )
    assert merged(template).strip() == "<p>To <strong>A</strong>. A</p>"
    assert "<strong>B &amp; Inc.</strong> B &amp; INC.</p>" in merged(
        template, institution_name="B & Inc."
    )
    assert "Public." in merged(template, is_public=True)
    assert "Public." not in merged(template, institution_name="C")


def test_a_value_with_a_mark_of_a_blank_is_printed_and_not_filled():
    template = language.parse("To {{ institution_name }}.")
    value = blank("institution_name|")
    assert merged(template, institution_name=f"x {value}") == f"<p>To x {value}.</p>\n"


@pytest.mark.parametrize("nothing", ["", "   "])
def test_a_value_that_is_lacking_is_missed_after_others_that_were_not(nothing):
    template = language.parse("To {{ institution_name }}.")
    merged(template)
    with pytest.raises(language.MissingValue):
        merged(template, institution_name=nothing)


# --- Characters --------------------------------------------------------------------


@pytest.mark.parametrize("key", typefaces.TYPEFACES)
def test_the_quick_look_at_characters_agrees_with_the_thorough_one(key):
    for text in ("", "plain\n", "tab\t", "naïve “x” §\u00a0", "漢", "\u0001", *adversary.PIECES):
        assert typefaces.has_all(text, key) == (not list(typefaces.missing(text, key)))


def test_a_character_that_html_names_is_looked_up_too():
    with pytest.raises(document.MissingCharacters, match=r"U\+6F22"):
        document.refuse_missing_characters("<p>&#x6f22;</p>", typefaces.DEFAULT)
