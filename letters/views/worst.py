"""Show me the worst: the recipients whose letters are likeliest to go wrong, and why those.

The database looks at all and picks a few, by length or by what is lacking; what the letter really
says to each of these decides.
"""

import datetime
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from campaigns.models import Addressee, Campaign, Fact, Institution, Recipient, SourcedFact
from campaigns.models.recipient import RecipientQuerySet
from letters.actions.draft import Text
from letters.actions.outcome import counted
from letters.merge import context, proof
from letters.merge.content import LetterContent
from letters.merge.fields import fact_field
from letters.merge.language import MissingValue, TemplateRefused, parse
from letters.merge.wording import lacking

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

    @cached_property
    def fields(self) -> frozenset[str]:
        """What the text names. The text was checked before; one that is refused names nothing."""
        grounds = tuple(sorted(ground.key for ground in self.whole_campaign.grounds.all()))
        try:
            body = parse(self.text.body, grounds=grounds).fields
            return frozenset(body | parse(self.text.subject, subject=True, grounds=grounds).fields)
        except TemplateRefused:
            return frozenset()

    @cached_property
    def known(self) -> Mapping[int, tuple[tuple[str, str], ...]]:
        """Institution to the facts by which the text tells it from others; empty where by none."""
        asked = [key for key in Fact.Key.values if fact_field(key) in self.fields]
        if not asked:
            return {}
        institutions = Institution.objects.filter(recipients__in=self.among)
        found = {}
        for one in institutions.select_related("parent").prefetch_related("facts", "parent__facts"):
            known = one.known_facts()
            found[one.pk] = tuple((key, known[key]) for key in asked if key in known)
        return found

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


_PLACE_PARTS = ("street", "city", "state", "postal_code")
# By which fields a condition tells recipients apart, and the columns they come from.
_TELL_APART = {
    "institution_state": "institution__state",
    "institution_kind": "institution__kind",
    "institution_control": "institution__control",
    "is_public": "institution__control",
    "is_private": "institution__control",
}


def longest_name(search: Search) -> Worst:
    """The institution with the longest name, or the addressee whose name and title are longer."""
    found = search.read(search.longest(_INSTITUTION)) + search.read(search.with_long_addressees())

    def names(recipient: Recipient) -> tuple[str, ...]:
        data = search.data(recipient)
        person = ", ".join(filter(None, (data["addressee_name"], data["addressee_title"])))
        return data["institution_name"], person

    worst = max(found, key=lambda each: max(map(len, names(each))))
    name = max(names(worst), key=len)
    return Worst(worst, f"The longest name, {len(name)} characters: {name}")


def longest_address(search: Search) -> Worst:
    """The address of most lines; of these the one with the widest line."""
    found = search.read(search.longest(_INSTITUTION, _PLACE))
    found += search.read(search.with_long_addressees())

    def size(recipient: Recipient) -> tuple[int, int]:
        lines = search.data(recipient)["postal_lines"]
        return len(lines), max(map(len, lines))

    worst = max(found, key=size)
    lines, width = size(worst)
    return Worst(worst, f"The longest address: {lines} lines, the widest of {width} characters.")


def missing_values(search: Search) -> Worst:
    """The recipient for whom most of what the text and the envelope need is not known."""
    doubt = sum((Case(When(one, then=1), default=0) for one in _doubts(search)), Value(0))
    suspects = search.among.annotate(doubt=doubt).order_by("-doubt", "pk")
    keys = suspects.values_list("pk", flat=True)[:_LIKELY]
    lacks = {recipient: _lacks(search, recipient) for recipient in search.read(keys)}
    worst = max(lacks, key=lambda each: len(lacks[each]))
    if not lacks[worst]:
        return Worst(None, "No recipient lacks a value that this text or the envelope needs.")
    return Worst(worst, f"Not known: {'; '.join(lacks[worst])}.")


