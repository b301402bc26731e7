"""Thin Celery tasks: each calls one action and returns.

None carries more than primary keys, each may run twice without harm, and none is retried by
Celery: what was not finished is found again from its rows by `sweep`, which beat runs.
"""

from contextlib import ExitStack

from celery import shared_task
from django.utils import timezone

from campaigns.actions import due_tasks
from letters.actions import (
    changed,
    dispatch,
    mail_tasks,
    receipt,
    receipt_pdf,
    render,
    saved_answer,
    scan,
)
from letters.actions.wake import (
    READ_INBOX,
    RENDER_MAILING,
    SCAN_DOCUMENTS,
    SEND_EMAILS,
    SEND_RECEIPTS,
    wake,
)
from letters.inbound import maildir, pages

# So short that a worker which is asked to stop soon stands between two tasks.
_SECONDS = 4


@shared_task(name=RENDER_MAILING, max_retries=0)
def render_mailing(mailing_pk: int) -> None:
    if render.work(mailing_pk=mailing_pk, seconds=_SECONDS):
        wake(RENDER_MAILING, mailing_pk)


@shared_task(name=SEND_EMAILS, max_retries=0)
def send_emails(mailing_pk: int) -> None:
    if dispatch.work(mailing_pk=mailing_pk, seconds=_SECONDS):
        wake(SEND_EMAILS, mailing_pk)


@shared_task(name=SEND_RECEIPTS, max_retries=0)
def send_receipts() -> None:
    receipt.send_waiting(now=timezone.now())
    receipt_pdf.make_waiting()


@shared_task(name=SCAN_DOCUMENTS, max_retries=0)
def scan_documents() -> None:
    scan.scan_waiting(now=timezone.now())


@shared_task(name="letters.tasks.erase_expired", max_retries=0)
def erase_expired() -> None:
    saved_answer.erase_expired(now=timezone.now())


@shared_task(name=READ_INBOX, max_retries=0)
def read_inbox() -> None:
    """What the mailbox holds, and the pages of what came with responses."""
    maildir.read_mailbox()
    pages.read_waiting(seconds=_SECONDS)


@shared_task(name="letters.tasks.sweep", max_retries=0)
def sweep() -> None:
    """What fails in one part of it keeps no other from being found again."""
    now = timezone.now()
    with ExitStack() as parts:
        parts.callback(receipt.revive)
        parts.callback(dispatch.revive, now=now)
        parts.callback(render.revive, now=now)
        parts.callback(changed.look_where_told, now=now)


@shared_task(name="letters.tasks.look_what_waits", max_retries=0)
def look_what_waits() -> None:
    """Open the tasks that the clock brings. A missed beat costs only time."""
    now = timezone.now()
    with ExitStack() as parts:
        parts.callback(mail_tasks.follow, now=now)
        parts.callback(due_tasks.follow_answers, now=now)
