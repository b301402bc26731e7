"""A mailing at each stage of its way, brought there by the real actions."""

import datetime
import io
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from django.utils import timezone

from campaigns import deadlines
from campaigns.models import Campaign, User
from letters.actions import approve, mailing, render
from letters.merge import press
from letters.merge.measure import Measures
from letters.models import Letter, LetterVersion, Mailing
from tests.factories import make_campaign, make_recipient, make_user, make_version


@dataclass
class Stage:
    """A mailing with the people around it."""

    mailing: Mailing
    manager: User
    counsel: User
    clerk: User

    @property
    def campaign(self) -> Campaign:
        return self.mailing.campaign

    @property
    def letters(self) -> list[Letter]:
        return list(self.mailing.letters.order_by("position"))

    def again(self) -> Mailing:
        self.mailing = Mailing.objects.get(pk=self.mailing.pk)
        return self.mailing


def quick_pdf(content: Any, pages: int = 2, *, by_class: bool = False) -> press.Rendered:
    """What the press gives, without its seconds: a PDF that differs where the letter does."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(612, 792))
    sha256 = press.input_sha256(content)
    pdf.docinfo["/Subject"] = sha256
    whole = io.BytesIO()
    pdf.save(whole, deterministic_id=True)
    return press.Rendered(whole.getvalue(), pages, Measures((), 9), sha256)


def set_with(monkeypatch: pytest.MonkeyPatch, one: Callable[..., press.Rendered]) -> None:
    """Let `one` set each letter in place of the press, alone or with others."""

    def many(
        contents: Sequence[Any], *, by_class: bool = False, until: float = math.inf
    ) -> list[press.Outcome]:
        outcomes: list[press.Outcome] = []
        for content in contents:
            try:
                outcomes.append(one(content, by_class=by_class))
            except (press.RenderRefused, press.RenderTimedOut, press.RenderCrashed) as failed:
                outcomes.append(failed)
            if time.monotonic() > until:
                break
        return outcomes

    monkeypatch.setattr(press, "render", one)
    monkeypatch.setattr(press, "render_many", many)


def closed(day: datetime.date) -> bool:
    """Whether letters neither leave on `day` nor fall due thirty days later."""
    return any(
        deadlines.why_not_a_business_day(one) for one in (day, day + datetime.timedelta(days=30))
    )


def today(campaign: Campaign) -> datetime.date:
    return timezone.localdate(timezone=ZoneInfo(campaign.timezone))


def prepared(
    count: int = 3,
    *,
    campaign: Campaign | None = None,
    version: LetterVersion | None = None,
    channels: dict[str, bool] | None = None,
    **fields: Any,
) -> Stage:
    """`count` recipients with a letter each; `channels` are the addressees'."""
    manager = make_user("manager")
    campaign = campaign or make_campaign(by=manager)
    for _ in range(count):
        recipient = make_recipient(campaign)
        recipient.addressees.update(**(channels or {}))
        recipient.institution.contacts.update(email=f"dean{recipient.pk}@example.invalid")
    made = mailing.create(
        **{
            "version": version or make_version(campaign),
            "title": f"First letter {campaign.mailings.count() + 1}",
            "letter_date": today(campaign),
            "recipients": list(campaign.recipients.all()),
            "by": manager,
            **fields,
        }
    )
    return Stage(made, manager, make_user("counsel"), make_user("clerk"))


def rendered(count: int = 3, **fields: Any) -> Stage:
    return print_all(prepared(count, **fields))


def print_all(stage: Stage) -> Stage:
    render.start(mailing=stage.mailing, by=stage.manager)
    while render.work(mailing_pk=stage.mailing.pk, seconds=60):
        pass
    stage.again()
    return stage


def opened(count: int = 3, **fields: Any) -> Stage:
    return open_all(rendered(count, **fields))


def open_all(stage: Stage) -> Stage:
    for letter in stage.letters:
        approve.record_opening(letter=letter, by=stage.counsel)
    return stage


def approved(count: int = 3, **fields: Any) -> Stage:
    return seal_all(opened(count, **fields))


def seal_all(stage: Stage) -> Stage:
    approve.approve(
        mailing=stage.mailing,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
        by=stage.counsel,
    )
    stage.again()
    return stage
