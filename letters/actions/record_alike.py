"""Recording many replies at once whose texts say the same; answers for every row.

Names, numbers and days were left out when the texts were compared, so that whatever depends on
one is recorded row by row and never here.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import replace

from campaigns.actions import Refused
from campaigns.actions.answer import Respondent
from campaigns.models import Campaign, User
from campaigns.models import Outcome as Answered
from letters.actions import incoming as incoming_actions
from letters.actions.outcome import Outcome
from letters.actions.respond import Item
from letters.models import Incoming, ReadFile


class PromiseInBulk(Refused):
    """The days that replies name were not compared, so a promise is read one by one."""


class CountDiffers(Refused):
    """The person did not know how many they decided on."""


def record_alike(
    *,
    first: Incoming,
    incoming: Sequence[Incoming],
    compared: Collection[int],
    campaign: Campaign,
    kind: str,
    items: Sequence[Item],
    respondent: Respondent,
    count: int,
    now: datetime.datetime,
    on: datetime.date,
    by: User,
) -> list[Outcome]:
    """Record what `first` says for each of `incoming`. Each row is a decision of its own.

    `compared` are the keys of those that differ from `first` in some words and were looked at.
    `respondent` is who signed, for a row that does not say itself who wrote it.
    """
    if count != len(incoming):
        raise CountDiffers(f"You typed {count:,}; {len(incoming):,} are chosen. Look again.")
    if any(item.statement.outcome == Answered.WILL_COMPLY for item in items):
        raise PromiseInBulk(
            "The days that these replies name were not compared. Record a promise one by one."
        )
    outcomes = []
    for each in incoming:
        subject = f"{each.recipient or each.sender or 'Nobody known'}: {each}"
        if refusal := _why_not(each, first, compared, campaign, items, by):
            outcomes.append(Outcome.refused(subject, refusal))
            continue
        if not each.is_waiting:
            reason = f"It is {each.get_status_display().lower()} already."
            outcomes.append(Outcome.skipped(subject, reason))
            continue
        try:
            response = incoming_actions.record(
                incoming=each,
                kind=kind,
                received_on=each.received_on,
                letter=each.letter,
                items=[_on_its_page(item, each) for item in items],
                respondent=_signed(each, respondent),
                email=each.sender_email,
                note=f"Recorded with {len(incoming) - 1} others that say the same.",
                now=now,
                on=on,
                by=by,
            )
        except Refused as refused:
            outcomes.append(Outcome.refused(subject, str(refused)))
        else:
            outcomes.append(Outcome.done(subject, f"Recorded as {response.receipt}."))
    return outcomes


def _why_not(
    each: Incoming,
    first: Incoming,
    compared: Collection[int],
    campaign: Campaign,
    items: Sequence[Item],
    by: User,
) -> str:
    if each.recipient is None:
        return "It is not known whose it is. Open it and say so."
    if each.recipient.campaign_id != campaign.pk:
        return f"It answers another campaign, {each.recipient.campaign.title}."
    if each.taken_by and each.taken_by != by:
        return f"{each.taken_by} works on it."
    if each.wording != first.wording and each.pk not in compared:
        return "Some of its words differ. Look at the difference and tick it as looked at."
    for item in items:
        if item.quotation and not _pages_with(each, item.quotation):
            number = item.statement.demand.number
            return f"The words quoted for demand {number} do not stand in it. Open it and read it."
    return ""


def _on_its_page(item: Item, each: Incoming) -> Item:
    """The quotation with the page on which this letter has it."""
    return replace(item, page=str(_pages_with(each, item.quotation)[0])) if item.quotation else item


def _pages_with(each: Incoming, quotation: str) -> list[int]:
    """The numbers of the pages that hold the words, as the inbox counts pages."""
    wanted = " ".join(quotation.split()).casefold()
    return [
        number
        for number, text in enumerate(texts_of(each), start=1)
        if wanted in " ".join(text.split()).casefold()
    ]


def texts_of(each: Incoming) -> list[str]:
    """The text of each page: the e-mail's own first, then those of its files in their order."""
    kept = [file.sha256 for file in each.files.all() if file.sha256]
    read = {one.sha256: one.texts for one in ReadFile.objects.filter(sha256__in=kept)}
    own = [each.text] if each.is_email else []
    return [*own, *(text for sha256 in kept for text in read.get(sha256, []))]


def _signed(each: Incoming, respondent: Respondent) -> Respondent:
    """Who wrote this one: its own sender where it names one."""
    return replace(respondent, name=each.sender_name) if each.sender_name else respondent
