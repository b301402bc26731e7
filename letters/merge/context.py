"""From the rows to a letter's content. Together with `fields` the only part that knows models.

`freeze` copies every word a letter says of its recipient, its campaign and its sender into
`Letter.merge_data`; `content` makes the letter from that copy, its version and its codes
alone, so a later edit of an institution cannot reach it.

For thousands of letters, hand in addressees and one mailing as `letters.actions.freshness`
reads them (`with_everything`, `with_its_words`); then `freeze` and `missing` make no query per
letter.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist

from campaigns import deadlines
from campaigns.actions import Refused
from campaigns.models import (
    Addressee,
    Answer,
    Campaign,
    Demand,
    Extension,
    Institution,
    Recipient,
)
from letters.merge import codes, envelope
from letters.merge.address import Place
from letters.merge.assemble import (
    Words,
    assemble,
    letterhead_of,
    lines,
    signer_of,
)
from letters.merge.codes import Codes
from letters.merge.content import LetterContent, LetterheadContent, SignerContent
from letters.merge.fields import FIELDS
from letters.merge.salutation import greeted
from letters.merge.wording import lacking
from letters.models import Letter, Letterhead, LetterTemplate, Mailing, Sender, Signer

_LONGEST_REFERENCE = "Ref. WWWWWW-2026-000000-XX"
CERTIFIED = "VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED"
# Certified mail is a service within the United States only.
REGISTERED = "VIA REGISTERED MAIL, RETURN RECEIPT REQUESTED"
_PARENT_IS_NAMED = (Institution.Kind.SCHOOL, Institution.Kind.CAMPUS, Institution.Kind.JOURNAL)


class NoSender(Refused):
    """A campaign without letterhead and signer cannot write."""


def freeze(
    mailing: Mailing, addressee: Addressee, reference: str, *, position: int = 0
) -> dict[str, Any]:
    """All that the letter will say besides its version's text, as JSON. Raises NoSender."""
    recipient = addressee.recipient
    return {
        "reference": reference,
        "position": position,
        **_of_mailing(mailing),
        **_time_given(mailing, recipient),
        **_first_letter(mailing, addressee),
        **_institution(recipient.institution),
        **_addressee(addressee, recipient),
        "facts": facts(recipient),
        "own_text": _own_texts(mailing).get(recipient.pk, ""),
        **_open_demands(mailing, recipient),
    }


def content(letter: Letter) -> LetterContent:
    """The letter from its own frozen data. Raises MissingValue, TemplateRefused."""
    mailing = letter.mailing
    said = assemble(mailing.version, letter.merge_data, codes.derive(letter.reference))
    return replace(said, characters=mailing.characters)


def letterhead(letter: Letter) -> LetterheadContent:
    """In whose name the letter went out, whatever the letterhead says today."""
    return letterhead_of(letter.merge_data)


def signer(letter: Letter) -> SignerContent:
    """Who signed the letter, whoever signs for the campaign today."""
    return signer_of(letter.merge_data)


def missing(mailing: Mailing, addressee: Addressee) -> list[str]:
    """Labels of the values that the mailing's text would print and that are not known."""
    return lacking(mailing.version, freeze(mailing, addressee, "-"))


def preview_content(
    words: Words,
    campaign: Campaign,
    recipient: Recipient | None = None,
    *,
    on: datetime.date,
    addressee: Addressee | None = None,
    template: LetterTemplate | None = None,
    own_text: str = "",
) -> LetterContent:
    """The letter that the words would make if it were written `on` that day.

    Without a recipient it goes to an invented one; with its template it has its annexes. Its
    reference and codes open nothing.
    Raises MissingValue, TemplateRefused, NoSender.
    """
    data = preview_data(campaign, recipient, on=on, addressee=addressee, own_text=own_text)
    if recipient and "open_demands" in words.body:
        data["open_demands"] = _still_open(campaign, recipient, on)
    if template:
        data |= _annexes(template)
        if recipient and template.confirms_an_extension:
            data |= _until(_given(campaign).get(recipient.pk), campaign)
    return assemble(words, data, Codes("preview", "XXXXX-XXXXX"))


def preview_data(
    campaign: Campaign,
    recipient: Recipient | None,
    *,
    on: datetime.date,
    addressee: Addressee | None = None,
    own_text: str = "",
) -> dict[str, Any]:
    """What `freeze` would keep of a letter to the recipient that is written `on` that day."""
    deadline = deadlines.Rule.of(campaign).run(on)
    if recipient is None:
        who = _invented()
    else:
        addressee = addressee or first_addressee(recipient)
        who = {
            **_institution(recipient.institution),
            **_addressee(addressee, recipient),
            "facts": facts(recipient),
        }
    return {
        "reference": f"{campaign.reference_prefix}-PREVIEW",
        "letter_date": on.isoformat(),
        **_deadline(deadline.at, campaign),
        "first_letter_date": (on - datetime.timedelta(days=30)).isoformat(),
        "first_letter_reference": f"{campaign.reference_prefix}-EARLIER",
        "is_follow_up": False,
        "own_text": own_text,
        "open_demands": _demands(campaign.demands.all()),
        **_campaign(campaign),
        **who,
    }


