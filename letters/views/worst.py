"""Show me the worst: the recipients whose letters are likeliest to go wrong, and why those.

The database picks a few by length, however many there are; what the letter really says to
each of these decides.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from campaigns.models import Addressee, Campaign, Institution, Recipient
from campaigns.models.recipient import RecipientQuerySet
from letters.actions.draft import Text
from letters.actions.outcome import counted
from letters.merge import context, proof
from letters.merge.assemble import lacking
from letters.merge.content import LetterContent
from letters.merge.language import MissingValue, TemplateRefused

_NEAR_THE_TOP = 20
_LIKELY = 200  # of those who may lack a value, so many are asked
_SET = 4  # letters that are really made to find the one with most pages


@dataclass(frozen=True)
class Worst:
    """Whom to look at, and why in a sentence; nobody where none is bad."""

    recipient: Recipient | None
    why: str


@dataclass
class Search:
    """Among whom the worst is sought, and with which text. Raises NoSender."""

    text: Text
    campaign: Campaign
    among: RecipientQuerySet
    on: datetime.date
    own_texts: Mapping[int, str]

    @cached_property
    def whole_campaign(self) -> Campaign:
        """The campaign with all that its letters have in common, read once."""
        return (
            Campaign.objects.select_related("sender__letterhead", "sender__signer")
            .prefetch_related("demands", "grounds")
            .get(pk=self.campaign.pk)
        )

    def read(self, keys: Iterable[int]) -> list[Recipient]:
        """Recipients by their keys, each with all that its letter says of it."""
        return list(
            Recipient.objects.filter(pk__in=list(keys))
            .select_related("institution__parent")
            .prefetch_related(
                "institution__facts",
                "institution__parent__facts",
                "sourced_facts",
                Prefetch("addressees", Addressee.objects.select_related("contact")),
            )
            .order_by("institution__name", "pk")
        )

    def data(self, recipient: Recipient) -> dict[str, Any]:
        return context.preview_data(
            self.whole_campaign,
            recipient,
            on=self.on,
            own_text=self.own_texts.get(recipient.pk, ""),
        )

    def longest(self, *lengths: Any) -> QuerySet[Any]:
        """The keys of those at the top by the sum of `lengths`."""
        return (
            self.among.annotate(length=sum(lengths[1:], lengths[0]))
            .order_by("-length", "pk")
            .values_list("pk", flat=True)[:_NEAR_THE_TOP]
        )

    def with_long_addressees(self) -> QuerySet[Any]:
        """The keys of the recipients whose addressees print most, own addresses included."""
        return (
            Addressee.objects.filter(recipient__in=self.among, archived_at=None)
            .annotate(
                length=_printed("name")
                + _printed("title")
                + Length("unit")
                + Length("street")
                + Length("street2")
                + Length("city")
            )
            .order_by("-length", "pk")
            .values_list("recipient_id", flat=True)[:_NEAR_THE_TOP]
        )


def _printed(name: str) -> Any:
    """The length of an addressee's name or title, its own or its contact's."""
    return Length(Coalesce(Case(When(~Q(**{name: ""}), then=F(name))), F(f"contact__{name}"), name))


_INSTITUTION = Length("institution__name")
_PLACE = (
    Length("institution__street") + Length("institution__street2") + Length("institution__city")
)


def longest_name(search: Search) -> Worst:
    """The institution with the longest name, or the addressee whose name and title are longer."""
    found = search.read(search.longest(_INSTITUTION)) + search.read(search.with_long_addressees())

    def names(recipient: Recipient) -> tuple[str, ...]:
        data = search.data(recipient)
        person = ", ".join(filter(None, (data["addressee_name"], data["addressee_title"])))
        return data["institution_name"], person

    worst = max(found, key=lambda each: max(map(len, names(each))), default=None)
    if worst is None:
        return _NOBODY
    name = max(names(worst), key=len)
    return Worst(worst, f"The longest name, {len(name)} characters: {name}")


def longest_address(search: Search) -> Worst:
    """The address of most lines; of these the one with the widest line."""
    found = search.read(search.longest(_INSTITUTION, _PLACE))
    found += search.read(search.with_long_addressees())

    def size(recipient: Recipient) -> tuple[int, int]:
        lines = search.data(recipient)["postal_lines"]
        return len(lines), max(map(len, lines))

    worst = max(found, key=size, default=None)
    if worst is None:
        return _NOBODY
    lines, width = size(worst)
    return Worst(worst, f"The longest address: {lines} lines, the widest of {width} characters.")


def missing_values(search: Search) -> Worst:
    """The recipient for whom most of what the text and the envelope need is not known."""
    somebody = Addressee.objects.filter(recipient=OuterRef("pk"), archived_at=None)
    named = somebody.filter(~Q(name="") | Q(contact__name__gt=""))
    titled = somebody.filter(~Q(title="") | Q(contact__title__gt=""))
    suspects = search.among.filter(
        Q(institution__street="")
        | Q(institution__city="")
        | Q(institution__state="")
        | Q(institution__postal_code="")
        | ~Exists(named)
        | ~Exists(titled)
    )
    lacks = {
        recipient: _lacks(search, recipient)
        for recipient in search.read(suspects.values_list("pk", flat=True)[:_LIKELY])
    }
    worst = max(lacks, key=lambda each: len(lacks[each]), default=None)
    if worst is None or not lacks[worst]:
        return Worst(None, "No recipient lacks a value that this text or the envelope needs.")
    return Worst(worst, f"Not known: {'; '.join(lacks[worst])}.")


def _lacks(search: Search, recipient: Recipient) -> list[str]:
    data = search.data(recipient)
    place = context.place(context.first_addressee(recipient), recipient.institution)
    needed = ("street", "city", "state", "postal_code")
    words = {"postal_code": "ZIP"}
    return [
        *(words.get(part, part) for part in needed if not getattr(place, part)),
        *lacking(search.text, data),
    ]


def most_pages(search: Search) -> Worst:
    """Of the recipients with the longest text a few are really set, and counted."""
    pages = [
        (proof.make(content).pages, recipient)
        for recipient, content in _longest_texts(search)[:_SET]
    ]
    if not pages:
        return Worst(None, "No letter can be made to find out: values are missing.")
    most, worst = max(pages, key=lambda each: each[0])
    least = min(count for count, _ in pages)
    others = f"; others have {least}" if least < most else ""
    return Worst(worst, f"The longest letter: {counted(most, 'page')}{others}.")


def _longest_texts(search: Search) -> list[tuple[Recipient, LetterContent]]:
    """Letters to those with long names and places, of each kind that a text may tell apart."""
    keys = set(search.longest(_INSTITUTION)) | set(search.longest(_PLACE))
    quoted = Coalesce(Sum(Length("sourced_facts__quotation")), 0)
    keys |= set(search.longest(quoted))
    with_own = search.among.filter(pk__in=list(search.own_texts)[:_NEAR_THE_TOP])
    keys |= set(with_own.values_list("pk", flat=True))
    for control in Institution.Control.values:
        alike = search.among.filter(institution__control=control)
        keys |= set(alike.annotate(length=_INSTITUTION).order_by("-length", "pk")
                    .values_list("pk", flat=True)[:_SET])  # fmt: skip
    found = []
    for recipient in search.read(keys):
        with suppress(MissingValue, TemplateRefused):  # `missing_values` shows these
            content = context.preview_content(
                search.text,
                search.whole_campaign,
                recipient,
                on=search.on,
                own_text=search.own_texts.get(recipient.pk, ""),
            )
            found.append((recipient, content))
    return sorted(found, key=lambda each: -len(each[1].body))


WORST: Mapping[str, tuple[str, Callable[[Search], Worst]]] = {
    "name": ("Long name", longest_name),
    "address": ("Long address", longest_address),
    "missing": ("Missing values", missing_values),
    "pages": ("Most pages", most_pages),
}


def worst(
    kind: str,
    *,
    text: Text,
    campaign: Campaign,
    among: RecipientQuerySet,
    own_texts: Mapping[int, str] | None = None,
) -> Worst:
    """The worst of the kind, a key of WORST. Raises NoSender, and what a proof raises."""
    search = Search(text, campaign, among, timezone.localdate(), own_texts or {})
    return WORST[kind][1](search)


_NOBODY = Worst(None, "There is no recipient to show.")
