"""The embedded broker: messages and bindings are whole or absent, and in order.

Each test has a queue of its own name: kombu remembers for the whole process what it bound.
"""

import multiprocessing
import os
import time
from pathlib import Path

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

from config.tasks import KEEP_PROCESSED, prune_queue

TRANSPORT_ALIASES.setdefault("embedded", "config.broker:Transport")


def connect(folder: Path) -> Connection:
    return Connection(
        "embedded://localhost",
        transport_options={
            "data_folder_in": str(folder / "in"),
            "data_folder_out": str(folder / "in"),
            "control_folder": str(folder / "control"),
            "processed_folder": str(folder / "done"),
            "store_processed": True,
        },
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("in", "control", "done"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_messages_come_out_in_the_order_they_went_in(folder):
    with connect(folder) as connection, connection.SimpleQueue("work") as queue:
        for number in range(20):
            queue.put({"number": number})
        taken = [queue.get(timeout=5).payload["number"] for _ in range(20)]
    assert taken == list(range(20))


def test_a_message_is_never_seen_half_written(folder, monkeypatch):
    seen: list[str] = []
    real_replace = Path.replace

    def replace(partial: Path, final: Path) -> Path:
        seen.extend(path.name for path in (folder / "in").iterdir())
        return real_replace(partial, final)

    monkeypatch.setattr(Path, "replace", replace)
    with connect(folder) as connection, connection.SimpleQueue("large") as queue:
        seen.clear()
        queue.put({"filling": "x" * 200_000})
    assert len(seen) == 1
    assert seen[0].endswith(".partial")


def bind(folder: Path, number: int) -> None:
    with connect(folder) as connection:
        connection.SimpleQueue(f"queue{number % 3}").close()
        channel = connection.channel()
        channel._queue_bind("work", "key", "", f"queue{number}")


def test_many_processes_that_start_at_once_lose_no_binding(folder):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=bind, args=(folder, number)) for number in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    with connect(folder) as connection:
        bound = {row.queue for row in connection.channel().get_table("work")}
    assert bound >= {f"queue{number}" for number in range(8)}


@pytest.mark.parametrize("name", ["done/1.celery.msg", "in/.1.celery.msg.x.partial"])
def test_what_is_old_and_done_is_pruned(folder, settings, monkeypatch, name):
    settings.REDIS_URL, settings.QUEUE_DIR = "", folder
    (folder / name).touch()
    assert prune_queue() == 0
    later = time.time() + KEEP_PROCESSED + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert prune_queue() == 1
    assert not (folder / name).exists()


def test_what_waits_is_never_pruned(folder, settings, monkeypatch):
    settings.REDIS_URL, settings.QUEUE_DIR = "", folder
    waiting = folder / "in" / "1.celery.msg"
    waiting.touch()
    os.utime(waiting, (0, 0))
    later = time.time() + 10 * KEEP_PROCESSED
    monkeypatch.setattr(time, "time", lambda: later)
    assert prune_queue() == 0
    assert waiting.exists()
