"""Letters that share a layout: what is frozen for them, compared, and done at a difference."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.models import Institution
from letters.actions import alike, render
from letters.merge import press
from letters.models import Letter, Mailing
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sharing_press")]


def shared(content, pages=2, *, by_class=False):
    """What the press gives where every letter has one layout."""
    made = stages.quick_pdf(content, pages)
    if by_class:
        return replace(made, set_by="0123456789ab")
    return replace(made, set_alone="the first letter of its class")


@pytest.fixture
def sharing_press(monkeypatch):
    stages.set_with(monkeypatch, shared)


def made(count: int = 3, **fields) -> stages.Stage:
    stage = stages.prepared(count, **fields)
    render.start(mailing=stage.mailing, by=stage.manager)
    return stage


def finish(stage: stages.Stage) -> None:
    for _ in range(20):
        if not render.work(mailing_pk=stage.mailing.pk, seconds=60):
            break
    stage.again()


def otherwise(monkeypatch, what) -> None:
    """The press gives `what` for letters that are set by themselves."""

    def one(content, pages=2, *, by_class=False):
        return shared(content, by_class=True) if by_class else what(content)

    stages.set_with(monkeypatch, one)


# --- What is frozen ----------------------------------------------------------------


def test_the_characters_of_every_letter_are_frozen_when_rendering_starts():
    stage = stages.prepared(2)
    name = Institution.objects.order_by("pk").last()
    name.name = "Żółć Universität"
    name.save()
    render.start(mailing=stage.mailing, by=stage.manager)
    assert set("Żółćä Az09“”§\u00a0") <= set(stage.again().characters)
    assert "\n" not in stage.mailing.characters
    assert stage.mailing.characters == "".join(sorted(stage.mailing.characters))


def test_characters_once_frozen_stay_so_that_fonts_do_not_change_again():
    stage = stages.prepared(1)
    stage.mailing.characters = "Ω"
    alike.freeze_characters(stage.mailing, stage.letters)
    assert "Ω" in stage.again().characters
    before = stage.mailing.characters
    alike.freeze_characters(stage.mailing, stage.letters)
    assert stage.again().characters == before


def test_a_new_character_makes_every_letter_of_the_mailing_stale():
    stage = made(2)
    finish(stage)
    institution = stage.letters[0].recipient.institution
    institution.name = "Ωmega College"
    institution.save()
    Mailing.objects.filter(pk=stage.mailing.pk).update(status=Mailing.Status.PREPARING)
    stage.again()
    render.start(mailing=stage.mailing, by=stage.manager)
    assert {letter.status for letter in stage.letters} == {"draft"}


# --- What is compared --------------------------------------------------------------


def test_letters_that_share_a_layout_are_compared_before_the_mailing_is_ready():
    stage = made(3)
    finish(stage)
    assert stage.mailing.status == "ready"
    assert {letter.set_by for letter in stage.letters} == {"0123456789ab"}
    assert {letter.comparison for letter in stage.letters} == {Letter.Comparison.SAME}
    seen = alike.summary(stage.mailing)
    assert (seen.shared, seen.layouts, seen.compared, seen.to_compare) == (3, 1, 3, 0)


def test_of_many_letters_a_sample_and_the_longest_of_each_layout_are_compared(monkeypatch):
    monkeypatch.setattr(alike, "SAMPLE", 2)
    stage = stages.prepared(9)
    longest = stage.letters[4].recipient.institution
    longest.name = "The University with much the longest Name of all that are written to"
    longest.save()
    render.start(mailing=stage.mailing, by=stage.manager)
    finish(stage)
    compared = [letter for letter in stage.letters if letter.comparison]
    assert 2 <= len(compared) <= 3
    assert stage.letters[4].comparison == Letter.Comparison.SAME


def test_a_mailing_is_not_ready_while_a_comparison_is_waiting():
    stage = made(3)
    while letters := render.claim(mailing_pk=stage.mailing.pk, limit=8, now=timezone.now()):
        render.keep(render.make(letters), now=timezone.now())
    assert not render.settle(mailing_pk=stage.mailing.pk, now=timezone.now())
    assert not alike.prove(mailing_pk=stage.mailing.pk, until=0)
    assert alike.summary(stage.mailing).to_compare == 2
    assert not render.settle(mailing_pk=stage.mailing.pk, now=timezone.now())
    finish(stage)
    assert stage.mailing.status == "ready"


def test_without_sharing_nothing_is_compared(settings):
    settings.LETTERS_SHARE_LAYOUTS = False
    stage = made(2)
    finish(stage)
    assert stage.mailing.status == "ready"
    assert {letter.set_by for letter in stage.letters} == {""}
    assert alike.summary(stage.mailing).alone == [("the first letter of its class", 2)]


def test_what_another_worker_compared_meanwhile_is_not_compared_again(monkeypatch):
    stage = made(5)
    while letters := render.claim(mailing_pk=stage.mailing.pk, limit=8, now=timezone.now()):
        render.keep(render.make(letters), now=timezone.now())
    compared = []

    def one(content, pages=2, *, by_class=False):
        compared.append(content.reference)
        others = stage.mailing.letters.exclude(reference=content.reference)
        others.update(comparison=Letter.Comparison.SAME)
        return shared(content)

    stages.set_with(monkeypatch, one)
    finish(stage)
    assert stage.mailing.status == "ready"
    assert len(compared) == 1


# --- What a difference does --------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda content: stages.quick_pdf(content, pages=3), "another file"),
        (lambda content: _raise(press.RenderRefused("No.")), "it is refused: No."),
        (lambda content: _raise(press.RenderCrashed("It died.")), "it failed: It died."),
    ],
)
def test_one_difference_stops_the_sharing_and_says_so(monkeypatch, what, said):
    otherwise(monkeypatch, what)
    stage = made(3)
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    assert said in stage.again().plainly
    assert {letter.status for letter in stage.letters} == {"draft"}
    event = audit.history(stage.mailing)[0]
    assert event.verb == "mailing.set_plainly"
    assert "3 letters" in event.sentence.lower()


def _raise(error):
    raise error


def test_after_a_difference_every_letter_is_set_by_itself(monkeypatch):
    otherwise(monkeypatch, lambda content: stages.quick_pdf(content, pages=3))
    stage = made(3)
    finish(stage)
    assert stage.mailing.status == "ready"
    assert {(letter.set_by, letter.page_count) for letter in stage.letters} == {("", 3)}


def test_two_workers_that_find_a_difference_stop_the_sharing_once():
    stage = made(2)
    finish(stage)
    for _ in range(2):
        alike.stop_sharing(mailing=stage.mailing, letter=stage.letters[0], why="it is otherwise")
    verbs = [event.verb for event in audit.history(stage.mailing)]
    assert verbs.count("mailing.set_plainly") == 1


def test_letters_that_were_in_a_hand_when_the_sharing_stopped_are_given_back_too():
    stage = made(2)
    finish(stage)
    late = Letter.objects.filter(pk=stage.letters[1].pk)
    late.update(set_by="")
    alike.stop_sharing(mailing=stage.mailing, letter=stage.letters[0], why="it is otherwise")
    assert [letter.status for letter in stage.letters] == ["draft", "rendered"]
    late.update(set_by="0123456789ab")  # it is kept only now
    alike.stop_sharing(mailing=stage.mailing, letter=late.get(), why="it is otherwise")
    assert [letter.status for letter in stage.letters] == ["draft", "draft"]


def test_what_shared_a_layout_is_not_kept_once_the_sharing_is_stopped(monkeypatch):
    stage = made(3)
    held = render.claim(mailing_pk=stage.mailing.pk, limit=3, now=timezone.now())
    made_before = render.make(held)
    apart = replace(made_before[2], set_by="", set_alone="the first letter of its class")
    alike.stop_sharing(mailing=stage.mailing, letter=held[0], why="it is otherwise")
    render.keep([*made_before[:2], apart], now=timezone.now())
    found = [(letter.status, letter.claim, letter.attempts) for letter in stage.letters]
    assert found == [("draft", "", 0), ("draft", "", 0), ("rendered", "", 1)]
    finish(stage)
    assert stage.mailing.status == "ready"
    assert {letter.set_by for letter in stage.letters} == {""}


def test_a_stop_that_is_rolled_back_gives_no_letter_back(monkeypatch):
    stage = made(2)
    finish(stage)
    monkeypatch.setattr(alike.audit, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        alike.stop_sharing(mailing=stage.mailing, letter=stage.letters[0], why="it is otherwise")
    assert stage.again().plainly == ""
    assert {letter.status for letter in stage.letters} == {"rendered"}
