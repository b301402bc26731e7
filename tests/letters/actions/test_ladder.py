"""The decision how a campaign follows up."""

import pytest

from campaigns import audit
from letters.actions import ladder
from letters.actions.ladder import Pace, StepWords
from letters.models import Ladder, LadderStep, LetterTemplate
from tests.factories import make_campaign, make_user
from tests.letters.ladders import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make_campaign()


def save(campaign, *steps, **pace):
    return ladder.save(campaign=campaign, pace=Pace(**pace), steps=steps, by=make_user("manager"))


def test_a_ladder_is_saved_as_a_whole_with_its_steps_in_order(campaign):
    first, last = text(campaign), text(campaign, "Final", "final")
    save(campaign, StepWords("final", 9, last))
    made = save(
        campaign,
        StepWords("reminder", 3, first, way="email"),
        StepWords("final", 5, last, unit="business"),
        apart_days=7,
    )
    assert Ladder.objects.get() == made
    assert made.apart_days == 7
    assert [(one.position, one.kind, one.days, one.way) for one in made.steps.all()] == [
        (1, "reminder", 3, "email"),
        (2, "final", 5, "any"),
    ]
    (event, _) = audit.history(campaign).filter(verb="ladder.saved")
    assert "2 steps, Reminder 3 calendar days after the effective deadline" in event.sentence


def test_a_ladder_without_steps_follows_up_on_nobody(campaign):
    save(campaign, StepWords("reminder", 3, text(campaign)))
    assert not save(campaign).steps.exists()
    assert "follow-ups of" in audit.history(campaign)[0].sentence


def test_a_step_sends_a_text_of_this_campaign_that_asks_again_and_is_written(campaign):
    strange = text(make_campaign())
    thanks = text(campaign, "Thanks", "thanks")
    unwritten = LetterTemplate.objects.create(campaign=campaign, name="New", purpose="reminder")
    for template, said in (
        (strange, "Step 1: “Reminder” is a letter of another campaign"),
        (thanks, "has the purpose “thanks”"),
        (unwritten, "has no text yet"),
    ):
        with pytest.raises(ladder.NotAFollowUp, match=said):
            save(campaign, StepWords("reminder", 3, template))
    assert not Ladder.objects.exists()


def test_each_step_has_a_text_of_its_own(campaign):
    one = text(campaign)
    with pytest.raises(ladder.TextTwice, match="Steps 1 and 2 both send “Reminder”"):
        save(campaign, StepWords("reminder", 3, one), StepWords("second", 5, one))


def test_the_steps_of_a_segment_are_in_the_order_of_their_kinds(campaign):
    """Those of another segment are theirs alone."""
    one, two = text(campaign), text(campaign, "Final", "final")
    with pytest.raises(ladder.OutOfOrder, match="Step 2, reminder, comes after a final notice"):
        save(campaign, StepWords("final", 3, two), StepWords("reminder", 5, one))
    save(campaign, StepWords("final", 3, two), StepWords("reminder", 5, one, segment="some"))


def test_where_the_event_cannot_be_written_the_ladder_stays_as_it_was(campaign, monkeypatch):
    save(campaign, StepWords("reminder", 3, text(campaign)))
    monkeypatch.setattr(ladder.audit, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(campaign)
    assert LadderStep.objects.count() == 1
