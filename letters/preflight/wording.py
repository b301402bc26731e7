"""Checks of the letter's words, by the linter, and of what the text says of its grounds."""

import re
from collections.abc import Callable, Iterator

from campaigns.models import Ground, Institution
from letters.merge.fields import ground_flag
from letters.models import Letter, LetterTemplate, Mailing, Sender
from letters.preflight import linter
from letters.preflight.check import (
    AMBER,
    Batch,
    Check,
    Family,
    LetterCheck,
    Look,
    MailingCheck,
    Mend,
    Said,
)

Texts = Callable[[Mailing, Batch], Iterator[tuple[str, str]]]
_PARAGRAPHS = re.compile(r"\n\s*\n")
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b")


def _written(mailing: Mailing, batch: Batch) -> Iterator[tuple[str, str]]:
    """Every text that somebody wrote and all letters print, with its name."""
    version = mailing.version
    yield "RE line", version.subject
    yield "Text", version.body
    yield "Label", version.label
    yield "Closing", version.closing
    yield "Enclosures", version.enclosures
    for exhibit in version.template.exhibits.standing():
        yield "Title of an exhibit", exhibit.title
    if version.mentions("campaign_title"):
        yield "Title of the campaign", mailing.campaign.title
    for demand in mailing.campaign.demands.all():
        yield f"Demand {demand.number}", demand.text


def _signed(mailing: Mailing, batch: Batch) -> Iterator[tuple[str, str]]:
    """In whose name, and by whom."""
    sender = (
        Sender.objects.filter(campaign=mailing.campaign_id)
        .select_related("letterhead", "signer")
        .first()
    )
    if sender is None:
        return
    yield "Letterhead", f"{sender.letterhead.organisation}\n{sender.letterhead.side_column}"
    for signer in (sender.signer, *sender.co_signers):
        yield "Signature", f"{signer.name}\n{signer.title}\n{signer.organisation}"


def _voluntary(mailing: Mailing, batch: Batch) -> Iterator[tuple[str, str]]:
    """Where the text speaks of voluntary standards: their paragraphs, or, alone, all of it."""
    voluntary = [ground for ground in batch.grounds if not ground.statutory]
    if not voluntary:
        return
    names = {name for ground in voluntary for name in _names(ground)}
    for where, text in _written(mailing, batch):
        if len(voluntary) == len(batch.grounds):
            yield where, text
        else:
            yield where, _only_paragraphs(text, names)


def _cope(mailing: Mailing, batch: Batch) -> Iterator[tuple[str, str]]:
    if any("COPE" in _names(ground) for ground in batch.grounds):
        yield from _written(mailing, batch)


def _only_paragraphs(text: str, names: set[str]) -> str:
    """The text with every other paragraph blanked, so that lines keep their numbers."""
    kept, start = [], 0
    for end in [*(match.end() for match in _PARAGRAPHS.finditer(text)), len(text)]:
        part = text[start:end]
        of_it = any(re.search(rf"\b{re.escape(name)}\b", part) for name in names)
        kept.append(part if of_it else re.sub(r"[^\n]", " ", part))
        start = end
    return "".join(kept)


def _names(ground: Ground) -> set[str]:
    """By what a text may call a ground: Title VI, COPE, 2000d."""
    short = re.split(r",|\(", ground.name)[0].strip()
    return {short, *_ACRONYM.findall(ground.name)}