def specimen_content(
    words: Words, letterhead: Letterhead, signer: Signer | None, *, on: datetime.date
) -> LetterContent:
    """A letter of no campaign, to look at a letterhead. Demands and grounds are empty."""
    nobody = {"name": "Name of the signer", "title": "Title", "signature_sha256": ""}
    data = {
        "reference": "SPECIMEN",
        "letter_date": on.isoformat(),
        "deadline": FIELDS["deadline"].sample,
        "deadline_date": on.isoformat(),
        "first_letter_date": "",
        "first_letter_reference": "",
        "is_follow_up": False,
        "campaign_title": "Specimen",
        "letterhead": _letterhead(letterhead),
        "signer": _signer(signer) if signer else nobody,
        "demands": [],
        "grounds": [],
        **_invented(),
    }
    return assemble(words, data, Codes("specimen", "XXXXX-XXXXX"))


# --- What is frozen ------------------------------------------------------------------


def _deadline(moment: datetime.datetime, campaign: Campaign) -> dict[str, str]:
    local = moment.astimezone(ZoneInfo(campaign.timezone))
    return {
        "deadline": deadlines.printed(moment, campaign.timezone),
        "deadline_date": local.date().isoformat(),
    }


def _time_given(mailing: Mailing, recipient: Recipient) -> dict[str, Any]:
    """In a letter that confirms more time, the deadline is the end of that time.

    `deadline_at` keeps it as a moment; letters of other kinds have no such key.
    """
    if not mailing.version.template.confirms_an_extension:
        return {}
    known: dict[int, Extension] | None = mailing.__dict__.get("_time_given")
    if known is None:  # read once for its instance
        known = mailing.__dict__["_time_given"] = _given(mailing.campaign)
    return _until(known.get(recipient.pk), mailing.campaign)


def _until(given: Extension | None, campaign: Campaign) -> dict[str, Any]:
    if given is None or given.until is None:
        return {"deadline": "", "deadline_date": "", "deadline_at": "", "time_was_asked": False}
    return {
        **_deadline(given.until, campaign),
        "deadline_at": given.until.isoformat(),
        "time_was_asked": not given.was_unasked,
    }


def _given(campaign: Campaign) -> dict[int, Extension]:
    """Recipient to the longest time that it was given and has still."""
    granted = Extension.objects.granted().filter(recipient__campaign=campaign)
    return {given.recipient_id: given for given in granted.order_by("until")}


def _first_letter(mailing: Mailing, addressee: Addressee) -> dict[str, Any]:
    """Date and reference of the letter to this addressee that began the correspondence."""
    first = mailing
    while first.follows:
        first = first.follows
    if first is mailing:
        return {"first_letter_date": "", "first_letter_reference": "", "is_follow_up": False}
    return {
        "first_letter_date": first.letter_date.isoformat(),
        "first_letter_reference": _references(first).get(addressee.pk, ""),
        "is_follow_up": True,
    }


def _references(mailing: Mailing) -> dict[int, str]:
    """Addressee to reference of each letter of a mailing, read once for its instance."""
    known: dict[int, str] | None = mailing.__dict__.get("_references")
    if known is None:
        known = dict(mailing.letters.standing().values_list("addressee_id", "reference"))
        mailing.__dict__["_references"] = known
    return known


def own_texts(template: LetterTemplate) -> dict[int, str]:
    """Recipient to what it alone reads in the letter."""
    return dict(template.own_texts.exclude(text="").values_list("recipient_id", "text"))


def _own_texts(mailing: Mailing) -> dict[int, str]:
    """The same for a mailing, read once for its instance."""
    known: dict[int, str] | None = mailing.__dict__.get("_own_texts")
    if known is None:
        known = own_texts(mailing.version.template)
        mailing.__dict__["_own_texts"] = known
    return known


def _of_mailing(mailing: Mailing) -> dict[str, Any]:
    """What every letter of a mailing says, put together once for its instance."""
    known: dict[str, Any] | None = mailing.__dict__.get("_said_by_all")
    if known is None:
        known = mailing.__dict__["_said_by_all"] = {
            "letter_date": mailing.letter_date.isoformat(),
            **_deadline(mailing.printed_deadline, mailing.campaign),
            **_campaign(mailing.campaign),
            **_annexes(mailing.version.template),
        }
    return known


