"""What paragraphs in one place have in common is found from the paragraphs themselves."""

import random
import warnings
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from letters.management.bench import adversary
from letters.merge.compositor.breaks import breaks, free_breaks
from letters.merge.compositor.frames import Frame, Steps

# Importing it warns where the system has no fonts; the press's child has its own.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import weasyprint  # noqa: F401

LANGUAGE = "en-US"
WORDS = [*adversary.PIECES, "the", "of", "and", "University", "2026", "(a)"]


def steps(text: str) -> Steps:
    """Each as wide as it has characters, but for the space."""
    ends = [0, *breaks(text, LANGUAGE)]
    lengths = [b - a for a, b in pairwise(ends)]
    spaces = [float(text[end - 1] == " ") for end in ends[1:]]
    return Steps(lengths, [n - s for n, s in zip(lengths, spaces, strict=True)], spaces)


def learned(*said: tuple[str, list[int]]) -> Frame:
    (first, edges), *others = said
    frame = Frame.of(first, edges, steps(first))
    for text, at in others:
        frame = frame.narrowed(text, at, steps(text), LANGUAGE)
    return frame


def one_run(text: str) -> tuple[str, list[int]]:
    return text, [0, len(text)]


def test_a_paragraph_alone_holds_no_other():
    assert not learned(one_run("We ask Yale to answer.")).holds(*one_run("We ask Brown to answer."))


def test_words_around_a_name_are_known():
    frame = learned(one_run("We ask Yale to answer."), one_run("We ask Brown to answer."))
    assert (frame.head, frame.tail) == ("We ask ", "to answer.")
    assert frame.before == steps("We ask ")
    assert frame.after == steps("to answer.")
    assert frame.holds(*one_run("We ask the University of X to answer."))


def test_words_that_two_names_share_are_the_name_again_with_the_third():
    said = [
        "We ask Penn State to answer.",
        "We ask Penn College to answer.",
        "We ask MIT to answer.",
    ]
    frame = learned(*map(one_run, said))
    assert (frame.head, frame.tail) == ("We ask ", "to answer.")


def test_a_word_is_never_cut():
    frame = learned(one_run("We ask Yale now."), one_run("We ask Yves now."))
    assert frame.head == "We ask "
    assert not frame.holds(*one_run("We ask Yale unknow."))
    assert not frame.holds(*one_run("We ask Yale renow."))


def test_a_name_beside_a_bracket_leaves_the_bracket_to_the_name():
    frame = learned(one_run("We ask (Yale) to answer."), one_run("We ask (Brown) to answer."))
    assert (frame.head, frame.tail) == ("We ask ", "to answer.")


def test_emphasis_that_begins_elsewhere_is_not_held():
    frame = learned(("Ask Yale to go now.", [0, 4, 8, 19]), ("Ask Brown to go now.", [0, 4, 9, 20]))
    assert frame.holds("Ask the MIT to go now.", [0, 4, 11, 22])
    assert not frame.holds("Ask the MIT to go now.", [0, 2, 11, 22])
    assert not frame.holds("Ask the MIT to go now.", [0, 4, 14, 22])


@given(st.data(), st.integers(0, 2**32))
def test_what_a_frame_holds_is_made_of_its_steps(data, seed):
    chance = random.Random(seed)
    head, tail = (data.draw(st.lists(st.sampled_from(WORDS), max_size=5)) for _ in range(2))
    texts = [
        " ".join([*head, *chance.choices(WORDS, k=chance.randint(0, 4)), *tail]) for _ in range(5)
    ]
    texts = [text for text in texts if text.strip()]
    for number in range(2, len(texts)):
        frame = learned(*map(one_run, texts[:number]))
        text = texts[number]
        if not frame.holds(*one_run(text)):
            continue
        whole = steps(text)
        count = len(frame.before.lengths)
        assert text.startswith(frame.head)
        assert text.endswith(frame.tail)
        if breaks_between(frame, text) is not None:
            assert whole.cut(0, count) == frame.before
            assert whole.cut(len(whole.lengths) - len(frame.after.lengths)) == frame.after


def breaks_between(frame: Frame, text: str) -> list[int] | None:
    return free_breaks(text[len(frame.head) : len(text) - len(frame.tail)], LANGUAGE)
