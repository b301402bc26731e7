"""What is stored is what is printed."""

import pytest

from campaigns.text import UnsafeText, clean_block, clean_line, fold, with_one_stop


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u0007", "\ud800", "\U000e0041", "\ufdd0"])
def test_control_and_direction_changing_characters_are_refused(char):
    with pytest.raises(UnsafeText, match=r"Character 4 \(U\+"):
        clean_line(f"Foo{char}Bar")


def test_line_breaks_and_odd_spaces_in_a_line_are_cleaned_and_said():
    cleaned = clean_line(" Office of\r\nthe\u00a0Dean ")
    assert cleaned.text == "Office of the Dean"
    assert cleaned.changes == ("line breaks became spaces", "odd spaces became plain spaces")


def test_markup_and_merge_tags_are_kept_as_typed():
    name = "Foo _College_ <b>{{ name }}</b> # *x*"
    assert clean_line(name).text == name


def test_a_block_keeps_its_line_breaks():
    assert clean_block("one\r\ntwo\n").text == "one\ntwo"


def test_a_line_longer_than_its_limit_is_refused():
    with pytest.raises(UnsafeText, match="at most 10"):
        clean_line("x" * 11, limit=10)


def test_folding_ignores_case_accents_and_punctuation():
    assert fold("Université  Laval, Québec") == "universite laval quebec"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Nobody has verified Jane Roe, Esq..", "Nobody has verified Jane Roe, Esq."),
        ("It was sent to Foo Inc.", "It was sent to Foo Inc."),
        ("Wait...", "Wait..."),
        ("It goes to Foo Inc.. And on.", "It goes to Foo Inc.. And on."),
        ("", ""),
    ],
)
def test_a_sentence_ends_with_one_full_stop(said, kept):
    assert with_one_stop(said) == kept