def _campaign(campaign: Campaign) -> dict[str, Any]:
    try:
        sender: Sender = campaign.sender
    except ObjectDoesNotExist:
        raise NoSender(
            "The campaign has no sender yet. Choose its letterhead and signer first."
        ) from None
    return {
        "campaign_title": campaign.title,
        "letterhead": _letterhead(sender.letterhead),
        "signer": _signer(sender.signer),
        "co_signers": [_co_signer(one, sender.letterhead) for one in sender.co_signers],
        "demands": _demands(campaign.demands.all()),
        "grounds": [
            {
                "key": ground.key,
                "name": ground.name,
                "citation": ground.citation,
                "regulations": "; ".join(ground.regulations),
                "cases": "\n".join(ground.cases),
            }
            for ground in campaign.grounds.all()
        ],
    }


def _demands(demands: Iterable[Demand]) -> list[dict[str, str]]:
    return [
        {"number": str(demand.number), "title": demand.title, "text": demand.text}
        for demand in demands
    ]


def _open_demands(mailing: Mailing, recipient: Recipient) -> dict[str, Any]:
    """What the recipient has not settled by the letter date.

    Only where the text prints it: otherwise every answer would make every letter stale.
    """
    if not mailing.version.mentions("open_demands"):
        return {}
    known: dict[int, set[int]] | None = mailing.__dict__.get("_open_demands")
    if known is None:  # read once for its instance
        known = mailing.__dict__["_open_demands"] = defaultdict(set)
        rows = Answer.objects.filter(recipient__campaign=mailing.campaign_id).order_by()
        rows = rows.to_ask_again(mailing.letter_date)
        for recipient_pk, demand_pk in rows.values_list("recipient_id", "demand_id"):
            known[recipient_pk].add(demand_pk)
    still = known.get(recipient.pk, ())
    return {
        "open_demands": _demands(one for one in mailing.campaign.demands.all() if one.pk in still)
    }


def _still_open(
    campaign: Campaign, recipient: Recipient, on: datetime.date
) -> list[dict[str, str]]:
    still = set(recipient.answers.to_ask_again(on).values_list("demand_id", flat=True))
    return _demands(one for one in campaign.demands.all() if one.pk in still)


def return_problems(letterhead: Letterhead) -> list[str]:
    """Why its return address fits no window of its envelope, each in a sentence."""
    lines = [letterhead.organisation, _LONGEST_REFERENCE, *_place_of(letterhead).lines()]
    profile = envelope.PROFILES[letterhead.envelope]
    return envelope.sender_problems(lines, profile, letterhead.typeface)


def _place_of(letterhead: Letterhead) -> Place:
    return Place(
        letterhead.street,
        letterhead.street2,
        letterhead.city,
        letterhead.state,
        letterhead.postal_code,
    )


def _letterhead(letterhead: Letterhead) -> dict[str, Any]:
    place = _place_of(letterhead)
    contact = (letterhead.phone, letterhead.email, letterhead.website)
    return {
        "organisation": letterhead.organisation,
        "address_lines": place.lines(),
        "contact_lines": [line for line in contact if line],
        "side_column": lines(letterhead.side_column),
        "logo_sha256": letterhead.logo_sha256,
        "typeface": letterhead.typeface,
        "block_style": letterhead.block_style,
        "envelope": letterhead.envelope,
    }


def _signer(signer: Signer) -> dict[str, str]:
    return {
        "name": signer.name,
        "title": signer.title,
        "organisation": signer.organisation,
        "bar_number": signer.bar_number,
        "signature_sha256": signer.signature_sha256,
    }


def _annexes(template: LetterTemplate) -> dict[str, Any]:
    """Cover sheet, exhibits and response form, read once for the instance of the template."""
    known: dict[str, Any] | None = template.__dict__.get("_annexes")
    if known is None:
        exhibits = template.exhibits.standing()
        known = {
            "response_form": template.response_form,
            "cover_sheet": template.cover_sheet,
            "exhibits": [{"title": one.title, "pages": one.pages} for one in exhibits],
        }
        template.__dict__["_annexes"] = known
    return known


def _co_signer(signer: Signer, letterhead: Letterhead) -> dict[str, str]:
    """Who signs on the letterhead of others says for whom."""
    theirs = signer.letterhead.organisation if signer.letterhead_id != letterhead.pk else ""
    return {**_signer(signer), "organisation": signer.organisation or theirs}


