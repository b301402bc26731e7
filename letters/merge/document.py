"""The letter as one HTML document with its images, ready for the press.

Everything that can be wrong with a letter before it is set is found here, by name: an image
that storage does not have, a character that the typeface does not have.
"""

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from campaigns import filestore
from letters.merge import conformance, envelope, qr, typefaces
from letters.merge.blanks import Form, blank
from letters.merge.blocks import NO_RESPONSE, RESPONSE
from letters.merge.compositor import fonts, packing
from letters.merge.content import LetterContent
from letters.merge.fields import long_date
from letters.merge.typography import typeset

# Two lines of the three that the head of a later page has room for beside date and reference.
LONGEST_ADDRESSEE = 150
_FORM_PAGES = 3  # of thirty demands
STYLESHEET = Path(settings.BASE_DIR) / "templates" / "documents" / "letter.css"
# What of our own decides the bytes that WeasyPrint's pages are written as.
_SHAPING = [Path(module.__file__ or "") for module in (conformance, fonts, packing)]


# A character that HTML names, other than those that text is escaped with.
_REFERENCE = re.compile("&(?!(?:amp|lt|gt|quot|nbsp|#39|#34|#x27|#123|#125);)")


class RenderRefused(Exception):
    """The letter cannot be made as it is; the sentence says what to change."""


class MissingCharacters(RenderRefused):
    """The typeface lacks these characters of the letter."""

    def __init__(self, sentence: str, characters: frozenset[str]) -> None:
        super().__init__(sentence)
        self.characters = characters


@dataclass(frozen=True)
class Document:
    """What the press is given. `assets` maps SHA-256 to the bytes of an image."""

    html: str
    assets: dict[str, bytes]
    typeface: str
    annex_pages: int = 0
    characters: str = ""

    @property
    def sha256(self) -> str:
        """What `input_sha256` says of the content that it was made of."""
        return _input_sha256(self.typeface, self.characters, self.html)


def make(content: LetterContent) -> Document:
    """Set the letter. Raises RenderRefused."""
    if len(content.addressee) > LONGEST_ADDRESSEE:
        raise RenderRefused(
            f"“{content.addressee}” is too long for the head of the second page, where it would "
            f"run into the text. Shorten it to {LONGEST_ADDRESSEE} characters."
        )
    _refuse_what_no_window_shows(content)
    source = _html(content)
    refuse_missing_characters(source, content.typeface)
    return Document(
        source, _assets(content), content.typeface, _annex_pages(content), content.characters
    )


def input_sha256(content: LetterContent) -> str:
    """One SHA-256 (hex) over everything that the bytes of the PDF depend on.

    When it differs from the one kept with a rendering, that rendering is stale: the text,
    the data, an image, the layout, a font or the engine has changed since. Images count by
    their SHA-256, which is their name.
    """
    return _input_sha256(content.typeface, content.characters, _html(content))


def _input_sha256(typeface: str, characters: str, source: str) -> str:
    digest = _setting(typeface).copy()
    digest.update(characters.encode())
    digest.update(source.encode())
    return digest.hexdigest()


def window_problems(content: LetterContent) -> list[str]:
    """Why the letter does not fit the windows of its envelope, each in a sentence."""
    profile = envelope.PROFILES[content.envelope]
    return [
        *envelope.address_problems(content.postal_lines, profile, content.typeface),
        *envelope.sender_problems(_return_lines(content), profile, content.typeface),
    ]


def _refuse_what_no_window_shows(content: LetterContent) -> None:
    if problems := window_problems(content):
        raise RenderRefused(" ".join(problems))


def _return_lines(content: LetterContent) -> list[str]:
    """The return address, with the reference in it: a letter that comes back names itself."""
    kept = content.letterhead
    return [kept.organisation, f"Ref. {content.reference}", *kept.address_lines]


def _html(content: LetterContent) -> str:
    profile = envelope.PROFILES[content.envelope]
    window = _window_lines(content, profile)
    form = _forms(_blanked(content), len(window))
    values = _values(content, window)
    values["body"] = _with_panel(content, form.panel, values)
    return form.letter.filled(values)


@dataclass(frozen=True)
class _Forms:
    """The letter and its panel, rendered with blanks."""

    letter: Form
    panel: Form


def _blanked(content: LetterContent) -> LetterContent:
    """The letter with blanks where letters of one mailing differ; what is empty stays so."""
    return replace(
        content,
        reference=_blank("reference", content.reference),
        addressee=_blank("addressee", content.addressee),
        salutation=_blank("salutation", content.salutation),
        subject=_blank("subject", content.subject),
        body=NO_RESPONSE if NO_RESPONSE in content.body else "",
        address_lines=_blanks("address", len(content.address_lines)),
        postal_lines=_blanks("postal", len(content.postal_lines)),
        delivery_lines=tuple(
            [
                blank(f"delivery {number}") if "@" in line else line
                for number, line in enumerate(content.delivery_lines)
            ]
        ),
        response=replace(content.response, url=blank("url"), short_code=blank("short_code")),
        form=content.form and replace(content.form, institution=blank("institution")),
        characters="",
    )


def _blank(name: str, value: str) -> str:
    return blank(name) if value else ""


