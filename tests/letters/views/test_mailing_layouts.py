"""How the letters of a mailing were set, on its page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from letters.actions import render
from letters.models import Letter, Mailing
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def shown(client, stage: stages.Stage, name: str = "mailing") -> str:
    client.force_login(stage.manager)
    address = reverse(f"letters:{name}", args=[stage.mailing.pk])
    return client.get(address, {"step": "render"}).content.decode()


def test_it_says_how_many_share_a_layout_and_why_others_do_not(client):
    stage = stages.rendered(4)
    first, *others = stage.letters
    Letter.objects.filter(pk=first.pk).update(set_alone="the first letter of its class")
    rows = Letter.objects.filter(pk__in=[letter.pk for letter in others])
    rows.update(set_by="0123456789ab", comparison=Letter.Comparison.SAME)
    page = " ".join(shown(client, stage).split())
    assert "<b>3</b> share 1 layout with letters" in page
    assert "<b>3</b> of them were set once more" in page
    assert "<li>1: the first letter of its class</li>" in page


def test_it_says_nothing_of_layouts_where_none_was_shared(client):
    assert "How the letters were set" not in shown(client, stages.rendered(2))


def test_while_letters_are_compared_it_says_how_many_are_left(client):
    stage = stages.prepared(3)
    render.start(mailing=stage.mailing, by=stage.manager)
    now = timezone.now()
    render.keep(render.make(render.claim(mailing_pk=stage.mailing.pk, limit=3, now=now)), now=now)
    stage.mailing.letters.update(set_by="0123456789ab", comparison=Letter.Comparison.CHOSEN)
    assert "<b>3</b> of them are still to be set once more" in shown(
        client, stage, "mailing_progress"
    )


def test_once_all_letters_are_made_no_time_is_promised_any_more(client):
    stage = stages.prepared(3)
    render.start(mailing=stage.mailing, by=stage.manager)
    now = timezone.now()
    render.keep(render.make(render.claim(mailing_pk=stage.mailing.pk, limit=2, now=now)), now=now)
    assert " a second, about " in shown(client, stage, "mailing_progress")
    render.keep(render.make(render.claim(mailing_pk=stage.mailing.pk, limit=1, now=now)), now=now)
    page = shown(client, stage, "mailing_progress")
    assert " a second, about " not in page
    assert "then all pages are checked" in page


def test_a_difference_that_was_found_is_said(client):
    stage = stages.rendered(2)
    Mailing.objects.filter(pk=stage.mailing.pk).update(plainly="Letter A was another file.")
    assert "Letter A was another file. Every letter of this mailing is set by itself" in shown(
        client, stage
    )
