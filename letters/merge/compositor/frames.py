"""What paragraphs in one place have in common: the words before a name, and those after it.

What is known of these words is known of the next letter's too, so that only a name has to be
looked at.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from letters.merge.compositor.breaks import free_breaks


class Steps(NamedTuple):
    """Stretches of text one after the other; a line may end after each.

    Of each how many characters it has, how wide it is in CSS pixels, and the space that ends it.
    """

    lengths: list[int]
    widths: list[float]
    spaces: list[float]

    def cut(self, first: int, last: int | None = None) -> "Steps":
        return Steps(self.lengths[first:last], self.widths[first:last], self.spaces[first:last])


@dataclass(frozen=True)
class Frame:
    """How such paragraphs begin and end: with whole words, and a space on either side between.

    `begun` are the places up to the end of `head` at which one of the paragraph's runs ends, and
    `left` those from the beginning of `tail` on, counted from the end of the text.
    """

    head: str
    tail: str
    begun: list[int]
    left: list[int]
    before: Steps
    after: Steps

    @classmethod
    def of(cls, text: str, edges: list[int], steps: Steps) -> "Frame":
        """Of one paragraph alone, which holds no other."""
        return cls(text, text, edges, _from_end(text, edges), steps, steps)

    def around(self, middle: Steps) -> Steps:
        """What a text is made of that has these between its beginning and its end."""
        before, after = self.before, self.after
        return Steps(
            before.lengths + middle.lengths + after.lengths,
            before.widths + middle.widths + after.widths,
            before.spaces + middle.spaces + after.spaces,
        )

    def holds(self, text: str, edges: list[int]) -> bool:
        """Whether the text is something between this beginning and this end."""
        head, tail, length = len(self.head), len(self.tail), len(text)
        return (
            head + tail <= length
            and text.startswith(self.head)
            and text.endswith(self.tail)
            and (not tail or head + tail == length or text[-tail - 1] == " ")
            and [min(edge, head) for edge in edges] == self.begun
            and [min(length - edge, tail) for edge in edges] == self.left
        )

    def narrowed(self, text: str, edges: list[int], steps: Steps, language: str) -> "Frame":
        """What the text, whose `steps` are given, has in common with those before it."""
        left = _from_end(text, edges)
        most = _agreed(_common(self.head, text), self.begun, edges)
        least = _agreed(_common(self.tail[::-1], text[::-1]), self.left, left)
        ends = [0, *accumulate(steps.lengths)]
        first = bisect_right(ends, most) - 1
        while first and not _ends_free(text, ends, first, language):
            first -= 1
        second = max(bisect_left(ends, len(text) - least), first, 1)
        while not _begins_free(text, ends, second, language):
            second += 1
        head, tail = text[: ends[first]], text[ends[second] :]
        return Frame(
            head,
            tail,
            [min(edge, len(head)) for edge in edges],
            [min(edge, len(tail)) for edge in left],
            steps.cut(0, first),
            steps.cut(second),
        )


def _from_end(text: str, edges: list[int]) -> list[int]:
    return [len(text) - edge for edge in edges]


def _common(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    alike = (a == b for a, b in zip(one, other, strict=False))
    return next((n for n, same in enumerate(alike) if not same), min(len(one), len(other)))


def _agreed(most: int, edges: list[int], others: list[int]) -> int:
    """Up to where runs end at the same places."""
    return min([most, *(min(a, b) for a, b in zip(edges, others, strict=True) if a != b)])


def _ends_free(text: str, ends: list[int], number: int, language: str) -> bool:
    """Whether a line may end before stretch `number` whatever stands in its place."""
    before = text[ends[number - 1] : ends[number]]
    return before.endswith(" ") and free_breaks(before, language) is not None


def _begins_free(text: str, ends: list[int], number: int, language: str) -> bool:
    """Whether a line may end before stretch `number` whatever stands before it."""
    if number == len(ends) - 1:
        return True
    here = text[ends[number] : ends[number + 1]]
    return text[ends[number] - 1] == " " and free_breaks(here, language) is not None