def _blanks(name: str, count: int) -> tuple[str, ...]:
    return tuple([blank(f"{name} {number}") for number in range(count)])


def _values(content: LetterContent, window: list[str]) -> dict[str, str]:
    """What stands in the blanks. Subject and body were made by letters.merge.language."""
    plain = {
        "reference": content.reference,
        "addressee": content.addressee,
        "salutation": typeset(content.salutation),
        "url": content.response.url,
        "short_code": content.response.short_code,
        "institution": content.form.institution if content.form else "",
    }
    for name, lines in (
        ("address", content.address_lines),
        ("postal", content.postal_lines),
        ("window", window),
    ):
        plain.update({f"{name} {number}": typeset(line) for number, line in enumerate(lines)})
    plain.update({f"delivery {number}": line for number, line in enumerate(content.delivery_lines)})
    values = {name: html.escape(value) for name, value in plain.items()}
    return {**values, "subject": content.subject, "qr": qr.draw(content.response.url)}


@lru_cache(maxsize=64)
def _forms(content: LetterContent, window_lines: int) -> _Forms:
    """The letter without its body, and its panel, for all that are alike but for their blanks."""
    profile = envelope.PROFILES[content.envelope]
    letter = render_to_string(
        "documents/letter.html",
        {
            "letter": content,
            "profile": profile,
            "paper": mark_safe(envelope.css(profile, content.first_page)),  # noqa: S308 - numbers
            "window": _blanks("window", window_lines),
            "return_lines": _return_lines(content),
            "title": f"Letter {content.reference} to {content.addressee}",
            "date": long_date(content.letter_date),
            "delivery": content.delivery_lines,
            "address": content.address_lines,
            "posted_to": content.postal_lines or content.address_lines,
            "mail": _mail(content),
            "salutation": content.salutation,
            "deadline": typeset(content.deadline),
            "asks": NO_RESPONSE not in content.body,
            "subject": content.subject,
            "body": blank("body"),
        },
    )
    panel = render_to_string(
        "documents/respond.html",
        {"letter": content, "deadline": typeset(content.deadline), "qr": blank("qr")},
    )
    return _Forms(Form(letter), Form(panel))


def _window_lines(content: LetterContent, profile: envelope.Profile) -> list[str]:
    if not profile.window:
        return []
    return envelope.in_window(content.postal_lines, profile, content.typeface)


def _mail(content: LetterContent) -> str:
    """The kind of mail that gives proof by which the letter goes, as a cover sheet names it."""
    said = " ".join(content.delivery_lines)
    return next(
        (kind for kind in ("certified", "registered") if f"{kind.upper()} MAIL" in said), ""
    )


def _with_panel(content: LetterContent, panel: Form, values: Mapping[str, str]) -> str:
    """The body with the response panel where the text asks for it, at its end, or nowhere."""
    if NO_RESPONSE in content.body:
        return content.body.replace(NO_RESPONSE, "")
    before, _, after = content.body.partition(RESPONSE)
    return f"{before}{panel.filled(values)}{after.replace(RESPONSE, '')}"


def _annex_pages(content: LetterContent) -> int:
    """As many pages as annexes and cover sheet may have: each may begin after a blank one."""
    exhibits = sum(len(one.pages) + 1 for one in content.exhibits)
    form = _FORM_PAGES + 1 if content.form else 0
    return exhibits + form + content.first_page - 1


def _assets(content: LetterContent) -> dict[str, bytes]:
    wanted = {
        content.letterhead.logo_sha256: "logo",
        **{one.signature_sha256: f"signature of {one.name}" for one in content.signers},
        **{page: one.name for one in content.exhibits for page in one.pages},
    }
    assets = {}
    for sha256, what in wanted.items():
        if not sha256:
            continue
        try:
            assets[sha256] = _image(sha256)
        except (FileNotFoundError, filestore.FileDamaged) as error:
            raise RenderRefused(
                f"The {what} is missing or damaged in storage. Upload it again."
            ) from error
    return assets


@lru_cache(maxsize=64)
def _image(sha256: str) -> bytes:
    """Read, and looked at for damage, once for all letters that show it."""
    return filestore.get(sha256)


def refuse_missing_characters(source: str, typeface: str) -> None:
    if typefaces.has_all(source, typeface) and not _REFERENCE.search(source):
        return
    printed = html.unescape(re.sub(r"<[^>]*>", "", source))
    lacking = list(typefaces.missing(printed, typeface))
    if lacking:
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:5])
        family = typefaces.TYPEFACES[typeface].family
        raise MissingCharacters(
            f"{family} has no {named}. Write it in other letters, or choose another typeface.",
            frozenset(lacking),
        )


@cache
def _setting(typeface: str) -> "hashlib._Hash":
    """The digest of what a letter is set with, to be gone on with: engine, layout, fonts."""
    engine = (
        "weasyprint",
        "pydyf",
        "fonttools",
        "tinycss2",
        "tinyhtml5",
        "pyphen",
        "segno",
        "zlib-ng",
        "pillow",
    )
    parts = [*(f"{name} {version(name)}" for name in engine), typefaces.sha256(typeface)]
    layout = b"".join(path.read_bytes() for path in (STYLESHEET, *_SHAPING))
    return hashlib.sha256("\n".join(parts).encode() + layout)
