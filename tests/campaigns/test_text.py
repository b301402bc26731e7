"""What is stored is what is printed."""

import pytest

from campaigns.text import UnsafeText, clean_block, clean_line, fold, look_alikes, with_one_stop


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u0007", "\ud800", "\U000e0041", "\ufdd0"])
def test_control_and_direction_changing_characters_are_refused(char):
    with pytest.raises(UnsafeText, match=r"Character 4 \(U\+"):
        clean_line(f"Foo{char}Bar")


def test_line_breaks_and_odd_spaces_in_a_line_are_cleaned_and_said():
    cleaned = clean_line(" Office of\r\nthe\u00a0Dean ")
    assert cleaned.text == "Office of the Dean"
    assert cleaned.changes == ("line breaks became spaces", "odd spaces became plain spaces")


@pytest.mark.parametrize("char", ["\u200b", "\u200c", "\u200d", "\u034f", "\u2062", "\u3164"])
def test_characters_that_print_nothing_are_taken_out_of_our_words_and_said(char):
    cleaned = clean_line(f"Fo{char}o Ba{char} Ω{char}")
    assert (cleaned.text, cleaned.changes) == ("Foo Ba Ω", ("invisible characters were removed",))
    assert clean_block(f"Fo{char}o").text == "Foo"


@pytest.mark.parametrize(
    "spelt", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937"]
)
def test_a_joiner_stays_in_alphabets_that_spell_with_it(spelt):
    assert clean_line(spelt).text == spelt


@pytest.mark.parametrize("word", ["\u041darvard", "St\u0430te", "\u039dortheast"])
def test_a_word_of_two_alphabets_that_look_alike_is_found(word):
    assert [found[0] for found in look_alikes(f"To {word} University")] == [word]


@pytest.mark.parametrize(
    "text",
    [
        "Müller",
        "\u03b2-blocker",
        "NF-\u03baB",
        "5 \u03bcm",
        "\u041c\u043e\u0441\u043a\u0432\u0430 2",
    ],
)
def test_words_of_one_alphabet_and_greek_symbols_are_left_alone(text):
    assert not list(look_alikes(text))


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
    assert fold("ST. JOHN'S  College") == "st john s college"


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
