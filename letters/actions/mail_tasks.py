"""Tasks that follow from what the post and the mail servers said of our letters.

Open while the last attempt by one way came to nothing, or a bounce was filed and nothing left
since; settled once another attempt is made or the recipient answers all the same.
"""

import datetime
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.actions import due_tasks
from campaigns.actions.due_tasks import Looked, Wanted
from campaigns.models import Recipient, Task
from letters.models import Dispatch, Response

S = Dispatch.Status
_SAID = {
    S.RETURNED: "Letter {letter} came back. Mend the address, then send it again.",
    S.REFUSED: "Letter {letter} was refused at the door. Decide how else to reach it.",
    S.BOUNCED: "The e-mail of letter {letter} to {to} bounced. Mend the address, then send it "
    "again.",
    S.FAILED: "The e-mail of letter {letter} to {to} could not be handed over. Mend the address, "
    "then send it again.",
}
_IDLE = (S.CANCELLED, S.HELD)


def follow(recipients: QuerySet[Recipient] | None = None, *, now: datetime.datetime) -> Looked:
    """Look at what came back, of these recipients or of all."""
    awaited = Recipient.objects.unanswered().filter(campaign__archived_at=None)
    if recipients is not None:
        awaited = awaited.filter(pk__in=recipients)
    return due_tasks.agree(
        [*_ended(awaited), *_bounces(awaited)],
        prefixes=("dispatch:", "bounce:"),
        recipients=recipients,
        now=now,
        settled="It was sent again, or was answered all the same.",
    )


def follow_one(recipient: Recipient) -> Looked:
    return follow(Recipient.objects.filter(pk=recipient.pk), now=timezone.now())


def _ended(recipients: QuerySet[Recipient]) -> Iterator[Wanted]:
    later = Dispatch.objects.filter(
        letter__recipient=OuterRef("letter__recipient"),
        channel=OuterRef("channel"),
        pk__gt=OuterRef("pk"),
    ).exclude(status__in=_IDLE)
    ended = Dispatch.objects.filter(
        ~Exists(later), status__in=_SAID, letter__recipient__in=recipients
    )
    for one in ended.select_related("letter"):
        bounced = one.status == S.BOUNCED
        yield Wanted(
            one.letter.recipient_id,
            Task.Kind.BOUNCE if bounced else Task.Kind.UNDELIVERABLE,
            _SAID[S(one.status)].format(letter=one.letter.reference, to=one.to_address),
            f"dispatch:{one.pk}",
        )


def _bounces(recipients: QuerySet[Recipient]) -> Iterator[Wanted]:
    """Bounces that a person filed: which letter they are of is not always known."""
    since = Dispatch.objects.filter(
        letter__recipient=OuterRef("recipient"),
        channel=Dispatch.Channel.EMAIL,
        sent_at__gt=OuterRef("recorded_at"),
    )
    # Where it is known which e-mail came back, the task of that e-mail says so.
    known = Dispatch.objects.filter(letter=OuterRef("letter"), status=S.BOUNCED)
    filed = Response.objects.filter(
        ~Exists(since), ~Exists(known), kind=Response.Kind.BOUNCE, recipient__in=recipients
    )
    for one in filed:
        yield Wanted(
            one.recipient_id,
            Task.Kind.BOUNCE,
            f"A bounce was filed on {one.received_on:%B %-d, %Y}. Find the address that it is "
            "about, and mend it.",
            f"bounce:{one.pk}",
        )
