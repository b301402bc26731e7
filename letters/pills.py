"""Which tone the word of each status of a letter, a mailing and a dispatch has."""

from campaigns import pills


def add_own() -> None:
    pills.add(
        "letters.mailing.status",
        {
            "preparing": "muted",
            "rendering": "info",
            "ready": "warn",
            "returned": "bad",
            "approved": "ok",
            "sending": "info",
            "sent": "ok",
            "cancelled": "muted",
        },
    )
    pills.add(
        "letters.letter.status",
        {
            "draft": "muted",
            "rendered": "info",
            "sealed": "ok",
            "void": "muted",
            "quarantined": "bad",
        },
    )
    for kind in ("letters.response.kind", "letters.incoming.looks_like", "letters.coding.kind"):
        pills.add(
            kind,
            {
                "answer": "ok",
                "acknowledgement": "info",
                "auto_reply": "muted",
                "bounce": "warn",
                "request": "info",
            },
        )
    said = {outcome: tone for outcome, tone in pills.OUTCOMES.items() if outcome != "unanswered"}
    pills.add("letters.codingitem.outcome", said)
    pills.add(
        "letters.responsedocument.scan", {"unscanned": "warn", "clean": "ok", "infected": "bad"}
    )
    pills.add(
        "letters.incoming.status", {"waiting": "warn", "recorded": "ok", "set_aside": "muted"}
    )
    pills.add("letters.finding.severity", {"red": "bad", "amber": "warn", "note": "info"})
    pills.add(
        "letters.dispatch.status",
        {
            "queued": "muted",
            "claimed": "info",
            "sent": "info",
            "delivered": "ok",
            "returned": "bad",
            "refused": "bad",
            "bounced": "bad",
            "failed": "bad",
            "unknown": "warn",
            "held": "warn",
            "cancelled": "muted",
        },
    )
