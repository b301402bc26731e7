"""A request that is too large is refused before it is stored."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

pytestmark = pytest.mark.django_db


def post(client, size: int):
    file = SimpleUploadedFile("scan.pdf", b"x" * size)
    return client.post("/respond/", {"reference": "x", "short_code": "x", "file": file})


def test_a_request_over_the_limit_is_refused(client, settings):
    settings.REQUEST_MOST_BYTES = 50_000
    assert post(client, 60_000).status_code == 400


def test_a_request_within_the_limit_is_read(client, settings):
    settings.REQUEST_MOST_BYTES = 50_000
    assert post(client, 10_000).status_code == 404
