"""What a letter was made from, and whether that is still what is known.

A letter copies its words, address and citations when it is made. Until counsel approves it,
it is compared with what is known now: a letter whose data, version, letterhead, pictures,
fonts or engine changed after it was rendered is stale, and is made again.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from campaigns.models import Addressee, AuditEvent
from letters import lifecycle
from letters.merge import context, press, seal
from letters.models import Letter, Mailing

_ROWS_AT_ONCE = 200
# How a letter stands that is not made, or not any more.
_UNMADE: dict[str, Any] = {
    "pdf_sha256": "",
    "input_sha256": "",
    "page_count": None,
    "measures": None,
    "wording_sha256": "",
    "set_by": "",
    "set_alone": "",
    "comparison": "",
    "rendered_at": None,
    "status_reason": "",
    "attempts": 0,
    "claim": "",
    "lease_until": None,
}
# What the keys of a letter's frozen data are called in a sentence; all else is "its facts".
_CALLED = {
    "addressee": "the addressee",
    "addressee_name": "the addressee",
    "addressee_title": "the addressee",
    "salutation": "the addressee",
    "address_lines": "the address",
    "postal_lines": "the address",
    "delivery_lines": "the ways out",
    "by_post": "the ways out",
    "by_email": "the ways out",
    "email": "the e-mail address",
    "copies": "who is copied",
    "copy_for": "who is copied",
    "institution_name": "the institution’s name",
    "letterhead": "the letterhead",
    "signer": "the signer",
    "signers": "the signer",
    "co_signers": "the signer",
    "their_reference": "the addressee",
    "exhibits": "the exhibits",
    "response_form": "the response form",
    "cover_sheet": "the cover sheet",
    "demands": "the demands",
    "open_demands": "what is still open",
    "grounds": "the grounds",
    "campaign_title": "the campaign’s title",
    "deadline": "the deadline",
    "deadline_date": "the deadline",
    "deadline_at": "the deadline",
    "time_was_asked": "whether more time was asked for",
}


def freeze(letter: Letter) -> bool:
    """Copy what is known now into the letter; whether anything differs from before."""
    now = data_of_now(letter)
    changed = any(getattr(letter, name) != value for name, value in now.items())
    for name, value in now.items():
        setattr(letter, name, value)
    return changed


def data_of_now(letter: Letter) -> dict[str, Any]:
    """What would be frozen into the letter if it were made now, by field."""
    addressee = letter.addressee
    return {
        "merge_data": context.freeze(
            letter.mailing, addressee, letter.reference, position=letter.position
        ),
        "by_post": addressee.by_post,
        "by_email": addressee.by_email,
        "email": addressee.display_email if addressee.by_email else "",
    }


def differences(letter: Letter, now: dict[str, Any]) -> list[str]:
    """What of the frozen data reads otherwise in `now`, in words.

    A value that letters had not when this one was made is no difference, at any depth.
    """
    kept = {**letter.merge_data, **{name: getattr(letter, name) for name in _WAYS}}
    known = {**now["merge_data"], **{name: now[name] for name in _WAYS}}
    changed = (
        key
        for key in kept.keys() & known.keys()
        if (kept[key] != known[key] if key in _KEYED_BY_DATA else _differs(kept[key], known[key]))
    )
    return sorted({_CALLED.get(key, "its facts") for key in changed})


def _differs(kept: Any, known: Any) -> bool:
    """Whether two values differ in what both have: a program newer than the letter knows more."""
    if isinstance(kept, dict) and isinstance(known, dict):
        return any(_differs(kept[key], known[key]) for key in kept.keys() & known.keys())
    if isinstance(kept, list) and isinstance(known, list):
        return len(kept) != len(known) or any(map(_differs, kept, known))
    return bool(kept != known)


_WAYS = ("by_post", "by_email", "email")
# A key that came or went is news here: the facts known of the institution, each by its key.
_KEYED_BY_DATA = frozenset({"known"})


def read_standing(mailing: Mailing) -> list[Letter]:
    """The letters that still count, in their order, with all that is known of them now."""
    return with_everything_of_letters(mailing, mailing.letters.standing().order_by("position"))


def with_everything_of_letters(mailing: Mailing, letters: QuerySet[Letter]) -> list[Letter]:
    """Letters with all that is known of their addressees now, in a fixed number of queries.

    What looks at thousands of letters in one decision shares what was read: it takes longer to
    read than to look at.
    """
    read = list(letters)
    found = with_everything(
        Addressee.objects.filter(pk__in=[letter.addressee_id for letter in read])
    )
    addressees = {addressee.pk: addressee for addressee in found}
    mailing = with_its_words(mailing)
    for letter in read:
        letter.mailing = mailing
        letter.addressee = addressees[letter.addressee_id]
        letter.recipient = letter.addressee.recipient
    return read


# What events of these kinds tell of may change what a letter says, and what checks find.
_TELLING = (
    "institution.",
    "contact.",
    "fact.",
    "addressee.",
    "ground.",
    "demand.",
    "recipient.",
    "recipients.",
    "answer.",
    "campaign.",
    "letterhead.",
    "signer.",
    "import.",
    "sourced_fact",  # one by hand, and a file of them: `sourced_facts.taken_in`
    "own_text.",
    "exhibit.",
    "extension.",
    "template.response_form",
    "template.cover_sheet",
)


def told_since(campaign_pk: int, moment: datetime.datetime) -> QuerySet[AuditEvent]:
    """Events after that moment, of the campaign or the directory, that letters may follow from."""
    telling = Q()
    for kind in _TELLING:
        telling |= Q(verb__startswith=kind)
    here = Q(campaign_id=campaign_pk) | Q(campaign_id=None)
    return AuditEvent.objects.filter(telling, here, at__gt=moment)


def freeze_again(letters: Iterable[Letter]) -> int:
    """Take what is known now into letters of a mailing in preparation; returns how many changed.

    The `letters` were read with everything, and are left as they then stand. A rendered letter
    whose data changed is a draft again, and a worker that has it in hand loses its claim, so that
    bytes made from the old data are never kept.
    """
    changed = [letter for letter in letters if freeze(letter)]
    Letter.objects.bulk_update(
        changed, ["merge_data", "by_post", "by_email", "email"], batch_size=_ROWS_AT_ONCE
    )
    _unrender_read(changed)
    rows = Letter.objects.filter(pk__in=[letter.pk for letter in changed])
    rows.filter(status=Letter.Status.DRAFT).update(attempts=0, claim="", lease_until=None)
    return len(changed)


def with_everything(addressees: QuerySet[Addressee]) -> QuerySet[Addressee]:
    """Addressees with all that a letter says of them, in a fixed number of queries."""
    return addressees.select_related(
        "contact",
        "recipient__institution__parent",
        "recipient__campaign",
        "recipient__direct_allowed_by",
    ).prefetch_related(
        "recipient__institution__facts",
        "recipient__institution__parent__facts",
        "recipient__sourced_facts",
        Prefetch(
            "recipient__addressees",
            Addressee.objects.select_related("contact"),
        ),
    )


def with_its_words(mailing: Mailing) -> Mailing:
    """The mailing, read again with all that its letters have in common."""
    return (
        Mailing.objects.select_related(
            "version__template",
            "follows",
            "campaign__sender__letterhead",
            "campaign__sender__signer",
        )
        .prefetch_related("campaign__demands", "campaign__grounds")
        .get(pk=mailing.pk)
    )


@dataclass(frozen=True)
class Stale:
    """A rendered letter that would be made differently now, and what differs."""

    letter: Letter
    what: str


def stale(letters: Iterable[Letter]) -> list[Stale]:
    """Of letters read with everything, the rendered ones that would be made differently now."""
    found, apart = [], []
    for letter in _rendered(letters):
        now = data_of_now(letter)
        if all(getattr(letter, name) == value for name, value in now.items()):
            if not _is_made_as_now(letter):
                apart.append(Stale(letter, "pictures, layout, fonts or engine"))
        elif names := differences(letter, now):
            found.append(Stale(letter, f"its data ({', '.join(names)})"))
        else:
            found.append(Stale(letter, "its data"))
    return found + apart


def first_stale(mailing: Mailing) -> Stale | None:
    """The first rendered letter, where it would be made differently now.

    One is enough to know of what all letters share: the letterhead, the signers, the engine.
    """
    rendered = mailing.letters.filter(status=Letter.Status.RENDERED).order_by("position")
    return next(iter(stale(with_everything_of_letters(mailing, rendered[:1]))), None)


def unrender_stale(mailing: Mailing, letters: Iterable[Letter]) -> int:
    """Make drafts of letters whose data holds and that would still be made differently now.

    By the mailing as it is in hand, whose characters may have grown after `letters` were read.
    """
    apart = []
    for letter in _rendered(letters):
        letter.mailing = mailing
        if not _is_made_as_now(letter):
            apart.append(letter)
    return _unrender_read(apart)


def _rendered(letters: Iterable[Letter]) -> list[Letter]:
    return [letter for letter in letters if letter.status == Letter.Status.RENDERED]


def _is_made_as_now(letter: Letter) -> bool:
    return press.input_sha256(context.content(letter)) == letter.input_sha256


def current_digest(mailing: Mailing) -> str:
    """The digest of the PDFs as the rows name them now."""
    rows = mailing.letters.standing().exclude(pdf_sha256="")
    return seal.batch_digest(list(rows.values_list("reference", "pdf_sha256")))


def unrender(rows: QuerySet[Letter]) -> int:
    return lifecycle.move_all(rows, Letter.Status.DRAFT, **_UNMADE)


def _unrender_read(letters: list[Letter]) -> int:
    """The same for letters in hand, which then say what their rows say."""
    moved = unrender(Letter.objects.filter(pk__in=[letter.pk for letter in letters]))
    for letter in letters:
        if lifecycle.may(letter, Letter.Status.DRAFT):
            letter.status = Letter.Status.DRAFT
            for name, value in _UNMADE.items():
                setattr(letter, name, value)
    return moved
