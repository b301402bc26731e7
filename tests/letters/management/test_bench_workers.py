"""The mailing that workers are measured with, and what the measuring refuses."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from letters.management.bench import mailing as invented
from letters.management.bench import rows
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def test_the_mailing_can_be_rendered_as_it_is():
    made = rows.mailing_of(220, invented.DIRECTORY, by=make_user("manager"))
    assert made.letters.count() == 220
    assert not made.findings.filter(severity="red").exists()


def test_it_makes_no_mailing_among_real_ones():
    make_campaign()
    with pytest.raises(CommandError, match="This database holds campaigns"):
        call_command("bench_workers")


@pytest.mark.parametrize("words", [["--letters", "0"], ["--workers", "2", "0"]])
def test_it_needs_a_letter_and_a_worker(words):
    with pytest.raises(CommandError, match="a letter and a worker"):
        call_command("bench_workers", *words)
