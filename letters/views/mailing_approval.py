"""What counsel weighs before approving: how the letters read, what changed, what they cost."""

import string
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Min, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from campaigns.views.shell import StaffPage
from letters.channels import postage
from letters.merge.language import MissingValue, TemplateRefused
from letters.merge.wording import wording
from letters.models import Letter, LetterVersion, Mailing
from letters.redline import Piece, redline
from letters.reports.deviations import deviating

ROWS = 100
# So many ways of reading are named; where every recipient has facts of its own there are more.
MOST_WAYS = 20
TEXTS = (
    ("subject", "RE line"),
    ("label", "Label"),
    ("body", "Text"),
    ("closing", "Closing"),
    ("enclosures", "Enclosures"),
)


@dataclass(frozen=True)
class Way:
    """Letters that read alike but for the names in them. The first way is the usual one."""

    number: int
    sha256: str
    count: int
    example: Letter


@dataclass(frozen=True)
class Unlike:
    """A letter that does not read as most do, why, and its own text where it has one."""

    letter: Letter
    why: str
    own_text: str


def decision(mailing: Mailing) -> dict[str, Any]:
    """What the page of approval says besides what has to be opened."""
    ways = ways_of(mailing)
    others = unlike(mailing, ways)
    before = last_approved(mailing)
    return {
        "ways": ways,
        "deviating": others.count(),
        "deviants": [_why_unlike(mailing, letter) for letter in others[:ROWS]],
        "before": before,
        "changes": changes(before.version, mailing.version) if before else [],
        "annexes": annexes(mailing),
        "annexes_before": annexes(before) if before else [],
        "postage": postage.of_mailing(mailing),
    }


def ways_of(mailing: Mailing) -> list[Way]:
    """The ways in which most of the rendered letters read, the most common first."""
    rendered = mailing.letters.standing().exclude(wording_sha256="")
    rows = list(
        rendered.values("wording_sha256")
        .annotate(count=Count("pk"), first=Min("pk"))
        .order_by("-count", "first")[:MOST_WAYS]
    )
    examples = Letter.objects.select_related("recipient__institution").in_bulk(
        [row["first"] for row in rows]
    )
    return [
        Way(number, row["wording_sha256"], row["count"], examples[row["first"]])
        for number, row in enumerate(rows, start=1)
    ]


def deviants(mailing: Mailing, ways: list[Way]) -> QuerySet[Letter]:
    """Letters that do not read as most do."""
    letters = mailing.letters.standing().select_related(
        "recipient__institution", "addressee__contact"
    )
    if not ways:
        return letters.none()
    others = letters.exclude(wording_sha256__in=["", ways[0].sha256])
    return others.order_by("wording_sha256", "position")


def unlike(mailing: Mailing, ways: list[Way]) -> QuerySet[Letter]:
    """Those that do not read as most do, and those with a text of their own, each once."""
    letters = mailing.letters.standing().select_related("recipient__institution")
    otherwise = Q(pk__in=deviants(mailing, ways).order_by().values("pk"))
    own = Q(pk__in=deviating(mailing).values("pk")) if mailing.version.prints_own_text else Q()
    return letters.filter(otherwise | own).order_by("position")


def _why_unlike(mailing: Mailing, letter: Letter) -> Unlike:
    version = mailing.version
    own = letter.merge_data.get("own_text", "") if version.prints_own_text else ""
    facts = letter.merge_data.get("facts") if version.mentions("facts") else None
    reasons = [
        words
        for words, holds in (("A text of its own", own), ("Sourced facts of its own", facts))
        if holds
    ]
    return Unlike(letter, "; ".join(reasons) or "A condition in the text", own)


def last_approved(mailing: Mailing) -> Mailing | None:
    """The mailing of this campaign and purpose that counsel approved last, before this one."""
    return (
        Mailing.objects.filter(
            campaign=mailing.campaign_id,
            version__template__purpose=mailing.version.template.purpose,
            approved_at__isnull=False,
        )
        .exclude(pk=mailing.pk)
        .select_related("version__template", "approved_by")
        .order_by("-approved_at")
        .first()
    )


def changes(old: LetterVersion, new: LetterVersion) -> list[tuple[str, list[Piece]]]:
    """The parts of the text that differ, word by word."""
    return [
        (label, redline(getattr(old, name), getattr(new, name)))
        for name, label in TEXTS
        if getattr(old, name) != getattr(new, name)
    ]


def annexes(mailing: Mailing) -> list[str]:
    """What goes out with every letter besides its text, as the letters were made."""
    first = mailing.letters.standing().order_by("position").first()
    kept = first.merge_data if first else {}
    exhibits = zip(string.ascii_uppercase, kept.get("exhibits", ()), strict=False)
    return [
        *(["a cover sheet"] if kept.get("cover_sheet") else []),
        *(f"Exhibit {place}, “{one['title']}”" for place, one in exhibits),
        *(["a response form"] if kept.get("response_form") else []),
    ]


class WordingPage(StaffPage, TemplateView):
    """Which letters of a mailing read otherwise than most, and in which words."""

    permission_required = "letters.view_mailing"
    template_name = "staff/mailing_wording.html"
    tab = "letters:mailings"
    title = "How the letters read"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = get_object_or_404(
            Mailing.objects.select_related("campaign", "version__template"), pk=self.kwargs["pk"]
        )
        self.campaign = mailing.campaign
        ways = ways_of(mailing)
        asked = self.request.GET.get("way", "")
        way = next((one for one in ways[1:] if str(one.number) == asked), None)
        letters = deviants(mailing, ways)
        if way:
            letters = letters.filter(wording_sha256=way.sha256)
        return super().get_context_data(
            mailing=mailing,
            ways=ways,
            way=way,
            pieces=redline(said(ways[0].example), said(way.example)) if way else [],
            page_obj=Paginator(letters, ROWS).get_page(self.request.GET.get("page")),
            **kwargs,
        )


def said(letter: Letter) -> str:
    """What the letter says besides its recipient's names; empty where it cannot be made now."""
    letter = Letter.objects.select_related("mailing__version__template").get(pk=letter.pk)
    try:
        return wording(letter.mailing.version, letter.merge_data)
    except (MissingValue, TemplateRefused):
        return ""
