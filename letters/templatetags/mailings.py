"""Tags of the mailing's pages: where a finding is put right, and time in words."""

from typing import Any

from django import template

from letters.actions import outcome
from letters.models import Finding, Letter
from letters.preflight.check import Mend
from letters.preflight.registry import BY_CODE
from letters.views.mailing_grid import Cell
from letters.views.mend import InPlace, in_place
from letters.views.mending import Mending, mending

register = template.Library()


@register.simple_tag(takes_context=True)
def mend(context: dict[str, Any], finding: Finding, letter: Letter | None = None) -> Mending:
    """Where what was found is put right, with the way back: {% mend finding letter as fix %}."""
    request = context["request"]
    where = BY_CODE[finding.code].mend if finding.code in BY_CODE else Mend.LETTER
    return mending(where, request.user, context["mailing"], letter, request.get_full_path())


@register.simple_tag(takes_context=True)
def mend_here(context: dict[str, Any], cell: Cell, letter: Letter) -> InPlace | None:
    """The form that puts right what a cell found: {% mend_here cell letter as here %}."""
    request = context["request"]
    return in_place(cell, letter, context["mailing"], request.user, back=request.get_full_path())


@register.filter
def check_title(code: str) -> str:
    """What a check is called."""
    return BY_CODE[code].title if code in BY_CODE else code


@register.filter
def answerable(code: str) -> bool:
    """Whether a written reason can stand in for opening the letter."""
    return code in BY_CODE and BY_CODE[code].answerable


@register.filter
def under(counts: dict[str, dict[str, int]], key: str) -> dict[str, int]:
    """The counts of one column."""
    return counts.get(key, {})


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
def beside(message: str, name: str) -> str:
    """A sentence for a row that names the institution already: without “Name: ” before it."""
    own = message.removeprefix(f"{name}: ")
    return own[:1].upper() + own[1:]


@register.filter
def words(text: str) -> list[str]:
    """A list from a literal in a template."""
    return text.split()
