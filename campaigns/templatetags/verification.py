"""Whether an answer is so, and on whose authority it was given, in signs of their own.

A pill says what was answered. These are drawn otherwise, with a sign and a bar instead of a
round ground, because "confirmed in writing" and "verified" must never look alike.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns import pills
from campaigns.models import Answer, AnswerEntry, Verification

register = template.Library()

SIGNS = {
    Verification.UNVERIFIED: "?",
    Verification.EVIDENCE_RECEIVED: "•",
    Verification.VERIFIED: "✓",
    Verification.CONTRADICTED: "✗",
    Verification.LAPSED: "↺",
}


@register.simple_tag
def verification_mark(status: str) -> SafeString:
    """Whether it is so: {% verification_mark answer.verification %}."""
    known = Verification(status)
    return format_html(
        '<span class="cs-check cs-check--{}"><span aria-hidden="true">{}</span> {}</span>',
        pills.tone(Answer, "verification", known),
        SIGNS[known],
        known.label,
    )


@register.simple_tag
def authority_mark(entry: AnswerEntry) -> SafeString:
    """Whether who answered said on what authority, and their words."""
    if entry.respondent_authority:
        return format_html(
            '<span class="cs-check cs-check--ok"><span aria-hidden="true">✓</span> '
            "Authority stated</span> <span>{}</span>",
            entry.respondent_authority,
        )
    return format_html(
        '<span class="cs-check cs-check--{}"><span aria-hidden="true">–</span> {}</span>',
        "muted",
        "Authority not stated",
    )
