"""Reading a mailbox kept as a Maildir folder, which any mail server or fetchmail can fill.

A message is marked as seen once it is in the inbox. Where the program stops in between it is
found again and known by its hash, so that none is lost and none comes twice. Its file is renamed
and never written: the bytes in the mailbox stay the ones that came.
"""

import logging
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from letters.inbound.take_in import NotTakenIn, take_in

logger = logging.getLogger(__name__)
AT_ONCE = 20  # messages of one round; the next round takes the next
_FLAGS = ":2,"


def read_mailbox() -> int:
    """Take in what is new in the mailbox that INBOUND_MAILDIR names; returns how many.

    One that cannot be kept now keeps no other from being taken in, and is tried again.
    """
    if not settings.INBOUND_MAILDIR:
        return 0
    folder = Path(settings.INBOUND_MAILDIR)
    if not (folder / "new").is_dir():
        logger.error("INBOUND_MAILDIR names %s, which is no Maildir.", folder)
        return 0
    taken, fault = 0, None
    for path in _unseen(folder)[:AT_ONCE]:
        try:
            taken += _take(folder, path)
        except (DatabaseError, OSError) as error:
            fault = error
    if fault:
        raise fault
    return taken


def _unseen(folder: Path) -> list[Path]:
    """Their names begin with the moment at which they came."""
    files = [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]
    unseen = [path for path in files if "S" not in path.name.partition(_FLAGS)[2]]
    return sorted((path for path in unseen if path.is_file()), key=lambda path: path.name)


def _take(folder: Path, path: Path) -> bool:
    name, _, flags = path.name.partition(_FLAGS)
    seen = folder / "cur" / f"{name}{_FLAGS}{''.join(sorted({*flags, 'S'}))}"
    now = timezone.now()
    is_new = False
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # another worker took it in and renamed it
        return False
    try:
        _, is_new = take_in(
            name=f"{name}.eml",
            content=content,
            channel="email",
            received_on=timezone.localdate(now),
            now=now,
            by=None,
        )
    except NotTakenIn as refusal:
        logger.error("%s stays in the mailbox, marked as seen: %s", name, refusal)
    with suppress(FileNotFoundError):
        path.rename(seen)
    return is_new
