"""The pages of files from outside: read once in a bounded process, and found by their hash."""

import time
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from campaigns import filestore
from letters.inbound import message
from letters.inbound.child import CouldNotRead
from letters.models import ReadFile, ResponseDocument
from letters.uploads import SUFFIXES


def read(sha256: str, media_type: str) -> ReadFile:
    """The pages of a stored file, or why it has none; reading it twice gives the first."""
    if found := ReadFile.objects.filter(sha256=sha256).first():
        return found
    try:
        pages = message.read_pages(media_type, filestore.get(sha256))
    except CouldNotRead as reason:
        made = ReadFile(sha256=sha256, refused=str(reason))
    else:
        pictures = [filestore.put(picture) for picture in pages.pictures]
        pictures += [""] * (len(pages.texts) - len(pictures))
        made = ReadFile(
            sha256=sha256,
            pages=[
                {"picture": picture, "text": text}
                for picture, text in zip(pictures, pages.texts, strict=True)
            ],
            left_out=pages.left_out,
        )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # another worker read it at the same moment
        return ReadFile.objects.get(sha256=sha256)
    return made


def texts(hashes: Iterable[str]) -> list[str]:
    """The text of each file that has any, one string a file, in the order of the hashes."""
    found = {one.sha256: one for one in ReadFile.objects.filter(sha256__in=list(hashes))}
    return ["\n".join(found[sha256].texts) for sha256 in hashes if sha256 in found]


def read_waiting(*, seconds: float) -> int:
    """Read files that came with responses and that nobody has read yet, for so long.

    A file that the scanner holds is not opened, not even here.
    """
    until = time.monotonic() + seconds
    unread = ResponseDocument.objects.filter(media_type__in=SUFFIXES).filter(
        ~Exists(ReadFile.objects.filter(sha256=OuterRef("sha256")))
    )
    count = 0
    for document in unread.order_by("-pk")[:50]:
        if time.monotonic() > until:
            break
        if not document.is_held:
            read(document.sha256, document.media_type)
            count += 1
    return count
