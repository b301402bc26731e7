"""`/healthz`: whether this web server can do its work, for whoever watches it."""

import logging
import os
from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import heartbeat

log = logging.getLogger(__name__)


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where database and broker answer, else 503; and when a worker was last seen.

    A silent worker does not make the web server ill: work waits in its rows. Watch
    `worker_seen_seconds_ago` for that; it stays under a minute while all is well.
    """
    found = {"database": _answers(_ask_database), "broker": _answers(_ask_broker)}
    age = heartbeat.age() if found["broker"] else None
    return JsonResponse(
        {**found, "worker_seen_seconds_ago": None if age is None else round(age)},
        status=200 if all(found.values()) else 503,
    )


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:
        log.exception("The health page found a part that does not answer.")
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations")


def _ask_broker() -> None:
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as server:
            server.ping()
    elif not os.access(settings.QUEUE_DIR / "in", os.W_OK):
        raise OSError(f"{settings.QUEUE_DIR / 'in'} is not a folder that can be written to.")
