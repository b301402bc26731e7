"""Post: one PDF in posting order for the printer, and the manifest that goes with it.

The printer prints on both sides, so each letter is padded to whole sheets: without the
blank verso the second letter would begin on the back of the first.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from letters.channels.joining import Joined
from letters.models import Dispatch, Letter

_FORMULA = re.compile(r"^[\s'\"]*[=+\-@\t\r\0]")
_SHAPES = (
    re.compile(r"\d{20}"),  # PS 3800 label
    re.compile(r"9[2-5]\d{20}"),  # online label
    re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}"),  # registered and foreign mail
)
_HEADINGS = ("sequence", "reference", "addressee", "pages", "sheets", "sha256", "tracking number")


@dataclass(frozen=True)
class Sealed:
    """One letter as it goes into a pack: bytes already checked against the seal."""

    reference: str
    postal_lines: tuple[str, ...]
    pages: int
    sha256: str
    pdf: bytes

    @property
    def sheets(self) -> int:
        return sheets(self.pages)


@dataclass(frozen=True)
class Pack:
    """What goes with the PDF: its manifest, and how many sheets are printed."""

    manifest: bytes
    sheets: int


@dataclass(frozen=True)
class TrackingNumber:
    """A number as it is kept, and a doubt about it. A doubt never blocks: labels differ."""

    number: str
    doubt: str = ""


class NotATrackingNumber(Exception):
    """The text cannot be an article number."""


class Post:
    channel = Dispatch.Channel.POST

    def lacks(self, letter: Letter) -> str:
        missing = [
            part
            for part, value in (("street", "street"), ("city", "city"), ("ZIP", "postal_code"))
            if not value_of(letter, value)
        ]
        return f"The address has no {' and no '.join(missing)}." if missing else ""


def value_of(letter: Letter, part: str) -> str:
    """A part of the address: of the addressee's own, where it has one, else the institution's."""
    lives = letter.addressee if letter.addressee.street else letter.recipient.institution
    return str(getattr(lives, part))


def sheets(pages: int) -> int:
    """Sheets of paper, printed on both sides."""
    return (pages + 1) // 2


def pack(letters: Iterable[Sealed], into: IO[bytes]) -> Pack:
    """Join the letters in the order given, each on sheets of its own, and write them `into` a file.

    One letter is in memory at a time. A font or picture that many hold is in the file once.
    """
    rows = []
    total = 0
    joined = Joined(into)
    for sequence, letter in enumerate(letters, start=1):
        joined.add(letter.pdf)
        total += letter.sheets
        rows.append(_row(sequence, letter))
    joined.finish()
    return Pack(_manifest(rows), total)


def _row(sequence: int, letter: Sealed) -> tuple[str, ...]:
    return (
        str(sequence),
        letter.reference,
        ", ".join(letter.postal_lines),
        str(letter.pages),
        str(letter.sheets),
        letter.sha256,
        "",
    )


def _manifest(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    writer.writerows([[without_formula(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def without_formula(cell: str) -> str:
    """A cell that no spreadsheet runs: a leading = + - @ or tab gets an apostrophe."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def tracking_number(typed: str) -> TrackingNumber:
    """An article number as it is kept. Raises NotATrackingNumber for text that is none."""
    number = re.sub(r"[\s\-]", "", typed).upper()
    if re.fullmatch(r"420\d{5}(\d{4})?9\d{21}", number):  # the barcode begins with the ZIP
        number = number[-22:]
    if not re.fullmatch(r"[0-9A-Z]{8,40}", number):
        raise NotATrackingNumber(f"“{typed}” is not a tracking number.")
    if not any(shape.fullmatch(number) for shape in _SHAPES):
        return TrackingNumber(number, "It has not the length of a certified-mail number.")
    if number.isdigit() and not _check_digit_holds(number):
        return TrackingNumber(number, "Its check digit does not match; read it again.")
    return TrackingNumber(number)


def _check_digit_holds(number: str) -> bool:
    """Modulo 10 with weights 3 and 1 from the right; old 71… numbers count with 91 before."""
    counted = f"91{number}" if number.startswith("71") else number
    digits = [int(digit) for digit in reversed(counted)]
    weighed = sum(digit * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return weighed % 10 == 0
