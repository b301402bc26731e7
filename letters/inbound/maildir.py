"""Reading a mailbox kept as a Maildir folder, which any mail server or fetchmail can fill.

A message is marked as seen once it is in the inbox. Where the program stops in between it is
found again and known by its hash, so that none is lost and none comes twice.
"""

import logging
import mailbox
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from letters.inbound.take_in import NotTakenIn, take_in

logger = logging.getLogger(__name__)
AT_ONCE = 20  # messages of one round; the next round takes the next


def read_mailbox() -> int:
    """Take in what is new in the mailbox that INBOUND_MAILDIR names; returns how many."""
    if not settings.INBOUND_MAILDIR:
        return 0
    folder = Path(settings.INBOUND_MAILDIR)
    if not (folder / "new").is_dir():
        logger.error("INBOUND_MAILDIR names %s, which is no Maildir.", folder)
        return 0
    box = mailbox.Maildir(folder, create=False)
    unseen = [key for key in box.iterkeys() if "S" not in box.get_message(key).get_flags()]
    return sum(_take(box, key) for key in sorted(unseen)[:AT_ONCE])


def _take(box: mailbox.Maildir, key: str) -> bool:
    content = box.get_bytes(key)
    now = timezone.now()
    is_new = False
    try:
        _, is_new = take_in(
            name=f"{key.partition(':')[0]}.eml",
            content=content,
            channel="email",
            received_on=timezone.localdate(now),
            now=now,
            by=None,
        )
    except NotTakenIn as refusal:
        logger.error("%s stays in the mailbox, marked as seen: %s", key, refusal)
    seen = box.get_message(key)
    seen.set_subdir("cur")
    seen.add_flag("S")
    box[key] = seen
    return is_new
