"""When a worker was last seen working.

Kept beside the broker that carried the message, so that every web server sees it: a key in
Redis, or a file in the data folder.
"""

import time

import redis
from django.conf import settings

KEY = "countersign:worker-seen"


def note() -> None:
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as server:
            server.set(KEY, str(time.time()))
    else:
        (settings.DATA_DIR / "worker-seen").touch()


def age() -> float | None:
    """Seconds since a worker was last seen; None where it never was."""
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as server:
            noted = server.get(KEY)
        seen = float(noted) if noted else None
    else:
        path = settings.DATA_DIR / "worker-seen"
        seen = path.stat().st_mtime if path.exists() else None
    return None if seen is None else max(0.0, time.time() - seen)