def _institution(institution: Institution) -> dict[str, Any]:
    control = institution.control
    return {
        "institution_name": institution.name,
        "institution_city": institution.city,
        "institution_state": institution.state,
        "is_public": control == Institution.Control.PUBLIC,
        "is_private": control in (Institution.Control.NONPROFIT, Institution.Control.FOR_PROFIT),
        "institution_kind": institution.kind,
        "institution_control": control,
        "known": institution.known_facts(),
    }


def facts(recipient: Recipient) -> list[dict[str, str]]:
    """What was seen at the recipient, by exhibit. Sorted here, so that prefetched rows are used."""
    found = [fact for fact in recipient.sourced_facts.all() if fact.archived_at is None]
    return [
        {
            "programme": fact.programme,
            "quotation": fact.quotation,
            "source": fact.source,
            "seen_on": fact.seen_on.isoformat(),
            "exhibit": fact.exhibit,
        }
        for fact in sorted(found, key=lambda fact: (fact.exhibit, fact.pk))
    ]


def _addressee(addressee: Addressee, recipient: Recipient) -> dict[str, Any]:
    """A copy is the letter to the first addressee, sent to another person as well."""
    institution = recipient.institution
    is_copy = addressee.kind == Addressee.Kind.COPY
    to = (_primary(recipient) if is_copy else None) or addressee
    copies = [one for one in _standing(recipient) if one.kind == Addressee.Kind.COPY]
    return {
        "addressee_name": to.display_name,
        "addressee_title": to.display_title,
        "their_reference": to.their_reference,
        "addressee": str(to) if to.display_name or to.display_title else institution.name,
        "salutation": greeted(to.display_name, to.display_title),
        "address_lines": _address_lines(to, institution),
        "postal_lines": _address_lines(addressee, institution),
        "delivery_lines": _delivery_lines(addressee, institution),
        "copy_for": _described(addressee) if is_copy and to is not addressee else "",
        "copies": [_described(one) for one in copies],
    }


def _standing(recipient: Recipient) -> list[Addressee]:
    """Sorted here, so that prefetched rows are used."""
    found = [one for one in recipient.addressees.all() if one.archived_at is None]
    return sorted(found, key=lambda one: one.pk)


def first_addressee(recipient: Recipient) -> Addressee:
    """To whom the recipient's letter goes first; an empty one where nobody is known."""
    return _primary(recipient) or Addressee(recipient=recipient)


def _primary(recipient: Recipient) -> Addressee | None:
    to = (one for one in _standing(recipient) if one.kind == Addressee.Kind.TO)
    return next(to, None)


def _address_lines(addressee: Addressee, institution: Institution) -> list[str]:
    """The inside address: person, title, unit, institution, street, town."""
    names = [addressee.display_name, addressee.display_title, addressee.unit, institution.name]
    if institution.parent and institution.kind in _PARENT_IS_NAMED:
        names.append(institution.parent.name)
    return (
        list(dict.fromkeys(name for name in names if name)) + place(addressee, institution).lines()
    )


def place(addressee: Addressee, institution: Institution) -> Place:
    """The addressee's own address, whole, where it has a street; else the institution's.

    Nothing is taken from both: an office in London has no state, and not the university's.
    """
    lives = addressee if addressee.street else institution
    return Place(
        street=lives.street,
        street2=lives.street2,
        city=lives.city,
        state=lives.state,
        postal_code=lives.postal_code,
        country=lives.country or institution.country,
    )


def _delivery_lines(addressee: Addressee, institution: Institution) -> list[str]:
    """One line for each way by which the letter goes, as letters say it."""
    ways = []
    if addressee.by_post:
        abroad = place(addressee, institution).country != "US"
        ways.append(REGISTERED if abroad else CERTIFIED)
    if addressee.by_email:
        ways.append(f"{'AND ' if ways else ''}VIA E-MAIL ({addressee.display_email})")
    return ways


def _described(addressee: Addressee) -> str:
    return ", ".join(part for part in (addressee.display_name, addressee.display_title) if part)


def _invented() -> dict[str, Any]:
    name, title = FIELDS["addressee_name"].sample, FIELDS["addressee_title"].sample
    institution = FIELDS["institution_name"].sample
    address = [name, title, institution, "1 College Street", "Springfield, IL 62701"]
    return {
        "institution_name": institution,
        "institution_city": "Springfield",
        "institution_state": "IL",
        "is_public": False,
        "is_private": True,
        "institution_kind": Institution.Kind.UNIVERSITY,
        "institution_control": Institution.Control.NONPROFIT,
        "known": {},
        "facts": [],
        "addressee_name": name,
        "addressee_title": title,
        "addressee": name,
        "salutation": greeted(name, title),
        "address_lines": address,
        "postal_lines": address,
        "delivery_lines": [CERTIFIED],
        "copy_for": "",
        "copies": [],
    }