def _linted(check: str, texts: Texts) -> Look[Mailing]:
    def look(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
        found = [(where, hit) for where, text in texts(mailing, batch)
                 for hit in linter.hits(text, check)]  # fmt: skip
        states = _states(mailing) if found else []
        yield from (hit.sentence(where, states) for where, hit in found)

    return look


def _states(mailing: Mailing) -> list[str]:
    """Whose rules of conduct may bind: where the sender is, and where the letters go."""
    goes_to = Institution.objects.filter(recipients__letters__mailing=mailing)
    senders = Sender.objects.filter(campaign=mailing.campaign_id)
    states = {*goes_to.values_list("state", flat=True).distinct()}
    return sorted(states | {*senders.values_list("letterhead__state", flat=True)})


# What is searched for in any words of ours, whatever grounds they rest on.
IN_ANY_TEXT = ("threat", "authority", "agency-complaint", "placeholder", "relative-deadline")
# A quotation may hold brackets, and count days: it was said by others.
_IN_FACTS = ("threat", "authority", "agency-complaint")
# What else of the frozen data is printed beside the address, whose lines hold name and title.
_NAMED = ("salutation", "addressee_name", "institution_name", "their_reference")


def _own_words(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """A text of the recipient's own is linted as the letter's is; its states are its own too."""
    own, grounds = letter.merge_data.get("own_text", ""), batch.grounds
    voluntary = bool(grounds) and not any(ground.statutory for ground in grounds)
    checks = (*IN_ANY_TEXT, *(("legal-conclusion",) if voluntary else ()))
    yield from _linted_for(letter, "Own text", own, checks)


def _fact_words(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if not batch.prints_facts:
        return
    for number, fact in enumerate(letter.merge_data.get("facts", ()), start=1):
        for part in ("programme", "quotation", "source"):
            where = f"Sourced fact {number}, {part}"
            yield from _linted_for(letter, where, fact[part], _IN_FACTS)


def _name_words(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    """A name or title is typed by many hands, and counsel reads few of them."""
    data = letter.merge_data
    values = (data.get(name, "") for name in _NAMED)
    lines = (line for name in ("address_lines", "postal_lines") for line in data.get(name, ()))
    said = "\n".join(dict.fromkeys((*values, *lines)))
    yield from _linted_for(letter, "Names and address", said, ("threat", "agency-complaint"))


def _linted_for(letter: Letter, where: str, text: str, checks: tuple[str, ...]) -> Iterator[str]:
    for check in checks:
        for hit in linter.hits(text, check):
            yield hit.sentence(where, [letter.recipient.institution.state])


def _false_claims(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    many = mailing.letters.standing().count()
    for ground in batch.grounds:
        if "3729" in ground.citation and many > 1:
            yield (
                f"{ground} is cited in {many:,} letters. A complaint under it is filed under "
                "seal, and what was made public before may bar it (31 U.S.C. § 3730(b)(2), (e)(4))."
            )


def _unexplained(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if batch.purpose != LetterTemplate.Purpose.FIRST:
        return  # it refers to the first letter, which says on which facts each rests
    said = f"{mailing.version.subject}\n{mailing.version.body}"
    for ground in batch.grounds:
        section = re.search(r"§+\s*(\w+)", ground.citation)
        names = {*_names(ground), ground_flag(ground.key), *(section.groups() if section else ())}
        if not any(re.search(rf"\b{re.escape(name)}\b", said) for name in names):
            yield (
                f"{ground} is cited, and no paragraph of the text names it, so that no fact is "
                "linked to it. Say on which facts it rests."
            )


def _check(
    code: str, title: str, looks: str, passes: str, look: Look[Mailing], *, reason: bool = True
) -> MailingCheck:
    return Check(
        code=code,
        family=Family.TEXT,
        severity=AMBER,
        title=title,
        looks=looks,
        passes=passes,
        mend=Mend.TEXT,
        look=look,
        needs_reason=reason,
    )


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="own-words",
        family=Family.VALUES,
        severity=AMBER,
        title="Words of its own text",
        looks="Whether a text that this recipient alone reads threatens, speaks like government, "
        "announces a complaint, counts days, calls a standard law or holds something to fill in.",
        passes="Nothing in a text of its own is amiss.",
        mend=Mend.OWN_TEXT,
        look=_own_words,
        needs_reason=True,
    ),
    Check(
        code="name-words",
        family=Family.VALUES,
        severity=AMBER,
        title="Words of a name or address",
        looks="Whether a name, title, reference or line of the address threatens or announces a "
        "complaint, as what is typed there is printed too.",
        passes="Names and address hold nothing but names and an address.",
        mend=Mend.ADDRESSEES,
        look=_name_words,
    ),
    Check(
        code="fact-words",
        family=Family.VALUES,
        severity=AMBER,
        title="Words of a sourced fact",
        looks="Whether a sourced fact that the letter states threatens, speaks like government or "
        "announces a complaint. What was found in somebody else’s words may be right to quote.",
        passes="Nothing in its sourced facts is amiss.",
        mend=Mend.SOURCED_FACTS,
        look=_fact_words,
        needs_reason=True,
    ),
)

MAILING_CHECKS: tuple[MailingCheck, ...] = (
    _check(
        "threat",
        "Reads like a threat",
        "Whether the text, with demands, closing and the titles of exhibits, speaks of criminal "
        "charges, discipline, a license, immigration, taxes or consequences, and which rule of a "
        "state forbids threatening with it.",
        "Nothing reads like a threat.",
        _linted("threat", _written),
    ),
    _check(
        "agency-complaint",
        "Announces a complaint",
        "Whether the text announces a complaint to an agency instead of saying as a fact that "
        "the matter may be referred.",
        "No complaint is announced.",
        _linted("agency-complaint", _written),
        reason=False,
    ),
    _check(
        "authority",
        "Speaks like government",
        "Whether the text uses the words of a court or agency, such as “official notice” or "
        "“order of the state”.",
        "The text does not speak like government.",
        _linted("authority", _written),
    ),
    Check(
        code="authority-name",
        family=Family.TEXT,
        severity=AMBER,
        title="Named like government",
        looks="Whether letterhead or signature bears the name of an authority.",
        passes="Letterhead and signature bear no name of an authority.",
        mend=Mend.SENDER,
        look=_linted("authority-name", _signed),
        needs_reason=True,
    ),
    _check(
        "legal-conclusion",
        "Calls a standard law",
        "Whether a paragraph on a voluntary standard calls something unlawful.",
        "No voluntary standard is called law.",
        _linted("legal-conclusion", _voluntary),
    ),
    _check(
        "cope-litigation",
        "COPE and the courts",
        "Whether a letter that rests on COPE speaks of going to court.",
        "COPE and the courts are kept apart.",
        _linted("cope-litigation", _cope),
        reason=False,
    ),
    _check(
        "false-claims",
        "False Claims Act by mail",
        "Whether more than one letter cites the False Claims Act.",
        "The False Claims Act is not cited by mail.",
        _false_claims,
    ),
    _check(
        "ground-unexplained",
        "Ground without facts",
        "Whether a paragraph of the text names each ground, and so says which facts it rests on.",
        "The text names every ground.",
        _unexplained,
        reason=False,
    ),
    _check(
        "placeholder",
        "Something to fill in",
        "Whether the text holds words in square brackets, TBD, or a blank to fill in.",
        "Nothing is left to fill in.",
        _linted("placeholder", _written),
    ),
    _check(
        "relative-deadline",
        "Days without a date",
        "Whether the text counts days (“within 30 days”) instead of printing the day.",
        "Deadlines are days, not counts.",
        _linted("relative-deadline", _written),
        reason=False,
    ),
    _check(
        "charity-law",
        "Lobbying or asking for money",
        "Whether the text asks for legislation, votes or donations.",
        "It asks for no legislation, votes or money.",
        _linted("charity-law", _written),
        reason=False,
    ),
)
