"""Which letters of a mailing read alike."""

import pytest

from letters.actions.freshness import freeze
from letters.merge.wording import sha256, wording
from letters.models import Letter
from tests.factories import (
    make_campaign,
    make_institution,
    make_letter,
    make_mailing,
    make_recipient,
    make_version,
)

pytestmark = pytest.mark.django_db
BODY = """\
Meridian Review writes to {{ institution_name }} in {{ institution_city }}.

{% if is_public %}
You are public.
{% endif %}

{% demands %}
"""


def letters(*institutions: dict[str, str]) -> list[Letter]:
    campaign = make_campaign()
    mailing = make_mailing(make_version(campaign, body=BODY))
    made = []
    for fields in institutions:
        letter = make_letter(mailing, make_recipient(campaign, make_institution(**fields)))
        freeze(letter)
        made.append(letter)
    return made


def said(letter: Letter) -> str:
    return wording(letter.mailing.version, letter.merge_data)


def test_letters_that_differ_by_their_names_read_alike():
    one, other = letters({"name": "Auburn University"}, {"name": "Bard", "city": "Meridian"})
    assert said(one) == said(other)
    assert said(one).splitlines()[:2] == [
        "Request to confirm",
        "Meridian Review writes to ‹institution_name› in ‹institution_city›.",
    ]


def test_a_letter_with_a_paragraph_more_reads_otherwise():
    private, public = letters({"name": "A"}, {"name": "B", "control": "public"})
    assert said(public).replace("You are public.\n", "") == said(private)
    assert sha256(said(public)) != sha256(said(private))
