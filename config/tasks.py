"""The housekeeping of the background itself."""

import time
from pathlib import Path

from django.conf import settings

from config import heartbeat
from config.broker import PARTIAL
from config.celery import app

KEEP_PROCESSED = 60 * 60  # seconds; long enough to look at what a worker was doing


@app.task(name="config.tasks.beat")
def beat() -> None:
    """Note that beat, broker and worker work together; the health page shows the time."""
    heartbeat.note()


@app.task(name="config.tasks.prune_queue")
def prune_queue() -> int:
    """Delete messages long done, and those that a crash left half written."""
    if settings.REDIS_URL:
        return 0
    before = time.time() - KEEP_PROCESSED
    done = Path(settings.QUEUE_DIR, "done").iterdir()
    half_written = Path(settings.QUEUE_DIR, "in").glob(f".*{PARTIAL}")
    old = [path for path in (*done, *half_written) if _changed_at(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _changed_at(path: Path) -> float:
    """When the message was moved here. A file gone meanwhile counts as new."""
    try:
        return path.stat().st_ctime
    except FileNotFoundError:
        return float("inf")
