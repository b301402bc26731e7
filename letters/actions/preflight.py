"""Preflight: every check of every letter of a mailing, on one page, before approval.

Red stops the mailing until it is fixed or the letter is left out. Amber on a letter marks it
for counsel to open. What holds for most letters is said once, for the mailing. Everything is
read in a fixed number of queries, however many letters there are.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from campaigns import deadlines
from campaigns.coverage import Verdict, coverage
from campaigns.models import Ground, Institution
from campaigns.placeholders import names_nobody, titles_nothing
from campaigns.text import fold
from letters.actions.freshness import deadline_by_rule
from letters.channels.email import Email
from letters.channels.post import sheets
from letters.merge import context
from letters.merge.assemble import lacking
from letters.merge.countries import COUNTRIES
from letters.models import Finding, Letter, LetterTemplate, LetterVersion, Mailing, Sender

RED, AMBER, NOTE = Finding.Severity.RED, Finding.Severity.AMBER, Finding.Severity.NOTE
# More than six sheets no longer fold into a #10 envelope.
MOST_SHEETS = 6
# What the catalogue's own entries hold where staff have to fill in a section, state or edition.
_UNFINISHED = ("<", "(placeholder)", "e.g.,", "x.y", "(edition")
SHORTEST_DEADLINE = datetime.timedelta(days=10)
# A length that fewer than one letter in twenty has is worth a look, once there are twenty.
_RARE = 20


@dataclass(frozen=True)
class Found:
    """A finding before it is a row. Without a letter it holds for the whole mailing."""

    code: str
    severity: str
    message: str
    letter: Letter | None = None


@dataclass
class Batch:
    """What the checks of single letters look up, read once for all of them."""

    mailing: Mailing
    grounds: list[Ground]
    written_before: dict[int, str]
    seen: dict[object, str] = field(default_factory=dict)


Check = Callable[[Letter, Batch], Iterator[Found]]


def run(mailing: Mailing) -> list[Found]:
    """Check every letter that still counts, and keep what was found in place of the last run."""
    found = inspect(mailing)
    mailing.findings.all().delete()
    Finding.objects.bulk_create(
        [
            Finding(
                mailing=mailing,
                letter=one.letter,
                code=one.code,
                severity=one.severity,
                message=one.message,
            )
            for one in dict.fromkeys(found)
        ],
        batch_size=500,
    )
    mailing.preflight_at = timezone.now()
    mailing.save(update_fields=["preflight_at"])
    return found


def inspect(mailing: Mailing) -> list[Found]:
    """What a check finds now. Writes nothing."""
    letters = list(_with_everything(mailing.letters.standing()))
    batch = Batch(
        mailing=mailing,
        grounds=list(mailing.campaign.grounds.all()),
        written_before=_written_before(mailing),
    )
    return [
        *_of_the_mailing(mailing, batch),
        *(one for letter in letters for check in _OF_A_LETTER for one in check(letter, batch)),
        *_unusual_lengths(letters),
    ]


def of_the_mailing(mailing: Mailing) -> list[Finding]:
    """What holds for the mailing as a whole at this moment, as rows that are not kept.

    A ground may be verified after the last check, often by the very person who then approves.
    """
    batch = Batch(mailing=mailing, grounds=list(mailing.campaign.grounds.all()), written_before={})
    return [
        Finding(mailing=mailing, code=one.code, severity=one.severity, message=one.message)
        for one in _of_the_mailing(mailing, batch)
    ]


def _of_the_mailing(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    for check in _OF_THE_MAILING:
        yield from check(mailing, batch)


def _with_everything(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    return letters.select_related(
        "addressee__contact", "recipient__institution__parent"
    ).prefetch_related("recipient__institution__facts", "recipient__institution__parent__facts")


def _written_before(mailing: Mailing) -> dict[int, str]:
    """Addressee to the title of another first letter that stands, for a mailing of first ones."""
    if mailing.version.template.purpose != LetterTemplate.Purpose.FIRST:
        return {}
    others = (
        Letter.objects.standing()
        .filter(
            mailing__campaign=mailing.campaign_id,
            mailing__version__template__purpose=LetterTemplate.Purpose.FIRST,
        )
        .exclude(mailing=mailing)
    )
    return dict(others.values_list("addressee_id", "mailing__title"))


# --- One letter --------------------------------------------------------------------


def _address(letter: Letter, batch: Batch) -> Iterator[Found]:
    institution = letter.recipient.institution
    place = context.place(letter.addressee, institution)
    severity = RED if letter.by_post else AMBER
    parts = {"street": "street", "city": "city", "state": "state", "postal_code": "ZIP"}
    for name, word in parts.items():
        if name == "state" and place.country != "US":
            continue
        if not getattr(place, name):
            yield Found(f"no-{word.lower()}", severity, f"{institution} has no {word}.", letter)
    if place.country not in COUNTRIES:
        yield Found(
            "no-country",
            severity,
            f"{institution}: “{place.country}” is the code of no country.",
            letter,
        )


def _person(letter: Letter, batch: Batch) -> Iterator[Found]:
    addressee = letter.addressee
    if not addressee.display_name and not addressee.display_title:
        yield Found(
            "no-addressee",
            RED,
            f"{letter.recipient} has no addressee: neither a name nor a title is known.",
            letter,
        )
    elif not addressee.display_name:
        yield Found(
            "no-name",
            AMBER,
            f"No name is known at {letter.recipient}; the letter greets the office, "
            f"“{addressee.display_title}”.",
            letter,
        )
    for written, nothing in (
        (addressee.display_name, names_nobody),
        (addressee.display_title, titles_nothing),
    ):
        if nothing(written):
            yield Found(
                "names-nobody",
                RED,
                f"The letter to {letter.recipient} would print “{written}” as name or title. "
                "Correct the contact, or say in the addressee to whom it goes.",
                letter,
            )
    if addressee.archived_at:
        yield Found("archived", RED, f"The addressee at {letter.recipient} was removed.", letter)


def _contact(letter: Letter, batch: Batch) -> Iterator[Found]:
    contact = letter.addressee.contact
    if contact is None or letter.addressee.name:
        return
    if contact.archived_at:
        yield Found("contact-archived", RED, f"{contact} is no longer a contact.", letter)
    elif contact.verified_on is None:
        yield Found("contact-unverified", NOTE, f"Nobody has verified {contact} yet.", letter)


def _values(letter: Letter, batch: Batch) -> Iterator[Found]:
    for label in lacking(batch.mailing.version, letter.merge_data):
        yield Found("missing-value", RED, f"{letter.recipient}: “{label}” is empty.", letter)


def _may_be_written_to(letter: Letter, batch: Batch) -> Iterator[Found]:
    recipient, institution = letter.recipient, letter.recipient.institution
    if institution.suppressed_at:
        yield Found(
            "suppressed",
            RED,
            f"{institution} is not to be written to: {institution.suppressed_reason}",
            letter,
        )
    if institution.archived_at:
        yield Found("institution-archived", RED, f"{institution} is archived.", letter)
    if recipient.withdrawn_at:
        yield Found(
            "withdrawn",
            RED,
            f"{institution} was withdrawn from the campaign: {recipient.withdrawn_reason}",
            letter,
        )


def _grounds(letter: Letter, batch: Batch) -> Iterator[Found]:
    institution: Institution = letter.recipient.institution
    facts = institution.known_facts()
    for ground in batch.grounds:
        judged = coverage(
            ground,
            facts=facts,
            control=institution.control,
            state=institution.state,
            kind=institution.kind,
        )
        if judged.verdict is Verdict.MISMATCH:
            yield Found("ground-mismatch", RED, f"{institution}: {judged.reason}", letter)
        elif judged.verdict is Verdict.UNKNOWN:
            yield Found("ground-unknown", AMBER, f"{institution}: {judged.reason}", letter)


def _email(letter: Letter, batch: Batch) -> Iterator[Found]:
    if letter.by_email and (lack := Email().lacks(letter)):
        yield Found("no-email", RED, f"{letter.recipient}: {lack}", letter)


def _written_once(letter: Letter, batch: Batch) -> Iterator[Found]:
    """The same person at the same address, whether by one contact or by two."""
    addressee, institution = letter.addressee, letter.recipient.institution
    street = addressee.street or institution.street
    keys: list[object] = [("contact", addressee.contact_id)] if addressee.contact_id else []
    if addressee.display_name and street:
        keys.append(("person", fold(addressee.display_name), fold(street)))
    twin = next((batch.seen[key] for key in keys if key in batch.seen), "")
    for key in keys:
        batch.seen.setdefault(key, letter.reference)
    if twin:
        yield Found("duplicate", RED, f"{addressee} is already written to in {twin}.", letter)
    if before := batch.written_before.get(addressee.pk):
        yield Found(
            "written-before", AMBER, f"{addressee} also has a letter in “{before}”.", letter
        )


def _length(letter: Letter, batch: Batch) -> Iterator[Found]:
    if letter.page_count and sheets(letter.page_count) > MOST_SHEETS:
        yield Found(
            "many-sheets",
            AMBER,
            f"{sheets(letter.page_count)} sheets do not fold into a #10 envelope; more than "
            f"{MOST_SHEETS} need a flat one.",
            letter,
        )


_OF_A_LETTER: tuple[Check, ...] = (
    _address,
    _person,
    _contact,
    _values,
    _may_be_written_to,
    _grounds,
    _email,
    _written_once,
    _length,
)


def _unusual_lengths(letters: list[Letter]) -> Iterator[Found]:
    rendered = [letter for letter in letters if letter.page_count]
    lengths = Counter(letter.page_count for letter in rendered)
    for letter in rendered:
        if lengths[letter.page_count] * _RARE < len(rendered):
            usual = lengths.most_common(1)[0][0]
            yield Found(
                "unusual-length",
                AMBER,
                f"{_pages(letter.page_count)}, where most letters have {_pages(usual)}.",
                letter,
            )


def _pages(count: int | None) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


# --- The whole mailing -------------------------------------------------------------


def _sender(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    if not Sender.objects.filter(campaign=mailing.campaign_id).exists():
        yield Found("no-sender", RED, "The campaign has no sender: choose letterhead and signer.")


def _demands(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    if not mailing.campaign.demands.exists():
        yield Found("no-demands", RED, "The campaign has no demand, so nothing could be answered.")


def _letter_date(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    today = timezone.now().astimezone(ZoneInfo(mailing.campaign.timezone)).date()
    if mailing.letter_date < today:
        yield Found(
            "date-passed",
            RED,
            f"The letter date, {deadlines.written(mailing.letter_date)}, has passed. Choose "
            "another, so that the letters leave on the day they bear.",
        )
    elif reason := deadlines.why_not_a_business_day(mailing.letter_date):
        yield Found(
            "date-closed",
            AMBER,
            f"The letter date, {deadlines.written(mailing.letter_date)}, is no business day "
            f"({reason}); the post office may be closed.",
        )


def _deadline(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    by_rule = deadline_by_rule(mailing.campaign, mailing.letter_date)
    if by_rule != mailing.printed_deadline:
        zone = mailing.campaign.timezone
        yield Found(
            "deadline-changed",
            RED,
            "The campaign counts its deadlines otherwise now: the letters would say "
            f"{deadlines.printed(mailing.printed_deadline, zone)}, and the rule gives "
            f"{deadlines.printed(by_rule, zone)}. Check again to take the new rule in.",
        )
    due = mailing.printed_deadline.astimezone(ZoneInfo(mailing.campaign.timezone)).date()
    if reason := deadlines.why_not_a_business_day(due):
        yield Found(
            "deadline-closed",
            AMBER,
            f"The deadline falls on {deadlines.written(due)}, which is no business day ({reason}).",
        )
    if due - mailing.letter_date < SHORTEST_DEADLINE:
        days = (due - mailing.letter_date).days
        yield Found(
            "deadline-near",
            AMBER,
            f"Only {days} days lie between letter and deadline; certified mail may take five.",
        )


def _grounds_are_good(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    for ground in batch.grounds:
        if ground.archived_at:
            yield Found("ground-archived", RED, f"{ground} is archived and still cited.")
        elif any(mark in f"{ground.name} {ground.citation}" for mark in _UNFINISHED):
            yield Found(
                "ground-unfinished",
                RED,
                f"{ground} is unfinished: letters would cite it as “{ground.citation}”. Complete "
                "it, or take it out of the campaign.",
            )
        elif ground.verified_on is None:
            yield Found("ground-unverified", AMBER, f"Nobody has verified {ground} yet.")
        elif ground.is_due_for_review(mailing.letter_date):
            yield Found(
                "ground-past-review",
                AMBER,
                f"{ground} was last verified on {ground.verified_on:%B %-d, %Y} and is due again.",
            )


def _newest_version(mailing: Mailing, batch: Batch) -> Iterator[Found]:
    version = mailing.version
    newer = LetterVersion.objects.filter(template=version.template, number__gt=version.number)
    if latest := newer.order_by("-number").first():
        yield Found(
            "newer-version",
            AMBER,
            f"This mailing uses version {version.number}; version {latest.number} was saved since.",
        )


_OF_THE_MAILING: tuple[Callable[[Mailing, Batch], Iterator[Found]], ...] = (
    _sender,
    _demands,
    _letter_date,
    _deadline,
    _grounds_are_good,
    _newest_version,
)
