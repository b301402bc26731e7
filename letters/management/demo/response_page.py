"""What recipients did on the response page of the demo besides answering: asked, named, began."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from campaigns import deadlines
from campaigns.actions.answer import Respondent
from campaigns.models import Outcome
from letters.actions import request, saved_answer
from letters.actions.request import Wish
from letters.models import Letter, Request

_JORDAN = Respondent("Jordan Example", "Associate General Counsel")
_TAYLOR = Respondent("Taylor Example", "Office of the President")


def asked(letters: list[Letter]) -> None:
    """The four things that can be asked for there; each waits for a person."""
    more_time, counsel, elsewhere, wrong = letters
    _ask(
        more_time,
        _JORDAN,
        Wish(
            Request.Kind.MORE_TIME,
            wanted_until=_ahead(more_time, days=30),
            words="The committee that decides on policies meets at the end of next month.",
        ),
    )
    _ask(
        counsel,
        _TAYLOR,
        Wish(
            Request.Kind.COUNSEL,
            name="Quinn Example",
            organisation="Example & Sample LLP",
            email="quinn@example-sample-llp.invalid",
            words="For this matter only.",
        ),
    )
    _ask(
        elsewhere,
        _TAYLOR,
        Wish(
            Request.Kind.WRONG_ADDRESSEE,
            name="Office of the General Counsel",
            email="counsel@university-of-example.invalid",
            words="Letters on legal matters are answered there and not by this office.",
        ),
    )
    _ask(
        wrong,
        _JORDAN,
        Wish(
            Request.Kind.CORRECTION,
            statement="The letter is addressed to the president of last year.",
            words="The name on the website is that of the president now.",
            source="The page of the Office of the President",
        ),
    )


def began(letter: Letter) -> None:
    """Two of three demands typed, and saved to be continued: seen by who has the letter's code."""
    saved_answer.save(
        letter=letter,
        typed=saved_answer.InProgress(
            {
                "demand-1-outcome": Outcome.WILL_COMPLY,
                "demand-1-promised_on": _ahead(letter, days=60).isoformat(),
                "demand-1-text": "The faculty senate votes on the revised policy next month.",
                "demand-2-outcome": Outcome.COMPLIED,
                "demand-2-text": "Avery Example, Director of Institutional Equity.",
                "name": _JORDAN.name,
                "title": _JORDAN.title,
            }
        ),
        now=timezone.now(),
    )


def _ask(letter: Letter, respondent: Respondent, wish: Wish) -> None:
    request.ask(
        letter=letter,
        wish=wish,
        respondent=respondent,
        email="",
        submission=f"demo-{wish.kind}",
        now=timezone.now(),
    )


def _ahead(letter: Letter, days: int) -> datetime.date:
    today = timezone.localdate(timezone=ZoneInfo(letter.recipient.campaign.timezone))
    return deadlines.next_business_day(today + datetime.timedelta(days=days))
