"""The log tells what was asked and never the code with which it was asked."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.utils.log import configure_logging

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


def test_other_lines_are_left_as_they_are(capsys):
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    logging.getLogger("letters").warning("%s waits for %d", "/respond/letter/", 3)
    assert "/respond/letter/ waits for 3" in capsys.readouterr().err
