"""Which tone the word of a status has in its pill. Each app names those of its own models.

The word says what is so; the tone (ok, warn, bad, info, muted) only helps the eye to find
it, so a status without a tone here is an error of ours, not a grey pill.
"""

from collections.abc import Mapping

from django.db.models import Model

from campaigns.standing import Standing

TONES = ("ok", "warn", "bad", "info", "muted")

STANDINGS: Mapping[Standing, str] = {
    Standing.WITHDRAWN: "muted",
    Standing.CONFIRMED: "ok",
    Standing.CONFIRMED_IN_PART: "info",
    Standing.CONFIRMED_CONDITIONALLY: "info",
    Standing.DISPUTED: "bad",
    Standing.DECLINED: "bad",
    Standing.NOT_APPLICABLE: "muted",
    Standing.PENDING: "warn",
    Standing.WITH_COUNSEL: "warn",
    Standing.UNDELIVERABLE: "bad",
    Standing.NO_RESPONSE: "bad",
    Standing.AWAITING: "muted",
}

OUTCOMES: Mapping[str, str] = {
    "unanswered": "muted",
    "complied": "ok",
    "already_compliant": "ok",
    "will_comply": "ok",
    "partial": "info",
    "conditional": "info",
    "under_review": "warn",
    "needs_clarification": "warn",
    "disputes_premise": "bad",
    "not_applicable": "muted",
    "declined": "bad",
}

VERIFICATIONS: Mapping[str, str] = {
    "unverified": "muted",
    "evidence_received": "info",
    "verified": "ok",
    "contradicted": "bad",
    "lapsed": "warn",
}

_tones: dict[str, Mapping[str, str]] = {}


def add(field: str, tones: Mapping[str, str]) -> None:
    """Name the tone of each value of a field, for example "letters.letter.status"."""
    _tones[field] = tones


def tone(row: Model | type[Model], field: str, value: str) -> str:
    return _tones[f"{row._meta.label_lower}.{field}"][value]


def fields() -> Mapping[str, Mapping[str, str]]:
    """All fields that have pills, for the styleguide."""
    return dict(sorted(_tones.items()))


def add_own() -> None:
    add("campaigns.recipient.reach", {"unknown": "muted", "reached": "ok", "undeliverable": "bad"})
    for field in ("campaigns.answer.outcome", "campaigns.answerentry.outcome"):
        add(field, OUTCOMES)
    for field in ("campaigns.answer.verification", "campaigns.verificationentry.status"):
        add(field, VERIFICATIONS)
    add(
        "campaigns.task.kind",
        {
            "extension": "warn",
            "correction": "warn",
            "wrong_addressee": "warn",
            "counsel": "warn",
            "unclear": "warn",
            "promise": "bad",
            "recheck": "info",
            "undeliverable": "bad",
            "bounce": "bad",
            "other": "muted",
        },
    )
    add(
        "campaigns.directoryimport.status",
        {"planned": "info", "applied": "ok", "discarded": "muted"},
    )
    add(
        "campaigns.importrow.verdict",
        {
            "new": "ok",
            "changed": "info",
            "same": "muted",
            "ambiguous": "warn",
            "refused": "bad",
            "blank": "muted",
        },
    )
    add(
        "campaigns.extension.status",
        {"asked": "warn", "granted": "ok", "refused": "bad", "withdrawn": "muted"},
    )
    add("campaigns.fact.value", {"yes": "ok", "no": "bad", "unknown": "muted"})
