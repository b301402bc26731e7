"""The health page: whether this web server can do its work."""

import os
import time

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from config import heartbeat
from config.tasks import beat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders_of_this_test(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.REDIS_URL = ""
    settings.QUEUE_DIR = tmp_path / "queue"
    (settings.QUEUE_DIR / "in").mkdir(parents=True)


def test_a_visitor_is_told_that_all_is_well(client: Client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "database": True,
        "broker": True,
        "worker_seen_seconds_ago": None,
    }
    assert "no-store" in response.headers["Cache-Control"]


def test_a_worker_is_seen_when_it_runs_the_beat(client: Client, settings):
    beat()
    a_minute_ago = time.time() - 60
    os.utime(settings.DATA_DIR / "worker-seen", (a_minute_ago, a_minute_ago))
    assert client.get("/healthz").json()["worker_seen_seconds_ago"] in (60, 61)
    beat()
    assert heartbeat.age() < 5


def test_a_broker_that_does_not_answer_is_503(client: Client, settings):
    settings.QUEUE_DIR = settings.DATA_DIR / "absent"
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["broker"] is False


def test_a_database_that_does_not_answer_is_503(client: Client, monkeypatch):
    def refuse() -> None:
        raise OperationalError("no database")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] is False


def test_a_load_balancer_is_not_redirected_to_https(client: Client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    assert client.get("/healthz").status_code == 200


def test_only_reading_is_allowed(client: Client):
    assert client.post("/healthz").status_code == 405
