"""Decisions on what goes out with every letter of a text: cover sheet, exhibits, response form."""

import json
import subprocess
import sys
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import User
from letters import uploads
from letters.models import Exhibit, LetterTemplate

MOST_EXHIBITS = 10
MOST_PAGES = 40  # of all exhibits together
MOST_BYTES = 8 * 1024 * 1024  # of their printed pages, which every single letter holds
_PICTURES = Path(uploads.__file__).with_name("pdf_pages.py")
_SECONDS = 20  # the web server waits for it


class ExhibitRefused(Refused):
    """The file cannot go out with a letter; the sentence says why, and what to do."""


class TooManyExhibits(Refused):
    """More than one envelope, or one message, should carry."""


class AsksForNothing(Refused):
    """The letter thanks; a form to answer on would ask once more, and by a day."""


class AlreadyRemoved(Refused):
    """The exhibit goes out with no new letter any more."""


@transaction.atomic
def set_response_form(*, template: LetterTemplate, wanted: bool, by: User) -> LetterTemplate:
    """Whether a form to answer on paper is the last page of every letter."""
    locked(template.campaign)
    template = LetterTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    if wanted and template.purpose == LetterTemplate.Purpose.THANKS:
        raise AsksForNothing(
            f"“{template}” is a letter of thanks and asks for nothing; a response form would ask "
            "for an answer by a day."
        )
    if template.response_form == wanted:
        return template
    template.response_form = wanted
    template.save(update_fields=["response_form"])
    audit.record(
        "template.response_form_set",
        subject=template,
        by=by,
        campaign=template.campaign,
        sentence=f"{'put' if wanted else 'took'} the response form "
        f"{'behind' if wanted else 'off'} the letters of “{template}”.",
    )
    return template


@transaction.atomic
def set_cover_sheet(*, template: LetterTemplate, wanted: bool, by: User) -> LetterTemplate:
    """Whether a sheet before every letter says to whom it goes and what is enclosed."""
    locked(template.campaign)
    template = LetterTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    if template.cover_sheet == wanted:
        return template
    template.cover_sheet = wanted
    template.save(update_fields=["cover_sheet"])
    audit.record(
        "template.cover_sheet_set",
        subject=template,
        by=by,
        campaign=template.campaign,
        sentence=f"{'put a cover sheet before' if wanted else 'took the cover sheet off'} the "
        f"letters of “{template}”.",
    )
    return template


def add_exhibit(
    *, template: LetterTemplate, title: str, name: str, content: bytes, by: User
) -> Exhibit:
    """Check the PDF, make pictures of its pages, and send it out with every letter.

    The pictures take seconds and are made before the transaction, which nobody else could
    write beside; in it, what stands is counted once more.
    """
    room = _room(list(template.exhibits.standing()))
    checked = _checked(name, content)
    return _keep(template, title, checked, _pictures(checked, room), by)


@transaction.atomic
def _keep(
    template: LetterTemplate, title: str, checked: uploads.CheckedFile, pages: list[bytes], by: User
) -> Exhibit:
    locked(template.campaign)
    standing = list(template.exhibits.standing())
    if len(pages) > (room := _room(standing)):
        raise ExhibitRefused(
            f"{checked.name} was not taken: it has {len(pages)} pages and there is room for "
            f"{room}. Another exhibit was added meanwhile."
        )
    before = [sha256 for one in standing for sha256 in one.pages]
    size = sum(map(len, pages)) + sum(len(filestore.get(sha256)) for sha256 in before)
    if size > MOST_BYTES:
        raise TooManyExhibits(
            f"With {checked.name} the exhibits would make every letter {size / 1024**2:.1f} MB "
            f"larger; at most {MOST_BYTES // 1024**2} MB are taken. Leave out photographs or pages."
        )
    return _added(
        Exhibit(
            template=template,
            title=title,
            file_name=checked.name,
            sha256=filestore.put(checked.content),
            pages=[filestore.put(page) for page in pages],
            added_by=by,
        )
    )


def _added(exhibit: Exhibit) -> Exhibit:
    exhibit.save(force_insert=True)
    audit.record(
        "exhibit.added",
        subject=exhibit.template,
        by=exhibit.added_by,
        campaign=exhibit.template.campaign,
        sentence=f"added the exhibit “{exhibit}” to “{exhibit.template}”.",
        exhibit=exhibit.pk,
        sha256=exhibit.sha256,
        pages=len(exhibit.pages),
    )
    return exhibit


@transaction.atomic
def copy(*, source: LetterTemplate, template: LetterTemplate, by: User) -> None:
    """What goes out with the letters of `source` goes out with those of a copied text too."""
    source = LetterTemplate.objects.get(pk=source.pk)
    set_cover_sheet(template=template, wanted=source.cover_sheet, by=by)
    set_response_form(template=template, wanted=source.response_form, by=by)
    for one in source.exhibits.standing():
        _added(
            Exhibit(
                template=template,
                title=one.title,
                file_name=one.file_name,
                sha256=one.sha256,
                pages=one.pages,
                added_by=by,
            )
        )


def _room(standing: list[Exhibit]) -> int:
    """How many more pages there is room for. Raises TooManyExhibits."""
    if len(standing) >= MOST_EXHIBITS:
        raise TooManyExhibits(f"A letter has at most {MOST_EXHIBITS} exhibits. Remove one first.")
    return MOST_PAGES - sum(len(one.pages) for one in standing)


@transaction.atomic
def remove_exhibit(*, exhibit: Exhibit, by: User) -> Exhibit:
    """Send it out with no new letter. Letters already made keep it."""
    locked(exhibit.template.campaign)
    exhibit = Exhibit.objects.select_for_update(of=("self",)).get(pk=exhibit.pk)
    if exhibit.removed_at:
        raise AlreadyRemoved(f"“{exhibit}” was removed already.")
    exhibit.removed_at, exhibit.removed_by = timezone.now(), by
    exhibit.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        "exhibit.removed",
        subject=exhibit.template,
        by=by,
        campaign=exhibit.template.campaign,
        sentence=f"removed the exhibit “{exhibit}” from “{exhibit.template}”.",
        exhibit=exhibit.pk,
    )
    return exhibit


def _checked(name: str, content: bytes) -> uploads.CheckedFile:
    if content and not content.startswith(b"%PDF-"):
        raise ExhibitRefused(
            "The file is not a PDF, and an exhibit is one. Print it to a PDF and add that."
        )
    try:
        checked = uploads.check(name, content)
    except uploads.UploadRefused as refusal:
        raise ExhibitRefused(str(refusal)) from refusal
    if checked.active:
        raise ExhibitRefused(
            f"{checked.name} holds {checked.active}, not text alone. Print it to a new PDF and "
            "add that."
        )
    return checked


def _pictures(checked: uploads.CheckedFile, room: int) -> list[bytes]:
    """Each page as a picture. The file came from outside: it is opened in another process."""
    try:
        made = subprocess.run(
            [sys.executable, "-I", str(_PICTURES), str(room)],
            input=checked.content,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise ExhibitRefused(
            f"{checked.name} could not be read safely. Print it to a new PDF and add that."
        ) from error
    line, _, rest = made.stdout.partition(b"\n")
    answer = json.loads(line)
    if reason := answer.get("refused"):
        raise ExhibitRefused(f"{checked.name} was not taken: {reason}.")
    pages = []
    for size in answer["sizes"]:
        pages.append(rest[:size])
        rest = rest[size:]
    return pages
