"""Which letters of a mailing a page lists: filters from the address, and counts over all."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.http import QueryDict

from campaigns.text import fold
from letters.actions.freshness import told_since
from letters.models import Dispatch, Finding, Letter, Mailing, Override
from letters.preflight.check import Family
from letters.preflight.registry import BY_CODE
from letters.views.mailing_grid import FAMILIES, codes_of, family_of

SEVERITIES = (
    ("red", "Must be fixed", "bad"),
    ("amber", "To be looked at", "warn"),
    ("answered", "Answered in writing", ""),
    ("note", "To be known", ""),
    ("none", "Nothing found", ""),
)

_OF = {
    "red": Q(severity="red"),
    "amber": Q(severity="amber", override=None),
    "answered": Q(override__isnull=False),
    "note": Q(severity="note"),
}


@dataclass(frozen=True)
class Asked:
    """What a person asked to see."""

    severity: str = ""
    code: str = ""
    words: str = ""
    status: str = ""
    family: Family | None = None

    @classmethod
    def from_address(cls, query: QueryDict) -> "Asked":
        return cls(
            severity=query.get("severity", ""),
            code=query.get("code", ""),
            words=query.get("q", "").strip(),
            status=query.get("status", ""),
            family=family_of(query.get("by", "")),
        )


def listed(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Letters with what a row of a table shows, in a fixed number of queries."""
    return (
        letters.select_related("recipient__institution", "addressee__contact")
        .prefetch_related(
            Prefetch("findings", Finding.objects.select_related("override__by")), "dispatches"
        )
        .order_by("position")
    )


def worst_first(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    found = Finding.objects.filter(letter=OuterRef("pk"))
    return letters.annotate(
        is_red=Exists(found.filter(_OF["red"])), is_amber=Exists(found.filter(_OF["amber"]))
    ).order_by("-is_red", "-is_amber", "position")


def asked_for(mailing: Mailing, asked: Asked) -> QuerySet[Letter]:
    letters = mailing.letters.all()
    findings = Finding.objects.filter(letter=OuterRef("pk"))
    if asked.severity == "none":
        letters = letters.filter(~Exists(findings))
    elif asked.severity in _OF:
        findings = findings.filter(_OF[asked.severity])
    if asked.code:
        findings = findings.filter(code=asked.code)
    elif asked.family:
        findings = findings.filter(code__in=codes_of(asked.family))
    if asked.code or asked.severity in _OF:
        letters = letters.filter(Exists(findings))
    if asked.status in Letter.Status.values:
        letters = letters.filter(status=asked.status)
    elif asked.status in Dispatch.Status.values:
        dispatches = Dispatch.objects.filter(letter=OuterRef("pk"), status=asked.status)
        letters = letters.filter(Exists(dispatches))
    elif asked.status != "every":
        letters = letters.standing()
    for word in asked.words.split():
        letters = letters.filter(
            Q(reference__icontains=word)
            | Q(recipient__institution__search_key__contains=fold(word))
        )
    return letters


def severity_counts(mailing: Mailing) -> list[dict[str, Any]]:
    """How many letters have findings of each severity, over all pages."""
    found = Finding.objects.filter(letter=OuterRef("pk"))
    counts = mailing.letters.standing().aggregate(
        **{key: Count("pk", filter=Exists(found.filter(which))) for key, which in _OF.items()},
        none=Count("pk", filter=~Exists(found)),
    )
    return [
        {"key": key, "label": label, "count": counts[key], "tone": tone if counts[key] else ""}
        for key, label, tone in SEVERITIES
    ]


def code_counts(mailing: Mailing) -> list[dict[str, Any]]:
    rows = (
        mailing.findings.exclude(letter=None)
        .values("code")
        .annotate(count=Count("letter", distinct=True))
        .order_by("code")
    )
    return [
        {"code": row["code"], "label": BY_CODE[row["code"]].title, "count": row["count"]}
        for row in rows
    ]


def family_counts(mailing: Mailing) -> dict[str, dict[str, int]]:
    """For each family, and each check, how many letters are red and how many amber."""
    family = Case(
        *(When(code__in=codes_of(one), then=Value(one.name.lower())) for one in FAMILIES),
        default=Value(""),
    )
    found = mailing.findings.filter(_OF["red"] | _OF["amber"], letter__isnull=False)
    counts: dict[str, dict[str, int]] = {}
    for key in (family, F("code")):
        rows = found.annotate(of=key).values("of", "severity").order_by()
        for row in rows.annotate(count=Count("letter", distinct=True)):
            counts.setdefault(row["of"], {})[row["severity"]] = row["count"]
    return counts


def overrides(mailing: Mailing) -> QuerySet[Override]:
    """The written answers that still cover something, each with how much."""
    return (
        mailing.overrides.covering()
        .select_related("by", "letter__recipient__institution")
        .annotate(covered=Count("findings"))
        .order_by("code", "pk")
    )


def changed_since_check(mailing: Mailing) -> int:
    """How many things were changed since the mailing was checked that the checks may read."""
    if mailing.preflight_at is None:
        return 0
    return told_since(mailing.campaign_id, mailing.preflight_at).count()
