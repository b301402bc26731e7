"""What staff did with the demo's answers: looked whether they are so, and shared out the work."""

import datetime
from itertools import islice

from django.utils import timezone

from campaigns.actions import counsel, due_tasks, standing, verification
from campaigns.actions import institution as institutions
from campaigns.actions import task as tasks
from campaigns.actions.verification import Finding
from campaigns.models import (
    Answer,
    Campaign,
    Contact,
    Outcome,
    Recipient,
    Task,
    User,
    Verification,
)
from letters.actions import mail_tasks, saved_filter

_POLICY = "The policy on its website, saved as PDF on {day:%B} {day.day}"
_CONFIRMED = (Outcome.COMPLIED, Outcome.ALREADY_COMPLIANT)


def looked(made: Campaign, by: User) -> None:
    """Seven answers were compared with what their institutions publish; one was found untrue."""
    today = timezone.localdate()
    published = Answer.objects.filter(
        recipient__campaign=made, demand__number=3, outcome__in=_CONFIRMED
    ).order_by("pk")
    for index, answer in enumerate(published[:7]):
        evidence = _POLICY.format(day=today)
        _find(answer, Finding(Verification.EVIDENCE_RECEIVED, "Found by us.", evidence), by)
        if index < 4:
            soon = datetime.timedelta(days=5 if index == 0 else 180)
            reason = "The policy names everybody and is in force."
            _find(answer, Finding(Verification.VERIFIED, reason, "", today + soon), by)
        elif index == 4:
            reason = "The page still excludes part-time staff."
            _find(answer, Finding(Verification.CONTRADICTED, reason, evidence), by)


def overruled(made: Campaign, by: User) -> None:
    """One recipient took back on the phone what it had confirmed in writing."""
    recipient = Recipient.objects.filter(campaign=made, answers__outcome=Outcome.PARTIAL).first()
    if recipient:
        standing.override(
            recipient=recipient,
            standing=Recipient.Override.PENDING,
            reason="Its counsel called: the confirmation was sent too early, a new one follows.",
            now=timezone.now(),
            by=by,
        )


def represented(recipient: Recipient, by: User) -> None:
    """Outside counsel wrote for it: letters go to counsel alone from then on."""
    contact = institutions.add_contact(
        institution=recipient.institution,
        details=institutions.ContactDetails(
            role=Contact.Role.OUTSIDE_COUNSEL,
            name="Quinn Example",
            title="Example & Sample LLP",
            email="quinn@example-sample-llp.invalid",
            source="Its letter of appearance (invented for this demo)",
        ),
        by=by,
    )
    counsel.appear(recipient=recipient, counsel=contact, on=timezone.localdate(), by=by)


def filters(made: Campaign, by: User) -> None:
    """The lists that everybody looks at each morning, under a name."""
    for name, query in (
        ("Public and overdue", "overdue=on&control=public"),
        ("Promised day has passed", "promised=passed"),
    ):
        saved_filter.save(campaign=made, name=name, query=query, is_shared=True, by=by)


def shared_out(manager: User, clerk: User) -> None:
    """What the clock brought, and to whom the manager gave it."""
    now, today = timezone.now(), timezone.localdate()
    mail_tasks.follow(now=now)
    due_tasks.follow_answers(now=now)
    waiting = Task.objects.waiting(today).order_by("pk")
    for task in islice(waiting.filter(kind=Task.Kind.UNDELIVERABLE), 2):
        tasks.assign(task=task, to=clerk, by=manager)
    for task in islice(waiting.filter(kind=Task.Kind.PROMISE), 2):
        tasks.assign(task=task, to=manager, by=manager)
    for task in islice(waiting.filter(kind=Task.Kind.UNCLEAR), 1):
        tasks.defer(
            task=task,
            until=today + datetime.timedelta(days=14),
            reason="Its counsel is back in two weeks.",
            on=today,
            by=manager,
        )


def _find(answer: Answer, finding: Finding, by: User) -> None:
    now = timezone.now()
    if answer.current_entry_id:
        verification.decide(
            answer=answer,
            entry_pk=answer.current_entry_id,
            finding=finding,
            on=timezone.localdate(now),
            now=now,
            by=by,
        )
