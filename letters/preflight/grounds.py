"""Checks of whether the grounds that a letter cites cover its recipient."""

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache

from campaigns.coverage import FEDERAL_FUNDS, Coverage, Verdict, coverage
from campaigns.models import Fact, Ground, Institution
from letters.models import Letter, Mailing
from letters.preflight.check import (
    AMBER,
    NOTE,
    RED,
    Batch,
    Check,
    Family,
    LetterCheck,
    MailingCheck,
    Mend,
    Said,
)

# Awards run out and lists are renewed each year; two years on, funding is no longer proven.
EVIDENCE_HOLDS = datetime.timedelta(days=730)
# What the catalogue's own entries hold where staff have to fill in a section, state or edition.
_UNFINISHED = ("<", "(placeholder)", "e.g.,", "x.y", "(edition")
_UNITS = (Institution.Kind.SCHOOL, Institution.Kind.CAMPUS, Institution.Kind.JOURNAL)
# Exemptions that the statutes give: 20 U.S.C. § 1681(a)(3), 42 U.S.C. §§ 12187, 2000e-1(a).
_EXEMPTS_RELIGIOUS = re.compile(r"religious\W+(?:institution|organization|employer)", re.IGNORECASE)
_DAMAGES = re.compile(
    r"\b(?:damages|monetary\s+(?:relief|compensation)|compensatory|punitive)\b", re.IGNORECASE
)


def _judged(letter: Letter, batch: Batch, verdict: Verdict) -> Iterator[str | Said]:
    for judged in _coverage(letter, batch):
        if judged.verdict is verdict:
            yield f"{letter.recipient.institution}: {judged.reason}"


def _coverage(letter: Letter, batch: Batch) -> list[Coverage]:
    """By each ground. Looked up once, for the check that stops and the one that marks."""
    if letter.pk not in batch.covered:
        institution = letter.recipient.institution
        facts = institution.known_facts()
        batch.covered[letter.pk] = [
            coverage(
                ground,
                facts=facts,
                control=institution.control,
                state=institution.state,
                kind=institution.kind,
            )
            for ground in batch.grounds
        ]
    return batch.covered[letter.pk]