def _doubts(search: Search) -> list[Q]:
    """What may be lacking of a recipient: what the envelope needs, and what the text names."""
    somebody = Addressee.objects.filter(recipient=OuterRef("pk"), archived_at=None)
    named = somebody.filter(~Q(name="") | Q(contact__name__gt=""))
    titled = somebody.filter(~Q(title="") | Q(contact__title__gt=""))
    facts = SourcedFact.objects.filter(recipient=OuterRef("pk"), archived_at=None)
    by_field = {
        "institution_city": Q(institution__city=""),
        "institution_state": Q(institution__state=""),
        "addressee_name": ~Exists(named),
        "addressee_title": ~Exists(titled),
        "salutation": ~Exists(named),
        "facts": ~Exists(facts),
    }
    place = [Q(**{f"institution__{part}": ""}) for part in _PLACE_PARTS]
    return place + [Q(doubt) for name, doubt in by_field.items() if name in search.fields]


def _lacks(search: Search, recipient: Recipient) -> list[str]:
    data = search.data(recipient)
    place = context.place(context.first_addressee(recipient), recipient.institution)
    words = {"postal_code": "ZIP"}
    return [
        *(words.get(part, part) for part in _PLACE_PARTS if not getattr(place, part)),
        *lacking(search.text, data),
        *(["sourced facts"] if "facts" in search.fields and not data["facts"] else []),
    ]


def most_pages(search: Search) -> Worst:
    """Every letter's length is estimated; those of the longest are really set, and counted."""
    pages = [
        (proof.make(content).pages, recipient)
        for recipient, content in _longest_texts(search)[:_SET]
    ]
    if not pages:
        return Worst(None, "No letter can be made to find out: values are missing.")
    most, worst = max(pages, key=lambda each: each[0])
    least = min(count for count, _ in pages)
    others = f"; the shortest of them has {least}" if least < most else ""
    everyone = search.among.count()
    how = f"Estimated for all {everyone:,} recipients by the length of their text; "
    if len(pages) == everyone:
        how = ""
    these = "this one was" if len(pages) == 1 else f"the {len(pages)} longest were"
    return Worst(worst, f"The longest letter: {counted(most, 'page')}{others}. {how}{these} set.")


def _longest_texts(search: Search) -> list[tuple[Recipient, LetterContent]]:
    """The letters with the longest text, of those that the estimate puts at the top."""
    found = []
    for recipient in search.read(_likely_longest(search)):
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


def _likely_longest(search: Search) -> list[int]:
    """The keys of the recipients who print most, from each group that the text may tell apart.

    A text tells recipients apart by state, kind, control and facts. Within a group only what is
    printed of the recipient differs, and that is counted in the database for all of them.
    """
    groups: dict[object, list[tuple[int, int]]] = defaultdict(list)
    for pk, institution, length, *told_apart in _estimates(search):
        known = search.known.get(institution, ())
        own = len(search.own_texts.get(pk, ""))
        groups[(*told_apart, known, own > 0)].append((length + own, pk))
    each = max(1, min(_SET, _LIKELY // max(len(groups), 1)))
    tops = [heapq.nlargest(each, group) for group in groups.values()]
    return [pk for _, pk in heapq.nlargest(_LIKELY, (one for top in tops for one in top))]


def _estimates(search: Search) -> QuerySet[Any]:
    """Key, institution and printed length of each recipient, and what tells it apart."""
    facts = SourcedFact.objects.filter(recipient=OuterRef("pk"), archived_at=None).order_by()
    said = facts.values("recipient").annotate(
        length=Sum(Length("quotation") + Length("source") + Length("programme"))
    )
    length = _INSTITUTION + Length("institution__city")
    if "facts" in search.fields:
        length += Coalesce(Subquery(said.values("length")), 0)
    columns = [column for name, column in _TELL_APART.items() if name in search.fields]
    rows = search.among.annotate(length=length).order_by()
    return rows.values_list("pk", "institution_id", "length", *dict.fromkeys(columns))


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
    return WORST[kind][1](search) if among.exists() else _NOBODY


_NOBODY = Worst(None, "No recipient is found, so there is none to show as the worst.")
