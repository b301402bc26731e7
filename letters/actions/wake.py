"""Waking a worker: the one place that talks to the broker.

A message is a hint, never the truth: it carries primary keys only, leaves after the commit,
and where the broker is down it is left to the sweep, which finds the same work from rows.
"""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

READ_INBOX = "letters.tasks.read_inbox"
RENDER_MAILING = "letters.tasks.render_mailing"
SEND_EMAILS = "letters.tasks.send_emails"
SEND_RECEIPTS = "letters.tasks.send_receipts"
SCAN_DOCUMENTS = "letters.tasks.scan_documents"


def wake(task_name: str, *keys: int) -> None:
    """Ask a worker to run the task after this transaction has committed."""
    transaction.on_commit(lambda: _send(task_name, keys))


def _send(task_name: str, keys: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task_name, args=keys, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s%s waits for the sweep: the broker says %s", task_name, keys, error)
