"""The envelopes of a print pack."""

import io

import pikepdf
import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from letters.actions import dispatch
from letters.merge import pages
from letters.models import Letter
from letters.models import dispatch as models
from tests.factories import make_user
from tests.letters import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(client, monkeypatch):
    with monkeypatch.context() as quick:
        stages.set_with(quick, stages.quick_pdf)
        stage = stages.approved(3)
    client.force_login(stage.clerk)
    return stage


@pytest.fixture
def pack(stage):
    return dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)


def address(pack, lot: int = 1) -> str:
    return reverse("letters:pack_envelopes", args=[pack.pk, lot])


def test_a_pack_has_an_envelope_for_each_letter_in_posting_order(client, stage, pack):
    answer = client.get(address(pack))
    assert answer.headers["Content-Type"] == "application/pdf"
    text = pages.text(answer.content).split("\f")
    assert len(text) == 3
    for letter, envelope in zip(stage.letters, text, strict=True):
        assert f"Ref. {letter.reference}" in envelope
        assert letter.merge_data["postal_lines"][2] in envelope
    page = client.get(reverse("letters:mailing", args=[stage.mailing.pk]), follow=True)
    assertContains(page, address(pack))


def test_envelopes_come_in_lots(client, pack, monkeypatch):
    monkeypatch.setattr(models, "ENVELOPES_AT_ONCE", 2)
    monkeypatch.setattr("letters.views.pack.ENVELOPES_AT_ONCE", 2)
    for lot, count in ((1, 2), (2, 1)):
        with pikepdf.open(io.BytesIO(client.get(address(pack, lot)).content)) as pdf:
            assert len(pdf.pages) == count
    assert client.get(address(pack, 3)).status_code == 404


def test_letters_for_a_window_need_no_envelope_printed(client, stage, pack):
    for letter in stage.letters:
        data = {**letter.merge_data}
        data["letterhead"] = {**data["letterhead"], "envelope": "10-single"}
        Letter.objects.filter(pk=letter.pk).update(merge_data=data)
    answer = client.get(address(pack), follow=True)
    assertContains(answer, "These letters go into envelopes with a window")


def test_an_envelope_that_cannot_be_printed_says_why(client, stage, pack):
    letter = stage.letters[0]
    Letter.objects.filter(pk=letter.pk).update(
        merge_data={**letter.merge_data, "postal_lines": ["漢"]}
    )
    assertContains(client.get(address(pack), follow=True), "The envelopes could not be made")


def test_a_drafter_prints_no_envelopes(client, pack):
    client.force_login(make_user("drafter"))
    assert client.get(address(pack)).status_code == 403
