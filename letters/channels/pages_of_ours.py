"""The pages of a letter of our press for a joined file, taken from its bytes as they stand.

A library takes each letter apart, structure and all, which takes four times as long. Raises
Unknown for all that is not exactly as our press writes it.
"""

import re

from letters.channels.printed_page import Once, Page
from letters.pdf_frame import Frame, Unknown

# Where it hangs and its tags are left out.
_PAGE = re.compile(
    rb"<</Type /Page/Parent \d+ 0 R(?P<drawn>/MediaBox (?P<box>\[[\d. ]+\])"
    rb"/Contents \d+ 0 R/Resources \d+ 0 R)/Tabs /S/StructParents \d+"
    rb"(?P<edges>/TrimBox \[[\d. ]+\]/BleedBox \[[\d. ]+\])>>"
)
_REFERENCE = re.compile(rb"(\d+) (\d+) R\b")
_TEXT = re.compile(rb"(\([^()\\]*\))")


def read(pdf: bytes, once: Once) -> list[Page]:
    """Raises Unknown."""
    frame = Frame(pdf)
    letter = _Letter(frame, once)
    return [letter.page(number) for number in frame.pages()]


class _Letter:
    def __init__(self, frame: Frame, once: Once) -> None:
        self._frame = frame
        self._once = once
        self._numbers: dict[bytes, int] = {}

    def page(self, number: int) -> Page:
        page = _PAGE.fullmatch(self._frame.thing(number))
        if not page:
            raise Unknown("a page of another kind")
        return Page(b"/Type/Page" + self._renumbered(page["drawn"]) + page["edges"], page["box"])

    def _object(self, number: int) -> bytes:
        if not self._frame.is_stream(number):
            return self._renumbered(self._frame.thing(number))
        head, packed = self._frame.stream(number)
        return b"%s\nstream\n%s\nendstream" % (self._renumbered(head), packed)

    def _renumbered(self, said: bytes) -> bytes:
        """With the numbers of the joined file for what it refers to."""
        if b"(" not in said:
            return _REFERENCE.sub(self._referred, said)
        parts = _TEXT.split(said)
        if b"(" in b"".join(parts[0::2]):
            raise Unknown("text in which anything may stand")
        parts[0::2] = [_REFERENCE.sub(self._referred, part) for part in parts[0::2]]
        return b"".join(parts)

    def _referred(self, reference: re.Match[bytes]) -> bytes:
        number, generation = reference.groups()
        if generation != b"0":
            raise Unknown("an object that was replaced")
        if number not in self._numbers:
            self._numbers[number] = self._once(self._object(int(number)))
        return b"%d 0 R" % self._numbers[number]