def _mismatch(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    yield from _judged(letter, batch, Verdict.MISMATCH)


def _unknown(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    yield from _judged(letter, batch, Verdict.UNKNOWN)


def _evidence(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    newest = _newest_evidence(letter, batch)
    if newest and batch.today - newest.as_of > EVIDENCE_HOLDS:
        yield (
            f"That {letter.recipient} receives federal funds is known as of "
            f"{newest.as_of:%B %-d, %Y} ({newest.source}), which is over 24 months ago."
        )


def _evidence_of_all(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    newest = [fact for letter in batch.letters if (fact := _newest_evidence(letter, batch))]
    old = [fact.as_of for fact in newest if batch.today - fact.as_of > EVIDENCE_HOLDS]
    if old:
        yield (
            f"For {len(old):,} of {len(batch.letters):,} letters the evidence of federal funds is "
            f"older than 24 months; the oldest is of {min(old):%B %-d, %Y}."
        )


def _newest_evidence(letter: Letter, batch: Batch) -> Fact | None:
    """What says that the recipient has federal funds, where a ground needs it to."""
    needed = {need for ground in batch.grounds for need in ground.needs} & FEDERAL_FUNDS
    if not needed:
        return None
    institution = letter.recipient.institution
    above = institution.parent
    inherits = above and institution.kind in (Institution.Kind.SCHOOL, Institution.Kind.CAMPUS)
    facts = [*institution.facts.all(), *(above.facts.all() if above and inherits else ())]
    held = [fact for fact in facts if fact.key in FEDERAL_FUNDS and fact.value == Fact.Value.YES]
    return max(held, key=lambda fact: fact.as_of, default=None)


def _religious(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    if institution.known_facts().get(Fact.Key.RELIGIOUS) != Fact.Value.YES:
        return
    for ground in batch.grounds:
        for warning in ground.warnings:
            if _EXEMPTS_RELIGIOUS.search(warning):
                yield f"{institution} is religious; {ground.name}: {warning}"


def _legal_entity(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    if institution.kind in _UNITS and institution.parent is None:
        kind = institution.get_kind_display().lower()
        yield (
            f"{institution} is on record as a {kind} without what it belongs to, so the letter "
            "names no legal entity. Say which institution it belongs to."
        )


def _arm_of_the_state(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    institution = letter.recipient.institution
    if institution.control != Institution.Control.PUBLIC:
        return
    version = batch.mailing.version
    if said := _damages(f"{version.subject}\n{version.body}"):
        yield (
            f"{institution} is public, and the text speaks of “{said}”: a State and its "
            "arms may be immune (Will v. Mich. Dep’t of State Police, 491 U.S. 58 (1989))."
        )


@lru_cache(maxsize=8)
def _damages(text: str) -> str:
    found = _DAMAGES.search(text)
    return found.group() if found else ""


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="ground-mismatch",
        family=Family.GROUNDS,
        severity=RED,
        title="Ground does not cover it",
        looks="Whether what is known speaks against a ground: a fact that is no, a private "
        "institution where the ground covers public ones, another state.",
        passes="Nothing known speaks against a ground.",
        mend=Mend.FACTS,
        look=_mismatch,
    ),
    Check(
        code="ground-unknown",
        family=Family.GROUNDS,
        severity=AMBER,
        title="Ground may not cover it",
        looks="Whether every fact that a ground needs is known of the recipient.",
        passes="Every fact that a ground needs is known.",
        mend=Mend.FACTS,
        look=_unknown,
    ),
    Check(
        code="evidence-old",
        family=Family.GROUNDS,
        severity=NOTE,
        title="Old evidence of funds",
        looks="Whether the evidence of federal funds is at most 24 months old, where a ground "
        "needs them. Said once for the whole mailing in amber.",
        passes="No ground needs federal funds, or their evidence is recent.",
        mend=Mend.FACTS,
        look=_evidence,
    ),
    Check(
        code="religious",
        family=Family.GROUNDS,
        severity=AMBER,
        title="Religious exemption",
        looks="Whether a religious institution is told of a ground that exempts such.",
        passes="No ground exempts it as religious.",
        mend=Mend.FACTS,
        look=_religious,
    ),
    Check(
        code="legal-entity",
        family=Family.GROUNDS,
        severity=AMBER,
        title="No legal entity",
        looks="Whether a school, campus or journal has the institution it belongs to, which the "
        "address then names.",
        passes="The legal entity is named.",
        mend=Mend.ADDRESS,
        look=_legal_entity,
    ),
    Check(
        code="state-damages",
        family=Family.GROUNDS,
        severity=AMBER,
        title="Damages from a State",
        looks="Whether a public institution is told of damages.",
        passes="No damages are mentioned to a public institution.",
        mend=Mend.TEXT,
        look=_arm_of_the_state,
    ),
)


def _archived(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    yield from (f"{one} is archived and still cited." for one in batch.grounds if one.archived_at)


def _unfinished(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    for ground in _standing(batch):
        if _is_unfinished(ground):
            yield (
                f"{ground} is unfinished: letters would cite it as “{ground.citation}”. Complete "
                "it, or take it out of the campaign."
            )


def _unverified(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    for ground in _standing(batch):
        if ground.verified_on is None and not _is_unfinished(ground):
            yield f"Nobody has verified {ground} yet."


def _past_review(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    for ground in _standing(batch):
        if ground.verified_on and ground.is_due_for_review(mailing.letter_date):
            yield f"{ground} was last verified on {ground.verified_on:%B %-d, %Y} and is due again."


def _standing(batch: Batch) -> Iterator[Ground]:
    return (ground for ground in batch.grounds if not ground.archived_at)


def _is_unfinished(ground: Ground) -> bool:
    return any(mark in f"{ground.name} {ground.citation}" for mark in _UNFINISHED)


def _no_ground_for_demand(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if not batch.grounds:
        return
    bare = list(mailing.campaign.demands.filter(grounds=None).order_by("number"))
    if bare:
        numbers = ", ".join(str(demand.number) for demand in bare)
        which = "Demand" if len(bare) == 1 else "Demands"
        yield f"{which} {numbers}: not linked to any ground that the letter rests on."


MAILING_CHECKS: tuple[MailingCheck, ...] = (
    Check(
        code="ground-archived",
        family=Family.CAMPAIGN,
        severity=RED,
        title="Ground archived",
        looks="Whether a ground that the campaign cites was archived.",
        passes="No cited ground is archived.",
        mend=Mend.GROUNDS,
        look=_archived,
    ),
    Check(
        code="ground-unfinished",
        family=Family.CAMPAIGN,
        severity=RED,
        title="Ground unfinished",
        looks="Whether a citation still holds what staff have to fill in.",
        passes="Every citation is complete.",
        mend=Mend.GROUNDS,
        look=_unfinished,
    ),
    Check(
        code="ground-unverified",
        family=Family.CAMPAIGN,
        severity=AMBER,
        title="Ground not verified",
        looks="Whether a person has verified each ground.",
        passes="A person has verified every ground.",
        mend=Mend.VERIFICATION,
        look=_unverified,
    ),
    Check(
        code="ground-past-review",
        family=Family.CAMPAIGN,
        severity=AMBER,
        title="Ground past its review",
        looks="Whether a ground is past the day by which it has to be verified again.",
        passes="No ground is past its review.",
        mend=Mend.VERIFICATION,
        look=_past_review,
    ),
    Check(
        code="evidence-of-all",
        family=Family.CAMPAIGN,
        severity=AMBER,
        title="Old evidence of funds",
        looks="For how many letters the evidence of federal funds is older than 24 months.",
        passes="The evidence of federal funds is recent.",
        mend=Mend.CAMPAIGN,
        look=_evidence_of_all,
        reads_letters=True,
    ),
    Check(
        code="demand-without-ground",
        family=Family.CAMPAIGN,
        severity=AMBER,
        title="Demand without ground",
        looks="Whether every demand is linked to a ground, where the campaign has grounds.",
        passes="Every demand is linked to a ground.",
        mend=Mend.CAMPAIGN,
        look=_no_ground_for_demand,
    ),
)
