"""The staff's pages of the answer, on a desk and on a telephone, judged by axe.

JOURNEY_PICTURES=folder keeps a picture of each page.
"""

import os
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from campaigns.actions import verification
from campaigns.actions.verification import Finding
from campaigns.models import Answer, Campaign, User, Verification
from letters.actions import draft, ladder, saved_filter
from letters.models import Incoming, LadderStep, Letter, Response
from letters.starters import starters
from tests.factories import make_user
from tests.journeys.keyboard import Keyboard
from tests.letters import stages
from tests.letters.actions.test_record_alike import reply
from tests.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WINDOWS = {
    "desk": {"width": 1360, "height": 900},
    "phone": {"width": 390, "height": 844},
}
# What is folded away is looked at too.
_OPEN_ALL = "() => document.querySelectorAll('main details').forEach(one => { one.open = true })"


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch, settings) -> list[str]:
    """A campaign with an answer, a wish, replies that say the same, a ladder, a saved filter."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop
    stages.set_with(monkeypatch, stages.quick_pdf)
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    world = make_world()
    letter = Letter.objects.get(pk=world.keys["letters"])
    campaign = letter.recipient.campaign
    manager = make_user("manager")
    for other in letter.mailing.letters.exclude(pk=letter.pk):
        reply(other)
    follow_up(campaign, manager)
    verify(letter, manager)
    saved_filter.save(
        campaign=campaign, name="Silent", query="answered=silent", is_shared=True, by=manager
    )
    keys = world.keys
    came, alike = keys["inbox"], Incoming.objects.exclude(alike=None).get()
    response, answer = Response.objects.get(), letter.recipient.answers.first()
    assert answer
    of_campaign = (
        *("board", "board_list", "board_letters", "responses", "answers", "agreement"),
        *("follow_ups", "ladder", "follow_up_simulation"),
    )
    return [
        *(reverse(f"letters:{name}") for name in ("home", "portfolio", "tasks")),
        *(reverse(f"letters:{name}") for name in ("inbox", "inbox_add", "inbox_alike")),
        *(reverse(f"letters:{name}", args=[campaign.pk]) for name in of_campaign),
        reverse("letters:incoming", args=[came]),
        reverse("letters:codings", args=[came]),
        reverse("letters:inbox_group", args=[alike.alike_id]),
        reverse("letters:inbox_response", args=[response.pk]),
        reverse("letters:response", args=[response.pk]),
        reverse("letters:response_new", args=[letter.recipient_id]),
        reverse("letters:verification", args=[answer.pk]),
        reverse("letters:task", args=[keys["tasks"]]),
        reverse("letters:recipient", args=[letter.recipient_id]),
        reverse("letters:deadline", args=[letter.recipient_id]),
        reverse("campaigns:more_time", args=[campaign.pk]),
        reverse("campaigns:extension_give", args=[keys["extensions"]]),
        reverse("campaigns:standing_override", args=[letter.recipient_id]),
        reverse("campaigns:counsel_appeared", args=[letter.recipient_id]),
        reverse("campaigns:calendar"),
    ]


def follow_up(campaign: Campaign, manager: User) -> None:
    start = starters()["reminder"]
    reminder = draft.start_template(
        campaign=campaign,
        name="Reminder",
        purpose=start.purpose,
        text=draft.Text(subject=start.subject, body=start.body, closing=start.closing),
        reason="The starter text.",
        by=manager,
    )
    step = ladder.StepWords(LadderStep.Kind.REMINDER, 3, reminder)
    ladder.save(campaign=campaign, pace=ladder.Pace(), steps=[step], by=manager)


def verify(letter: Letter, manager: User) -> None:
    answer = Answer.objects.get(recipient=letter.recipient, current_entry__isnull=False)
    assert answer.current_entry_id
    verification.decide(
        answer=answer,
        entry_pk=answer.current_entry_id,
        finding=Finding(Verification.CONTRADICTED, "The page says otherwise.", "Its website"),
        on=timezone.localdate(),
        now=timezone.now(),
        by=manager,
    )


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """Somebody who may do everything, so that every button of every page is there."""
    context = browser.new_context(base_url=live_server.url, locale="en-US")
    visitor = Client()
    visitor.force_login(make_user(is_superuser=True))
    cookie = visitor.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_nothing_serious_is_wrong_with_them_and_nothing_is_cut_off_at_any_width(
    addresses: list[str], page: Page
) -> None:
    for window, size in WINDOWS.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        eyes = Keyboard(page, window)
        for address in addresses:
            answer = page.goto(address)
            assert answer and answer.ok, address
            page.evaluate(_OPEN_ALL)
            eyes.look()
        assert eyes.faults == []
