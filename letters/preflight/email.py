"""Checks of letters that go by e-mail."""

from collections.abc import Iterator

from letters.channels.email import Email
from letters.models import Letter
from letters.preflight.check import AMBER, RED, Batch, Check, Family, LetterCheck, Mend, Said


def _address(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if letter.by_email and (lack := Email().lacks(letter)):
        yield f"{letter.recipient}: {lack}"


def _twice(letter: Letter, batch: Batch) -> Iterator[str | Said]:
    if not (letter.by_email and letter.email):
        return
    if twin := batch.earlier(letter, [("email", letter.email.casefold())]):
        yield f"{letter.email} also gets letter {twin.reference}, to {twin.addressee}."


CHECKS: tuple[LetterCheck, ...] = (
    Check(
        code="no-email",
        family=Family.EMAIL,
        severity=RED,
        title="No e-mail address",
        looks="Whether a letter that goes by e-mail has an address that can be one.",
        passes="It has an e-mail address, or goes by post alone.",
        mend=Mend.ADDRESSEES,
        look=_address,
    ),
    Check(
        code="same-email",
        family=Family.EMAIL,
        severity=AMBER,
        title="Same e-mail twice",
        looks="Whether another letter of the mailing goes to the same e-mail address.",
        passes="No other letter goes to that e-mail address.",
        mend=Mend.ADDRESSEES,
        look=_twice,
    ),
)
