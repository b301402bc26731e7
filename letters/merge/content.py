"""Everything that stands on paper, as values. What makes them is `context`."""

from dataclasses import dataclass, field
from datetime import date

from letters.merge import envelope, typefaces

FULL_BLOCK = "full"


@dataclass(frozen=True)
class LetterheadContent:
    organisation: str
    address_lines: tuple[str, ...]
    contact_lines: tuple[str, ...] = ()
    side_column: tuple[str, ...] = ()
    logo_sha256: str = ""


@dataclass(frozen=True)
class SignerContent:
    name: str
    title: str
    organisation: str = ""
    bar_number: str = ""
    signature_sha256: str = ""


@dataclass(frozen=True)
class ResponseContent:
    """The panel that says how to answer. `url` is also what the QR code holds."""

    url: str
    short_code: str
    start_url: str


@dataclass(frozen=True)
class ExhibitContent:
    """One exhibit: its letter, its title, and the pictures of its pages by SHA-256."""

    letter: str
    title: str
    pages: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"Exhibit {self.letter}"


@dataclass(frozen=True)
class FormContent:
    """The form to answer on paper: who answers, and each demand by number and title."""

    institution: str
    demands: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CoverContent:
    """The sheet before the letter. `also` is what is enclosed and is no page of this document."""

    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class LetterContent:
    """One letter. `subject` and `body` are safe HTML made by `language`; all else is text.

    `postal_lines` is where this letter is posted, and what the window of an envelope shows;
    `address_lines` is the inside address, which on a copy names the person to whom the
    original went.
    """

    reference: str
    letter_date: date
    letterhead: LetterheadContent
    signer: SignerContent
    response: ResponseContent
    address_lines: tuple[str, ...]
    addressee: str
    salutation: str
    subject: str
    body: str
    deadline: str
    closing: str = "Sincerely,"
    co_signers: tuple[SignerContent, ...] = ()
    their_reference: str = ""
    exhibits: tuple[ExhibitContent, ...] = ()
    form: FormContent | None = None
    cover: CoverContent | None = None
    label: str = ""
    delivery_lines: tuple[str, ...] = ()
    copy_for: str = ""
    enclosures: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    postal_lines: tuple[str, ...] = ()
    typeface: str = typefaces.DEFAULT
    block_style: str = FULL_BLOCK
    envelope: str = envelope.DEFAULT
    language: str = field(default="en-US")
    # Every character of its mailing, which its fonts hold; none where it stands alone.
    characters: str = ""

    @property
    def first_page(self) -> int:
        """The page on which the letter itself begins: after the cover sheet, a new sheet."""
        return 3 if self.cover else 1

    @property
    def signers(self) -> tuple[SignerContent, ...]:
        """Everyone who signs, in their order."""
        return (self.signer, *self.co_signers)
