"""What a letter was made from, and whether that is still what is known.

A letter copies its words, address and citations when it is made. Until counsel approves it,
it is compared with what is known now: a letter whose data, version, letterhead, pictures,
fonts or engine changed after it was rendered is stale, and is made again.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from campaigns.models import Addressee, AuditEvent
from letters import lifecycle
from letters.merge import context, press, seal
from letters.models import Letter, Mailing

_ROWS_AT_ONCE = 200
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


def changed_letters(mailing: Mailing, letters: QuerySet[Letter]) -> list[Letter]:
    """Letters whose frozen data is no longer what is known. They carry the new data, unsaved."""
    read = with_everything_of_letters(mailing, letters.order_by("position"))
    return [letter for letter in read if freeze(letter)]


def with_everything_of_letters(mailing: Mailing, letters: QuerySet[Letter]) -> list[Letter]:
    """Letters with all that is known of their addressees now, in a fixed number of queries."""
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


def freeze_again(mailing: Mailing, letters: QuerySet[Letter] | None = None) -> int:
    """Take what is known now into every letter that is not sealed; returns how many changed.

    Of a mailing in preparation, or of these `letters` of it alone. A rendered letter whose data
    changed is a draft again, and a worker that has it in hand loses its claim, so that bytes made
    from the old data are never kept.
    """
    standing = mailing.letters.standing() if letters is None else letters
    changed = changed_letters(mailing, standing)
    Letter.objects.bulk_update(
        changed, ["merge_data", "by_post", "by_email", "email"], batch_size=_ROWS_AT_ONCE
    )
    rows = Letter.objects.filter(pk__in=[letter.pk for letter in changed])
    unrender(rows)
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


def stale(mailing: Mailing, *, at_most: int | None = None) -> list[Stale]:
    """Rendered letters that would be made differently now, looked for in the first `at_most`.

    One is enough to know of what all letters share: the letterhead, the signers, the engine.
    """
    rendered = _rendered(mailing)[:at_most]
    letters = with_everything_of_letters(mailing, rendered)
    found = []
    for letter in letters:
        now = data_of_now(letter)
        names = differences(letter, now)
        if names or letter.merge_data != now["merge_data"]:
            what = f"its data ({', '.join(names)})" if names else "its data"
            found.append(Stale(letter, what))
    known = {one.letter.pk for one in found}
    return found + [
        Stale(letter, "pictures, layout, fonts or engine")
        for letter in rendered
        if letter.pk not in known and not _is_made_as_now(letter)
    ]


def unrender_stale(mailing: Mailing) -> int:
    """Make drafts of letters whose data holds and that would still be made differently now."""
    return unrender(
        Letter.objects.filter(
            pk__in=[letter.pk for letter in _rendered(mailing) if not _is_made_as_now(letter)]
        )
    )


def _rendered(mailing: Mailing) -> QuerySet[Letter]:
    return (
        mailing.letters.filter(status=Letter.Status.RENDERED)
        .select_related("mailing__version__template", "mailing__campaign", "recipient")
        .order_by("position")
    )


def _is_made_as_now(letter: Letter) -> bool:
    return press.input_sha256(context.content(letter)) == letter.input_sha256


def current_digest(mailing: Mailing) -> str:
    """The digest of the PDFs as the rows name them now."""
    rows = mailing.letters.standing().exclude(pdf_sha256="")
    return seal.batch_digest(list(rows.values_list("reference", "pdf_sha256")))


def unrender(rows: QuerySet[Letter]) -> int:
    return lifecycle.move_all(
        rows,
        Letter.Status.DRAFT,
        pdf_sha256="",
        input_sha256="",
        page_count=None,
        measures=None,
        wording_sha256="",
        set_by="",
        set_alone="",
        comparison="",
        rendered_at=None,
        status_reason="",
        attempts=0,
        claim="",
        lease_until=None,
    )
