"""Tags of the mailing's pages: where a finding is put right, and time in words."""

from django import template
from django.urls import reverse

from letters.actions import outcome
from letters.models import Finding, Letter
from letters.views.mailing_rows import CODES

register = template.Library()


@register.simple_tag
def fix_url(finding: Finding, letter: Letter) -> str:
    """The page on which what was found is put right."""
    _, where = CODES.get(finding.code, ("", "letter"))
    if where == "institution":
        return letter.recipient.institution.get_absolute_url()
    if where == "addressee":
        return reverse("campaigns:addressees", args=[letter.recipient_id])
    return letter.get_absolute_url()


@register.filter
def time_left(seconds: int | None) -> str:
    """Seconds in words, no more exact than they are: about 2 minutes left."""
    if seconds is None:
        return "time left not known yet"
    if seconds < 90:
        return f"about {max(seconds, 1)} seconds left"
    return f"about {round(seconds / 60)} minutes left"


@register.filter
def counted(count: int, what: str = "letter") -> str:
    """A number with its noun: {{ 208|counted }}, {{ 1|counted:"sheet" }}."""
    return outcome.counted(count, what)


@register.filter
def words(text: str) -> list[str]:
    """A list from a literal in a template."""
    return text.split()
