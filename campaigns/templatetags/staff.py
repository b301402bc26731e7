"""Tags of the staff pages: a status as a pill."""

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns import pills
from campaigns.models import Fact, Institution
from campaigns.standing import Standing

register = template.Library()


@register.simple_tag
def pill(row: Model, field: str) -> SafeString:
    """The status in `field` of a row as a word in a pill: {% pill letter "status" %}."""
    text = getattr(row, f"get_{field}_display")()
    return pill_of(pills.tone(row, field, getattr(row, field)), text)


@register.simple_tag
def standing_pill(standing: Standing, by_rule: Standing | None = None) -> SafeString:
    """Where a recipient stands, with the rule that gave it as a tooltip.

    `by_rule` is what the rules give where a person set the standing by hand; it is said too.
    """
    pill = format_html(
        '<span class="cs-pill cs-pill--{}" title="{}">{}</span>',
        pills.STANDINGS[standing],
        "Set by hand." if by_rule else standing.rule,
        standing.label,
    )
    if by_rule is None:
        return pill
    return format_html(
        '{} <small class="cs-muted">set by hand; by rule: {}</small>', pill, by_rule.label.lower()
    )


@register.simple_tag
def pill_of(tone: str, text: str) -> SafeString:
    """A word in a pill where there is no row: {% pill_of "warn" "3 overdue" %}."""
    if tone not in pills.TONES:
        raise ValueError(f"{tone} is not a tone of a pill; there are {', '.join(pills.TONES)}.")
    return format_html('<span class="cs-pill cs-pill--{}">{}</span>', tone, text)


@register.filter
def days(count: int | None) -> str:
    """Days left in words, as they stand beside a date: 12 days left, today, 3 days past."""
    if count is None:
        return ""
    if count == 0:
        return "today"
    unit = "day" if abs(count) == 1 else "days"
    return f"{abs(count)} {unit} {'left' if count > 0 else 'past'}"


@register.simple_tag
def federal_funds(institution: Institution) -> SafeString:
    """Whether an institution is known to receive federal financial assistance, as a pill."""
    value = institution.known_facts().get(Fact.Key.FFA, Fact.Value.UNKNOWN)
    return pill_of(pills.tone(Fact, "value", value), str(Fact.Value(value).label))


@register.simple_tag
def percent(count: int, of: int) -> str:
    """A share in words: {% percent 3 12 %} is 25%. One of a thousand is not none of them."""
    rounded = round(100 * count / of) if of else 0
    return "<1%" if count and not rounded else f"{rounded}%"


@register.simple_tag
def share(count: int, of: int) -> SafeString:
    """A share as a bar beside its number, which says the same."""
    width = round(100 * count / of, 1) if of else 0
    return format_html(
        '<svg class="cs-share-bar" viewBox="0 0 100 8" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect width="{}" height="8"/></svg>',
        width,
    )


@register.simple_tag
def shade(count: int, of: int) -> int:
    """0 for none up to 4 for nearly all: how dark the cell of a number is."""
    return -(-4 * count // of) if of else 0
