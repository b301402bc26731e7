"""Checks of the letter date, the deadline, and the time limits of agencies."""

import datetime
from collections.abc import Iterator

from campaigns import agency, deadlines
from letters.models import Mailing
from letters.preflight.check import (
    AMBER,
    NOTE,
    RED,
    Batch,
    Check,
    Family,
    Look,
    MailingCheck,
    Mend,
    Said,
)

# Certified mail takes up to five business days; whoever answers needs ten more to do it.
MAIL_TAKES = 5
SHORTEST_TO_ANSWER = datetime.timedelta(days=10)


def _passed(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if mailing.letter_date < batch.today:
        yield (
            f"The letter date, {deadlines.written(mailing.letter_date)}, has passed. Choose "
            "another, so that the letters leave on the day they bear."
        )


def _closed(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    reason = deadlines.why_not_a_business_day(mailing.letter_date)
    if reason and mailing.letter_date >= batch.today:
        yield (
            f"The letter date, {deadlines.written(mailing.letter_date)}, is no business day "
            f"({reason}); the post office may be closed."
        )


def _where_asked(look: Look[Mailing]) -> Look[Mailing]:
    """The check for letters that ask for an answer; others print no deadline to look at."""

    def look_where_asked(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
        if mailing.version.asks_for_an_answer:
            yield from look(mailing, batch)

    return look_where_asked


def _deadline_changed(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    zone = mailing.campaign.timezone
    by_rule = batch.rule.run(mailing.letter_date).at
    if by_rule != mailing.printed_deadline:
        yield (
            "The campaign counts its deadlines otherwise now: the letters would say "
            f"{deadlines.printed(mailing.printed_deadline, zone)}, and the rule gives "
            f"{deadlines.printed(by_rule, zone)}. Check again to take the new rule in."
        )
    elif batch.rule != mailing.rule:
        yield (
            f"The campaign counts its deadlines otherwise now: {mailing.campaign.deadline_rule}. "
            "The printed day stays the same; check again to take the new rule in."
        )


def _deadline_passed(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if mailing.version.template.confirms_an_extension:
        return  # each letter prints its own day, which was looked at when it was given
    if batch.due < batch.today:
        yield f"The deadline, {deadlines.written(batch.due)}, has passed already."


def _deadline_closed(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if mailing.version.template.confirms_an_extension:
        return  # each letter prints its own day, which was looked at when it was given
    if reason := deadlines.why_not_a_business_day(batch.due):
        yield (
            f"The deadline falls on {deadlines.written(batch.due)}, which is no business day "
            f"({reason})."
        )


def _deadline_near(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    if mailing.version.template.confirms_an_extension:
        return  # each letter prints its own day, which was looked at when it was given
    arrives = mailing.letter_date
    for _ in range(MAIL_TAKES):
        arrives += datetime.timedelta(days=1)
        while deadlines.why_not_a_business_day(arrives):
            arrives += datetime.timedelta(days=1)
    if batch.due - arrives < SHORTEST_TO_ANSWER:
        days = (batch.due - mailing.letter_date).days
        left = (batch.due - arrives).days
        leaves = f"which leaves {left} to answer" if left > 0 else "which leaves none to answer"
        yield (
            f"Only {days} days lie between letter and deadline. By certified mail it may arrive "
            f"on {deadlines.written(arrives)}, {leaves}."
        )


def _window(mailing: Mailing, batch: Batch) -> Iterator[str | Said]:
    """The last day for a complaint to the agency. Sending a letter does not stop that clock."""
    limited = [ground for ground in batch.grounds if ground.time_limit_days]
    conduct = mailing.campaign.conduct_on
    if not limited or mailing.campaign.conduct_continues:
        return
    if conduct is None:
        named = ", ".join(ground.name for ground in limited)
        yield Said(
            f"Complaints to an agency have a time limit ({named}). Write the day of the conduct "
            "into the campaign’s details, and its end is watched here.",
            NOTE,
        )
        return
    for ground in limited:
        (limit, *_) = agency.limits(ground, conduct)
        if limit.last < batch.due:
            when = "was over on" if limit.last < batch.today else "ends, before the deadline, on"
            yield (
                f"{ground}: the time for a complaint to {ground.agency or 'the agency'} {when} "
                f"{deadlines.written(limit.last)}, {ground.time_limit_days} days after "
                f"{deadlines.written(conduct)}. An estimate, for counsel to confirm."
            )


MAILING_CHECKS: tuple[MailingCheck, ...] = (
    Check(
        code="date-passed",
        family=Family.DATES,
        severity=RED,
        title="Letter date passed",
        looks="Whether the letter date is today or later.",
        passes="The letter date is to come.",
        mend=Mend.MAILING,
        look=_passed,
    ),
    Check(
        code="date-closed",
        family=Family.DATES,
        severity=AMBER,
        title="Letter date closed",
        looks="Whether the letter date is a business day.",
        passes="The letter date is a business day.",
        mend=Mend.MAILING,
        look=_closed,
    ),
    Check(
        code="deadline-changed",
        family=Family.DATES,
        severity=RED,
        title="Deadline counted otherwise",
        looks="Whether the campaign’s rule still gives the deadline that the letters print.",
        passes="The rule gives the printed deadline.",
        mend=Mend.MAILING,
        look=_where_asked(_deadline_changed),
    ),
    Check(
        code="deadline-passed",
        family=Family.DATES,
        severity=RED,
        title="Deadline passed",
        looks="Whether the deadline is still to come.",
        passes="The deadline is to come.",
        mend=Mend.MAILING,
        look=_where_asked(_deadline_passed),
    ),
    Check(
        code="deadline-closed",
        family=Family.DATES,
        severity=AMBER,
        title="Deadline on a closed day",
        looks="Whether the deadline falls on a weekend or federal holiday.",
        passes="The deadline is a business day.",
        mend=Mend.CAMPAIGN,
        look=_where_asked(_deadline_closed),
    ),
    Check(
        code="deadline-near",
        family=Family.DATES,
        severity=AMBER,
        title="Deadline too near",
        looks=f"Whether {SHORTEST_TO_ANSWER.days} days are left to answer once certified mail, "
        f"which may take {MAIL_TAKES} business days, has arrived.",
        passes="There is time to answer.",
        mend=Mend.CAMPAIGN,
        look=_where_asked(_deadline_near),
    ),
    Check(
        code="agency-window",
        family=Family.DATES,
        severity=AMBER,
        title="Agency’s time limit",
        looks="Whether the time in which an agency takes a complaint ends before the deadline, "
        "counted from the day of the conduct.",
        passes="The agency’s time limit ends after the deadline, or there is none.",
        mend=Mend.CAMPAIGN,
        look=_where_asked(_window),
    ),
)
