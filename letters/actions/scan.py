"""Scanning what came in. A file that the scanner has not passed is held; nothing else passes it.

Documents of responses know themselves what was said of them. What waits in the inbox is known by
its hash: the e-mail as it came, and each file in it.
"""

import datetime
import logging
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from campaigns import audit, filestore
from campaigns.actions import task
from campaigns.filestore import FileDamaged
from campaigns.models import Task
from letters.channels import clamd
from letters.channels.clamd import NotScanned, ScannerDown
from letters.models import Incoming, IncomingFile, Response, ResponseDocument, ScannedFile

logger = logging.getLogger(__name__)


def scan_waiting(*, now: datetime.datetime) -> int:
    """Scan every file that is held; returns how many were judged.

    Without a scanner none is. Where it is down the rest waits for the next round; a file that
    it does not judge keeps no other from being scanned.
    """
    if not settings.CLAMD:
        return 0
    judged = 0
    for sha256, judge in [*_of_inbox(), *_of_responses()]:
        try:
            found = clamd.scan(filestore.get(sha256), settings.CLAMD)
        except ScannerDown as error:
            logger.warning("Files are held: %s", error)
            break
        except (NotScanned, FileDamaged, FileNotFoundError) as error:
            logger.error("The file %s is held: %s", sha256, error)
            continue
        judged += judge(found, now)
    return judged


def carry_over(response: Response) -> None:
    """What was said of its files in the inbox is said of them as documents of the response.

    Part of the transaction that recorded it.
    """
    documents = response.documents.unscanned()
    said = ScannedFile.objects.in_bulk({each.sha256 for each in documents}, field_name="sha256")
    for document in documents:
        if one := said.get(document.sha256):
            document.response = response
            _judge(document, one.found, one.scanned_at)


Judge = Callable[[str, datetime.datetime], bool]


def _of_responses() -> Iterator[tuple[str, Judge]]:
    waiting = ResponseDocument.objects.unscanned().select_related(
        "response__recipient__campaign", "response__recipient__institution"
    )
    for document in waiting:
        yield document.sha256, partial(_judge, document)


def _of_inbox() -> Iterator[tuple[str, Judge]]:
    unknown = ~Exists(ScannedFile.objects.filter(sha256=OuterRef("sha256")))
    mails = Incoming.objects.filter(unknown).order_by().values_list("sha256")
    files = IncomingFile.objects.filter(unknown).exclude(sha256="").order_by()
    for (sha256,) in mails.union(files.values_list("sha256")):
        yield sha256, partial(_judge_incoming, sha256)


@transaction.atomic
def _judge_incoming(sha256: str, found: str, now: datetime.datetime) -> bool:
    """Put on record what the scanner said; False where another worker was first."""
    _, is_new = ScannedFile.objects.get_or_create(
        sha256=sha256, defaults={"found": found[:200], "scanned_at": now}
    )
    if is_new and found:
        inside = IncomingFile.objects.filter(sha256=sha256).values("incoming")
        carriers = Incoming.objects.filter(Q(sha256=sha256) | Q(pk__in=inside))
        for incoming in carriers.select_related("recipient__campaign"):
            audit.record(
                "incoming.infected",
                subject=incoming,
                by=None,
                campaign=incoming.recipient.campaign if incoming.recipient else None,
                sentence=f"The scanner found {found} in “{incoming}”. The file is held.",
                sha256=sha256,
                found=found,
            )
    return is_new


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
