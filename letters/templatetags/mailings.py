"""Tags of the mailing's pages: where a finding is put right, and time in words."""

from django import template
from django.urls import reverse

from letters.actions import outcome
from letters.models import Finding, Letter, Mailing
from letters.preflight.check import Mend
from letters.preflight.registry import BY_CODE

register = template.Library()


@register.simple_tag
def fix_url(finding: Finding, mailing: Mailing, letter: Letter | None = None) -> str:
    """The page on which what was found is put right."""
    check = BY_CODE.get(finding.code)
    mend = check.mend if check else Mend.LETTER
    addresses = {
        Mend.GROUNDS: lambda: reverse("campaigns:grounds"),
        Mend.SENDER: lambda: reverse("letters:sender", args=[mailing.campaign_id]),
        Mend.TEXT: lambda: reverse("letters:template", args=[mailing.version.template_id]),
        Mend.CAMPAIGN: lambda: reverse("campaigns:campaign", args=[mailing.campaign_id]),
        Mend.MAILING: lambda: f"{mailing.get_absolute_url()}?step=check#change",
    }
    if letter:
        addresses |= {
            Mend.INSTITUTION: letter.recipient.institution.get_absolute_url,
            Mend.ADDRESSEES: lambda: reverse("campaigns:addressees", args=[letter.recipient_id]),
            Mend.RECIPIENT: letter.recipient.get_absolute_url,
            Mend.LETTER: letter.get_absolute_url,
        }
    return addresses.get(mend, mailing.get_absolute_url)()


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
