"""However a mailing is cut into chunks, and whether letters share layouts: the same files.

With the real press, as what is compared are its bytes.
"""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from letters import lifecycle
from letters.actions import freshness, render
from letters.merge import press
from letters.models import Mailing
from tests.factories import make_campaign, make_institution, make_recipient
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = (
    "Auburn University",
    "Bard College",
    "The Żółć Institute of Łódź at San José",
    "University of Illinois at Urbana-Champaign, College of Fine and Applied Arts",
    "AVATAR Institute",
    "Yale",
    "Office of the Dean, St. Mary’s",
    "Concordia University Wisconsin",
)


@pytest.fixture
def stage() -> Iterator[stages.Stage]:
    campaign = make_campaign()
    for name in NAMES:
        make_recipient(campaign, make_institution(name))
    yield stages.prepared(0, campaign=campaign)
    press._press.close()


def files(stage: stages.Stage, *, chunk: int) -> dict[str, str]:
    """Each letter's file, where a worker that knows no layout yet takes so many at once."""
    press._press.close()
    mailing = stage.again()
    if mailing.status == Mailing.Status.READY:
        lifecycle.move(mailing, Mailing.Status.PREPARING)
    freshness.unrender(mailing.letters.all())
    render.start(mailing=mailing, by=stage.manager)
    while letters := render.claim(mailing_pk=mailing.pk, limit=chunk, now=timezone.now()):
        render.keep(render.make(letters), now=timezone.now())
    while render.work(mailing_pk=mailing.pk, seconds=60):
        pass
    assert stage.again().status == "ready"
    return dict(mailing.letters.values_list("reference", "pdf_sha256"))


def test_no_chunk_and_no_sharing_changes_a_file(stage, settings):
    at_once = files(stage, chunk=len(NAMES))
    assert len(set(at_once.values())) == len(NAMES)
    assert stage.mailing.letters.exclude(set_by="").count() > len(NAMES) // 2
    assert files(stage, chunk=1) == at_once
    assert files(stage, chunk=3) == at_once
    settings.LETTERS_SHARE_LAYOUTS = False
    assert files(stage, chunk=4) == at_once
    assert not stage.mailing.letters.exclude(set_by="").exists()
