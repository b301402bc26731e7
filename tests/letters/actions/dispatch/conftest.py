"""Messages go to the outbox, which is a folder of the test."""

import pytest


@pytest.fixture(autouse=True)
def outbox_backend(settings) -> None:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
