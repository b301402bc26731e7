"""Which letters of a mailing a page lists: filters from the address, and counts over all."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from campaigns.text import fold
from letters.models import Dispatch, Finding, Letter, Mailing
from letters.preflight.registry import BY_CODE

SEVERITIES = (
    ("red", "Must be fixed", "bad"),
    ("amber", "To be looked at", "warn"),
    ("note", "To be known", ""),
    ("none", "Nothing found", ""),
)


@dataclass(frozen=True)
class Asked:
    """What a person asked to see."""

    severity: str = ""
    code: str = ""
    words: str = ""
    status: str = ""

    @classmethod
    def from_address(cls, query: QueryDict) -> "Asked":
        return cls(
            severity=query.get("severity", ""),
            code=query.get("code", ""),
            words=query.get("q", "").strip(),
            status=query.get("status", ""),
        )


def listed(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Letters with what a row of a table shows, in a fixed number of queries."""
    return (
        letters.select_related("recipient__institution", "addressee__contact")
        .prefetch_related("findings", "dispatches")
        .order_by("position")
    )


def worst_first(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    found = Finding.objects.filter(letter=OuterRef("pk"))
    return letters.annotate(
        is_red=Exists(found.filter(severity="red")), is_amber=Exists(found.filter(severity="amber"))
    ).order_by("-is_red", "-is_amber", "position")


def asked_for(mailing: Mailing, asked: Asked) -> QuerySet[Letter]:
    letters = mailing.letters.all()
    findings = Finding.objects.filter(letter=OuterRef("pk"))
    if asked.severity == "none":
        letters = letters.filter(~Exists(findings))
    elif asked.severity:
        letters = letters.filter(Exists(findings.filter(severity=asked.severity)))
    if asked.code:
        letters = letters.filter(Exists(findings.filter(code=asked.code)))
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
        red=Count("pk", filter=Exists(found.filter(severity="red"))),
        amber=Count("pk", filter=Exists(found.filter(severity="amber"))),
        note=Count("pk", filter=Exists(found.filter(severity="note"))),
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
