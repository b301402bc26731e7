"""What every test has: files in a folder of its own, and no work sent to a broker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings

# A machine with other work on it is slow, and that says nothing of what is tested.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path: Path) -> None:
    """Stored files and the outbox go to the test's own folder and away with it."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "config.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """The real hasher is slow on purpose; a suite makes hundreds of people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_broker(settings) -> None:
    """Messages stay in memory: what a worker does is tested by calling it."""
    from config.celery import app

    app.conf.broker_url = "memory://"


@pytest.fixture
def query_count() -> Callable[[Client, str], int]:
    """How many queries one page takes; a list takes the same for few rows and for many."""

    def count(client: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    return count
