"""What waits for a person: work that their role lets them do, each with the way to it.

Whole mailings and grounds stand here one by one, tasks on single recipients by their kind:
the list of tasks shows each.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from campaigns import pills
from campaigns.models import Campaign, Ground, Recipient, Task, User
from letters.models import Dispatch, Finding, Incoming, Letter, Mailing, PrintPack, Response
from letters.reports import follow_ups
from letters.reports.task_list import MINE, NOBODYS

M = Mailing.Status


@dataclass(frozen=True)
class Work:
    """One thing to do: how many, of what, where. `tone` is that of a pill."""

    what: str
    where: str
    url: str
    tone: str
    count: int = 1


def waiting_for(person: User, now: datetime.datetime) -> list[Work]:
    """In order of urgency. A person sees only what they may do."""
    work: list[Work] = []
    if person.has_perm("letters.dispatch_mailing"):
        work += [*_unknown(), *_held(), *_packs_to_post(), *_approved()]
    if person.has_perm("letters.approve_mailing"):
        work += _to_approve(person)
    if person.has_perm("letters.prepare_mailing"):
        work += [*_returned(), *_set_aside(), *_to_fix(), *due_steps(now), *_overdue(now)]
    if person.has_perm("letters.record_response"):
        work += _inbox()
    if person.has_perm("campaigns.verify_ground"):
        work += _grounds(now)
    if person.has_perm("campaigns.work_on_tasks"):
        work += _tasks(person, now)
    return work


def _tasks(person: User, now: datetime.datetime) -> Iterator[Work]:
    """Their own first, then what nobody has taken."""
    waiting = Task.objects.waiting(timezone.localdate(now)).filter(
        Q(assignee=person) | Q(assignee=None), recipient__campaign__archived_at=None
    )
    counts = waiting.order_by().values_list("assignee", "kind").annotate(found=Count("pk"))
    found = {(assignee is None, Task.Kind(kind)): n for assignee, kind, n in counts}
    for nobodys, who, where in (
        (False, MINE, "Your tasks"),
        (True, NOBODYS, "Tasks nobody has taken"),
    ):
        for kind in Task.Kind:
            if count := found.get((nobodys, kind)):
                url = f"{reverse('letters:tasks')}?who={who}&kind={kind}"
                yield Work(kind.label, where, url, pills.tone(Task, "kind", kind), count)


def _unknown() -> Iterator[Work]:
    return _dispatches(Dispatch.Status.UNKNOWN, "Find out whether it left", "bad")


def _held() -> Iterator[Work]:
    return _dispatches(Dispatch.Status.HELD, "Held back: mend the cause and queue it again", "warn")


def _dispatches(status: str, what: str, tone: str) -> Iterator[Work]:
    found = Count("letters__dispatches", filter=Q(letters__dispatches__status=status))
    for mailing in _mailings().annotate(found=found).filter(found__gt=0):
        yield _of(mailing, what, tone, mailing.found)


def _packs_to_post() -> Iterator[Work]:
    """A discarded pack has no letter in it that still waits."""
    waiting = Count("dispatches", filter=Q(dispatches__status=Dispatch.Status.QUEUED))
    packs = PrintPack.objects.filter(posted_on=None, mailing__campaign__archived_at=None)
    for pack in packs.select_related("mailing__campaign").annotate(found=waiting).order_by("pk"):
        if pack.found:
            yield _of(pack.mailing, "Post the print pack", "warn", pack.found)


def _approved() -> Iterator[Work]:
    for mailing in _mailings().filter(status=M.APPROVED).annotate(found=_sealed()):
        yield _of(mailing, "Send the approved letters", "warn", mailing.found)


def _to_approve(person: User) -> Iterator[Work]:
    ready = _mailings().filter(status=M.READY).exclude(prepared_by=person)
    for mailing in ready.annotate(found=_letters(Letter.Status.RENDERED)):
        yield _of(mailing, "Read and approve", "warn", mailing.found)


def _returned() -> Iterator[Work]:
    for mailing in _mailings().filter(status=M.RETURNED):
        yield _of(mailing, "Counsel returned it with comments", "bad", 1)


def _set_aside() -> Iterator[Work]:
    aside = _mailings().annotate(found=_letters(Letter.Status.QUARANTINED)).filter(found__gt=0)
    for mailing in aside.exclude(status=M.CANCELLED):
        yield _of(mailing, "Letters set aside while rendering", "bad", mailing.found)


def _to_fix() -> Iterator[Work]:
    preparing = _mailings().filter(status=M.PREPARING)
    for mailing in preparing.annotate(
        found=Count("findings", filter=Q(findings__severity=Finding.Severity.RED))
    ).filter(found__gt=0):
        yield _of(mailing, "Fix what preflight found", "bad", mailing.found)


def due_steps(now: datetime.datetime, campaign_pk: int | None = None) -> Iterator[Work]:
    """Steps of ladders that somebody is due for today; none on a day that is no business day.

    Of all campaigns, or of the one with this key.
    """
    campaigns = Campaign.objects.filter(archived_at=None)
    if campaign_pk is not None:
        campaigns = campaigns.filter(pk=campaign_pk)
    for read in follow_ups.read(campaigns, now):
        counts = read.plan(follow_ups.today(read.campaign, now)).by_step()
        for step in read.ladder.steps:
            if count := counts.get(step.pk):
                url = reverse("letters:follow_ups", args=[read.campaign.pk])
                what = f"Prepare the follow-up that is due: {step.title}"
                yield Work(what, read.campaign.title, url, "warn", count)


def _overdue(now: datetime.datetime) -> Iterator[Work]:
    overdue = Recipient.objects.filter(campaign__archived_at=None).overdue(now).order_by()
    counts = dict(overdue.values_list("campaign").annotate(found=Count("pk")))
    for campaign in Campaign.objects.filter(pk__in=counts):
        yield Work(
            "Overdue recipients",
            campaign.title,
            f"{reverse('letters:board_list', args=[campaign.pk])}?overdue=on",
            "warn",
            counts[campaign.pk],
        )


def _inbox() -> Iterator[Work]:
    """What came in: first what nobody has decided on, then what is on record and unread."""
    inbox = reverse("letters:inbox")
    if waiting := Incoming.objects.waiting().count():
        yield Work("Classify what came in", "Inbox", f"{inbox}?show=waiting", "warn", waiting)
    if unread := Response.objects.unread().count():
        yield Work("Read new responses", "Inbox", f"{inbox}?show=unread", "info", unread)


def _grounds(now: datetime.datetime) -> Iterator[Work]:
    """Only grounds that a campaign cites: an unread catalogue is nobody's task."""
    cited = Campaign.objects.filter(archived_at=None).values("grounds")
    for ground in Ground.objects.due_for_review(timezone.localdate(now)).filter(pk__in=cited):
        yield Work("Check the ground", ground.name, ground.get_absolute_url(), "warn")


def _mailings() -> QuerySet[Mailing]:
    return (
        Mailing.objects.filter(campaign__archived_at=None).select_related("campaign").order_by("pk")
    )


def _letters(status: str) -> Count:
    return Count("letters", filter=Q(letters__status=status))


def _sealed() -> Count:
    return _letters(Letter.Status.SEALED)


def _of(mailing: Mailing, what: str, tone: str, count: int) -> Work:
    where = f"{mailing.title}, {mailing.campaign.title}"
    return Work(what, where, mailing.get_absolute_url(), tone, count)
