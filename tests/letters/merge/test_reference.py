import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.merge import reference

numbers = st.integers(1, 999_999)
prefixes = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=2, max_size=6)


def test_a_reference_ends_in_its_check_character():
    assert reference.make("CNF", 2026, 137) == "CNF-2026-0137-B"


@given(prefixes, numbers)
def test_every_reference_is_valid_and_printable(prefix, number):
    made = reference.make(prefix, 2026, number)
    assert reference.is_valid(made)
    assert "*" not in made


@given(prefixes, numbers, st.data())
def test_one_wrong_character_is_found(prefix, number, data):
    made = reference.make(prefix, 2026, number)
    digits = [index for index, char in enumerate(made[:-2]) if char.isdigit()]
    index = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([char for char in "0123456789" if char != made[index]]))
    assert not reference.is_valid(made[:index] + other + made[index + 1 :])


@given(prefixes, numbers)
def test_a_reference_typed_without_dashes_in_small_letters_is_read(prefix, number):
    made = reference.make(prefix, 2026, number)
    assert reference.normalise(made.lower().replace("-", "")) == made
    assert reference.normalise(f" {made.replace('-', ' - ')} ") == made
    assert reference.normalise(made.replace("-", "–")) == made


def test_the_letter_o_among_the_digits_is_read_as_zero():
    assert reference.normalise("cnf 2O26 o137 b") == "CNF-2026-0137-B"


def test_text_that_is_no_reference_comes_back_as_typed():
    assert reference.normalise(" hello ") == "HELLO"
    assert not reference.is_valid("HELLO")
    assert not reference.is_valid("")
    assert reference.normalise("") == ""


@pytest.mark.parametrize("prefix", ["", "C", "CIO", "cnf", "TOOLONG"])
def test_a_prefix_that_reads_like_digits_is_refused(prefix):
    with pytest.raises(ValueError, match="reference"):
        reference.make(prefix, 2026, 1)
