"""Scanning what came in. A file that the scanner has not passed is held; nothing else passes it."""

import datetime
import logging

from django.conf import settings
from django.db import transaction

from campaigns import audit, filestore
from campaigns.actions import task
from campaigns.filestore import FileDamaged
from campaigns.models import Task
from letters.channels import clamd
from letters.channels.clamd import NotScanned, ScannerDown
from letters.models import ResponseDocument

logger = logging.getLogger(__name__)


def scan_waiting(*, now: datetime.datetime) -> int:
    """Scan every file that is held; returns how many were judged.

    Without a scanner none is. Where it is down the rest waits for the next round; a file that
    it does not judge keeps no other from being scanned.
    """
    if not settings.CLAMD:
        return 0
    judged = 0
    waiting = ResponseDocument.objects.unscanned().select_related(
        "response__recipient__campaign", "response__recipient__institution"
    )
    for document in waiting:
        try:
            found = clamd.scan(filestore.get(document.sha256), settings.CLAMD)
        except ScannerDown as error:
            logger.warning("Files are held: %s", error)
            break
        except (NotScanned, FileDamaged, FileNotFoundError) as error:
            logger.error("The file %s is held: %s", document.sha256, error)
            continue
        judged += _judge(document, found, now)
    return judged


@transaction.atomic
def _judge(document: ResponseDocument, found: str, now: datetime.datetime) -> bool:
    """Put on record what the scanner said; False where another worker was first."""
    scan = ResponseDocument.Scan.INFECTED if found else ResponseDocument.Scan.CLEAN
    this_one = ResponseDocument.objects.unscanned().filter(pk=document.pk)
    if not this_one.update(scan=scan, scanned_at=now, scan_found=found[:200]):
        return False
    if found:
        _warn(document, found, now)
    return True


def _warn(document: ResponseDocument, found: str, now: datetime.datetime) -> None:
    response = document.response
    what = f"{document.file_name}, which came with {response.receipt} from {response.recipient}"
    audit.record(
        "document.infected",
        subject=response,
        by=None,
        campaign=response.recipient.campaign,
        sentence=f"The scanner found {found} in {what}. The file is held.",
        sha256=document.sha256,
        found=found,
    )
    task.open_task(
        recipient=response.recipient,
        kind=Task.Kind.OTHER,
        about=f"Ask for the file again: the scanner found a virus in {what}.",
        key=f"infected:{document.pk}",
        now=now,
    )
