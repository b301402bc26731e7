"""The same mailing, made twice: each letter is the same file, whatever process made it."""

import hashlib

import pytest

from campaigns import filestore
from letters.actions import annex
from letters.merge import context, document
from letters.merge.press import Press
from letters.models import CoSigning, Letter
from tests.factories import make_campaign, make_letterhead, make_pdf, make_user, make_version
from tests.letters import stages

pytestmark = pytest.mark.django_db


def test_a_mailing_made_again_in_another_process_is_the_same_letter_by_letter():
    drafter = make_user("drafter")
    campaign = make_campaign(demands=5)
    beside = make_letterhead().signers.get()
    CoSigning.objects.create(sender=campaign.sender, signer=beside, position=1)
    version = make_version(campaign, body="To {{ institution_name }}.\n\n{% demands %}")
    annex.set_response_form(template=version.template, wanted=True, by=drafter)
    annex.add_exhibit(
        template=version.template, title="A", name="a.pdf", content=make_pdf(pages=2), by=drafter
    )
    stage = stages.rendered(4, campaign=campaign, version=version)
    letters = stage.letters
    assert {letter.status for letter in letters} == {Letter.Status.RENDERED}
    other = Press()
    try:
        for letter in reversed(letters):
            again = other.render(document.make(context.content(letter))).pdf
            assert hashlib.sha256(again).hexdigest() == letter.pdf_sha256
            assert again == filestore.get(letter.pdf_sha256)
    finally:
        other.close()
    assert len({letter.pdf_sha256 for letter in letters}) == 4
