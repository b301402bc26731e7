"""Real workers on the real broker: the embedded one, or Redis where REDIS_URL names it."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.services, pytest.mark.slow]
PATIENCE = 90.0  # seconds; a worker takes ten to start on a busy machine
_number = itertools.count(1)


class Bench:
    """A queue of its own, the file that its tasks note in, and the processes at work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "noted"
        self.queue = f"bench{os.getpid()}-{next(_number)}"
        self.environment = {**os.environ, "DATA_DIR": str(folder / "var"), "ENV_FILE": ""}
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"log{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        name = f"worker{len(self.processes)}@bench"
        return self.start(
            *("celery", "--app", "tests.services.app", "--quiet", "worker"),
            *("--pool", "solo", "--hostname", name, "--queues", self.queue),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def produce(self, count: int, size: int) -> subprocess.Popen[bytes]:
        return self.start("tests.services.app", self.queue, str(self.file), str(count), str(size))

    def send(self, task: str, *arguments: str) -> None:
        """Send one message from a process of its own, as the web server would."""
        code = (
            "import sys, django; django.setup(); from tests.services.app import app;"
            "app.send_task(sys.argv[2], sys.argv[3:], queue=sys.argv[1])"
        )
        subprocess.run(
            [sys.executable, "-c", code, self.queue, task, *arguments],
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            check=True,
        )

    def noted(self) -> list[str]:
        return self.file.read_text().split() if self.file.exists() else []

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("log*")))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for process in bench.processes:
        process.terminate()
    for process in bench.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_message_reaches_a_worker(bench):
    bench.worker()
    bench.send("tests.note", str(bench.file), "arrived")
    bench.until(lambda: bench.noted() == ["arrived"])


def test_a_message_waits_for_a_worker_that_starts_later(bench):
    bench.send("tests.note", str(bench.file), "waited")
    bench.worker()
    bench.until(lambda: bench.noted() == ["waited"])


def test_two_producers_and_two_workers_lose_nothing_and_double_nothing(bench):
    """Messages of 3 kB, which the stock filesystem transport loses, its workers dying."""
    workers = [bench.worker(), bench.worker()]
    producers = [bench.produce(500, 3000), bench.produce(500, 3000)]
    expected = {f"{producer.pid}-{number}" for producer in producers for number in range(500)}
    bench.until(lambda: len(bench.noted()) >= len(expected))
    time.sleep(1)  # for a second copy, if there is one
    noted = bench.noted()
    assert len(noted) == len(expected)
    assert set(noted) == expected
    assert [worker.poll() for worker in workers] == [None, None]
    assert [producer.wait(10) for producer in producers] == [0, 0]


def test_a_worker_told_to_stop_finishes_what_it_does(bench):
    worker = bench.worker()
    bench.send("tests.take_a_while", str(bench.file))
    bench.until(lambda: bench.noted() == ["begun"])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert bench.noted() == ["begun", "done"]


def test_the_housekeeping_runs_in_a_worker(bench):
    bench.worker()
    bench.send("config.tasks.beat")
    bench.send("config.tasks.prune_queue")
    bench.send("tests.note", str(bench.file), "after")
    bench.until(lambda: bench.noted() == ["after"])
    assert "Traceback" not in bench.logs()
    if not os.environ.get("REDIS_URL"):
        assert (bench.folder / "var" / "worker-seen").exists()
        assert len(list((bench.folder / "var" / "queue" / "done").iterdir())) == 3
