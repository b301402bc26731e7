"""From frozen data, the words of a version and the letter's codes to its content.

Knows no rows: what `context.freeze` kept is all there is, as it will be in ten years.
"""

import datetime
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from django.conf import settings
from markupsafe import Markup

from letters.merge import envelope
from letters.merge.codes import Codes
from letters.merge.content import (
    FULL_BLOCK,
    CoverContent,
    ExhibitContent,
    FormContent,
    LetterContent,
    LetterheadContent,
    ResponseContent,
    SignerContent,
)
from letters.merge.fields import FIELDS, fact_values, ground_flag
from letters.merge.language import Template, parse
from letters.merge.salutation import NOBODY

Data = Mapping[str, Any]


class Merged(Protocol):
    """What values are put into."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...


class Words(Merged, Protocol):
    """A letter version, or the unsaved text of one."""

    @property
    def closing(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def enclosures(self) -> str: ...


def assemble(words: Words, data: Data, issued: Codes) -> LetterContent:
    """Raises MissingValue, and TemplateRefused where the words are not a letter's."""
    values = values_of(data, issued)
    subject, body = merge(words, values)
    exhibits = tuple(_exhibits(data.get("exhibits", ())))
    form = form_of(data) if data.get("response_form") else None
    enclosures = _enclosures(words, exhibits, form)
    return LetterContent(
        reference=data["reference"],
        letter_date=values["letter_date"],
        letterhead=letterhead_of(data),
        signer=signer_of(data),
        response=ResponseContent(issued.url, issued.short_code, f"{settings.SITE_URL}/respond/"),
        address_lines=tuple(data["address_lines"]),
        postal_lines=tuple(data["postal_lines"]),
        addressee=data["addressee"],
        salutation=f"Dear {data['salutation'] or NOBODY}:",
        subject=subject,
        body=body,
        deadline=data["deadline"],
        closing=words.closing,
        co_signers=tuple(SignerContent(**one) for one in data.get("co_signers", ())),
        exhibits=exhibits,
        form=form,
        cover=CoverContent(tuple(lines(words.enclosures))) if data.get("cover_sheet") else None,
        their_reference=data.get("their_reference", ""),
        label=words.label,
        delivery_lines=tuple(data["delivery_lines"]),
        copy_for=data["copy_for"],
        enclosures=tuple(enclosures),
        copies=tuple(f"{copy} (w/ encl.)" if enclosures else copy for copy in data["copies"]),
        typeface=data["letterhead"]["typeface"],
        # A letter that was frozen before block styles were chosen is in full block.
        block_style=data["letterhead"].get("block_style", FULL_BLOCK),
        # A letter that was frozen before envelopes were chosen went into one without a window.
        envelope=data["letterhead"].get("envelope", envelope.DEFAULT),
    )


def merge(words: Merged, values: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body as safe HTML."""
    subject, body, own = _parsed(words, values)
    said = Markup(own.merge(values)) if own else ""  # noqa: S704
    return subject.merge(values), body.merge({**values, "own_text": said})


def fields_of(words: Merged, values: Mapping[str, Any]) -> frozenset[str]:
    """The names on which the merged words depend."""
    subject, body, own = _parsed(words, values)
    return subject.fields | body.fields | (own.fields if own else frozenset()) | {"grounds"}


def _parsed(words: Merged, values: Mapping[str, Any]) -> tuple[Template, Template, Template | None]:
    """RE line, body, and what this recipient alone reads where the body has a place for it."""
    grounds = tuple(sorted(ground["key"] for ground in values["grounds"]))
    subject = parse(words.subject, subject=True, grounds=grounds)
    body = parse(words.body, grounds=grounds)
    own = values["own_text"] if "own_text" in body.fields else ""
    return subject, body, parse(own, grounds=grounds, own=True) if own else None


def values_of(data: Data, issued: Codes) -> dict[str, Any]:
    """The frozen data under the names of the registry."""
    flags = {ground_flag(ground["key"]): True for ground in data["grounds"]}
    dates = {
        name: datetime.date.fromisoformat(data[name]) if data[name] else ""
        for name in ("letter_date", "deadline_date", "first_letter_date")
    }
    return {
        **{name: data[name] for name in FIELDS if name in data},
        "own_text": data.get("own_text", ""),
        "time_was_asked": data.get("time_was_asked", False),
        "facts": [_fact(kept) for kept in data.get("facts", ())],
        **flags,
        **fact_values(data.get("known", {})),  # which letters of an earlier time do not have
        **dates,
        "response_url": issued.url,
        "response_short_code": issued.short_code,
        "sender_organisation": data["letterhead"]["organisation"],
        "signer_name": data["signer"]["name"],
        "signer_title": data["signer"]["title"],
    }


def _fact(kept: Mapping[str, str]) -> dict[str, Any]:
    return {**kept, "seen_on": datetime.date.fromisoformat(kept["seen_on"])}


def lines(text: str) -> list[str]:
    """The lines of a field that is one per line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _exhibits(kept: Sequence[Data]) -> Iterator[ExhibitContent]:
    """Exhibit A, B, C, in the order in which they were frozen."""
    for letter, one in zip(string.ascii_uppercase, kept, strict=False):
        yield ExhibitContent(letter, one["title"], tuple(one["pages"]))


def form_of(data: Data) -> FormContent:
    demands = ((entry["number"], entry["title"]) for entry in data["demands"])
    return FormContent(data["institution_name"], tuple(demands))


def _enclosures(
    words: Words, exhibits: Sequence[ExhibitContent], form: FormContent | None
) -> list[str]:
    """What the letter lists: what its words name, then its exhibits and the form."""
    listed = [f"{one.name}: {one.title} ({_pages(len(one.pages))})" for one in exhibits]
    return [*lines(words.enclosures), *listed, *(["Response form"] if form else [])]


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def signer_of(data: Data) -> SignerContent:
    return SignerContent(**data["signer"])


def letterhead_of(data: Data) -> LetterheadContent:
    kept = data["letterhead"]
    return LetterheadContent(
        organisation=kept["organisation"],
        address_lines=tuple(kept["address_lines"]),
        contact_lines=tuple(kept["contact_lines"]),
        side_column=tuple(kept["side_column"]),
        logo_sha256=kept["logo_sha256"],
    )
