"""What changed between two versions of a text."""

from hypothesis import given
from hypothesis import strategies as st

from letters.redline import Piece, redline


def test_one_changed_word_is_marked_and_nothing_else():
    assert redline("Please confirm by letter.", "Please confirm by e-mail.") == [
        Piece("same", "Please confirm by "),
        Piece("removed", "letter"),
        Piece("added", "e-mail"),
        Piece("same", "."),
    ]


def test_an_added_paragraph_leaves_the_others_alone():
    assert redline("One.\n\nThree.\n", "One.\n\nTwo.\n\nThree.\n") == [
        Piece("same", "One.\n\n"),
        Piece("added", "Two.\n\n"),
        Piece("same", "Three.\n"),
    ]


def test_the_same_text_is_one_piece():
    assert redline("Same.", "Same.") == [Piece("same", "Same.")]
    assert redline("", "") == []


@given(st.text("ab \n.", max_size=60), st.text("ab \n.", max_size=60))
def test_both_texts_can_be_read_back(old, new):
    pieces = redline(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
