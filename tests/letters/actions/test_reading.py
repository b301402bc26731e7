"""Who opened a sealed letter is on record, once an hour."""

import datetime

import pytest
from django.utils import timezone

from campaigns import audit
from letters.actions import approve, reading
from tests.factories import make_letter, make_mailing, make_sealed_letter, make_user
from tests.letters import stages

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def letter():
    return make_sealed_letter()


@pytest.mark.parametrize("role", ["manager", "drafter", "counsel", "clerk"])
def test_a_sealed_letter_is_open_to_who_opened_it_and_to_nobody_else(letter, role):
    person, other = make_user(role), make_user(role)
    assert not reading.is_open(letter=letter, by=person, now=NOW)
    reading.open_pages(letter=letter, by=person, now=NOW)
    assert reading.is_open(letter=letter, by=person, now=timezone.now())
    assert not reading.is_open(letter=letter, by=other, now=timezone.now())
    event = audit.history(letter)[0]
    assert (event.verb, event.actor) == ("letter.read", person)
    assert event.sentence == f"opened the sealed letter {letter} to {letter.recipient}."
    assert letter.pdf_sha256 in event.payload


def test_it_is_put_on_record_once_an_hour(letter):
    clerk = make_user("clerk")
    later = timezone.now() + reading.STAYS_OPEN + datetime.timedelta(minutes=1)
    for now in (NOW, timezone.now(), later):
        reading.open_pages(letter=letter, by=clerk, now=now)
    assert audit.history(letter).filter(verb="letter.read").count() == 2
    assert not reading.is_open(letter=letter, by=clerk, now=later)


def test_a_viewer_opens_no_letter(letter):
    viewer = make_user("viewer")
    with pytest.raises(reading.MayNotRead):
        reading.open_pages(letter=letter, by=viewer, now=NOW)
    assert not audit.history(letter).exists()
    assert not reading.is_open(letter=make_letter(make_mailing()), by=viewer, now=NOW)


def test_a_letter_without_pages_is_not_opened():
    letter, clerk = make_letter(make_mailing()), make_user("clerk")
    with pytest.raises(reading.NothingToRead):
        reading.open_pages(letter=letter, by=clerk, now=NOW)
    assert not reading.is_open(letter=letter, by=clerk, now=NOW)


@pytest.mark.usefixtures("quick_press")
def test_a_letter_is_opened_on_record_before_the_seal_too():
    stage = stages.rendered(1)
    (letter,) = stage.letters
    assert not reading.is_open(letter=letter, by=stage.manager, now=NOW)
    reading.open_pages(letter=letter, by=stage.manager, now=NOW)
    assert reading.is_open(letter=letter, by=stage.manager, now=timezone.now())
    event = audit.history(letter).get(verb="letter.read")
    assert event.sentence == f"opened the rendered letter {letter} to {letter.recipient}."


@pytest.mark.usefixtures("quick_press")
def test_what_an_approver_opened_stays_open_until_the_seal():
    stage = stages.opened(1)
    (letter,) = stage.letters
    later = timezone.now() + 2 * reading.STAYS_OPEN
    assert reading.is_open(letter=letter, by=stage.counsel, now=later)
    approve.approve(
        mailing=stage.mailing,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
        by=stage.counsel,
    )
    (sealed,) = stage.letters
    assert not reading.is_open(letter=sealed, by=stage.counsel, now=later)


def test_a_letter_is_not_open_where_its_event_cannot_be_written(letter, monkeypatch):
    clerk = make_user("clerk")
    monkeypatch.setattr("letters.actions.reading.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reading.open_pages(letter=letter, by=clerk, now=NOW)
    assert not reading.is_open(letter=letter, by=clerk, now=NOW)
