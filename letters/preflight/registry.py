"""Every check, in the order in which they are shown."""

from collections.abc import Mapping
from typing import Any

from letters.preflight import (
    address,
    addressee,
    answers,
    campaign,
    dates,
    email,
    grounds,
    once,
    pages,
    permission,
    values,
    wording,
)
from letters.preflight.check import Check, LetterCheck, MailingCheck

LETTER_CHECKS: tuple[LetterCheck, ...] = (
    *permission.CHECKS,
    *answers.CHECKS,
    *addressee.CHECKS,
    *address.CHECKS,
    *email.CHECKS,
    *once.CHECKS,
    *values.CHECKS,
    *wording.CHECKS,
    *grounds.CHECKS,
    *pages.CHECKS,
)
MAILING_CHECKS: tuple[MailingCheck, ...] = (
    *campaign.MAILING_CHECKS,
    *values.MAILING_CHECKS,
    *addressee.MAILING_CHECKS,
    *dates.MAILING_CHECKS,
    *grounds.MAILING_CHECKS,
    *wording.MAILING_CHECKS,
)
CHECKS: tuple[Check[Any], ...] = (*LETTER_CHECKS, *MAILING_CHECKS)
BY_CODE: Mapping[str, Check[Any]] = {one.code: one for one in CHECKS}
