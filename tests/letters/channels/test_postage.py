"""What the post will take: by sheets and weight, and what is counted but not priced."""

from decimal import Decimal

import pytest

from campaigns.models import Institution
from letters.channels import postage
from letters.channels.postage import Pile, estimate
from letters.models import Letter
from tests.letters import stages


def test_the_rates_say_where_they_are_from_and_since_when():
    rates = postage.rates()
    assert "Notice 123" in rates.source and rates.valid_from.year >= 2025


@pytest.mark.parametrize(("pages", "ounces"), [(1, 1), (2, 1), (8, 1), (9, 2), (12, 2)])
def test_a_letter_weighs_its_sheets_its_envelope_and_its_card(pages, ounces):
    rates = postage.rates()
    found = estimate([Pile(pages, False, 1)])
    extra = (ounces - 1) * rates.letter_additional_ounce
    assert found.total == (rates.letter_one_ounce + extra + rates.certified + rates.return_receipt)


def test_flats_and_letters_abroad_are_counted_and_not_priced():
    found = estimate([Pile(2, False, 3), Pile(13, False, 2), Pile(2, True, 4)])
    assert (found.by_post, found.estimated, found.flats, found.abroad) == (9, 3, 2, 4)
    assert found.sheets == 3 * 1 + 2 * 7 + 4 * 1
    assert found.total == 3 * estimate([Pile(2, False, 1)]).total


def test_no_letter_costs_nothing():
    assert estimate([]).total == Decimal(0)


@pytest.mark.django_db
def test_of_a_mailing_what_goes_by_post_is_counted(monkeypatch):
    monkeypatch.setattr(stages.press, "render", stages.quick_pdf)
    stage = stages.rendered(4)
    Letter.objects.filter(pk=stage.letters[0].pk).update(by_post=False)
    Institution.objects.filter(pk=stage.letters[1].recipient.institution_id).update(country="GB")
    letter = stage.letters[2]
    letter.addressee.street, letter.addressee.country = "1 Rue", "FR"
    letter.addressee.save()
    found = postage.of_mailing(stage.mailing)
    assert (found.by_post, found.estimated, found.abroad, found.sheets) == (3, 1, 2, 3)
