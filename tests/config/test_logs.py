"""The log tells what was asked and never the code with which it was asked."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.log import configure_logging

from campaigns.actions import calendar_feed as actions
from tests.factories import make_user

CODE = "mnb7q2x5cdyt4hj3kl6wz2abce"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", f"/respond/c/{CODE}/"),
        ("get", f"/respond/c/{CODE}/."),
        ("get", f"/respond/c/{CODE}/)?x=1"),
        ("get", f"/respond/c/{CODE}\0/"),
    ],
)
def test_a_refused_address_is_logged_without_its_code(method: str, address: str, capsys):
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)  # to the error stream of now
    getattr(Client(), method)(address)
    said = capsys.readouterr().err
    assert "/respond/c/…" in said
    assert CODE not in said


@pytest.mark.django_db
def test_a_calendar_that_is_not_there_is_logged_without_its_token(capsys):
    """That of a campaign archived since is asked for by calendar programs every hour."""
    token = actions.issue(by=make_user("viewer"), now=timezone.now())
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    assert Client().get(f"/calendar/{token}/all.ics").status_code == 200
    assert Client().get(f"/calendar/{token}/campaign-99.ics").status_code == 404
    assert Client().post(f"/calendar/{token}/all.ics").status_code == 405
    said = capsys.readouterr().err
    assert "/calendar/…/campaign-99.ics" in said
    assert "/calendar/…/all.ics" in said
    assert token not in said


def test_other_lines_are_left_as_they_are(capsys):
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    logging.getLogger("letters").warning("%s waits for %d", "/respond/letter/", 3)
    logging.getLogger("letters").warning("Not Found: %s", "/staff/calendar/nowhere/")
    said = capsys.readouterr().err
    assert "/respond/letter/ waits for 3" in said
    assert "/staff/calendar/nowhere/" in said
