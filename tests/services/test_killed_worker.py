"""A worker is killed in the middle of a mailing; another one finishes it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.services, pytest.mark.slow]
LETTERS = 40
PATIENCE = 240.0  # seconds; on a busy machine the press alone takes ten to start


class House:
    """Worker and beat as `./run` starts them, on a database and files of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATA_DIR": str(folder / "var"),
            "ENV_FILE": "",
            "DATABASE_URL": f"sqlite:///{folder}/letters.sqlite3",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"log{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        name = f"worker{len(self.processes)}@house"
        return self.start(
            *("celery", "--app", "config", "--quiet", "worker", "--pool", "solo"),
            *("--hostname", name, "--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def beat(self) -> subprocess.Popen[bytes]:
        return self.start("celery", "--app", "config", "--quiet", "beat")

    def mailing(self, count: int) -> None:
        subprocess.run(
            [sys.executable, "-m", "tests.services.mailing", str(count)],
            env=self.environment,
            check=True,
        )

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "letters.sqlite3", timeout=20)) as database:
            return database.execute(sql).fetchall()

    def rendered(self) -> int:
        return int(self.ask("SELECT count(*) FROM letters_letter WHERE status='rendered'")[0][0])

    def in_hand(self) -> int:
        return int(self.ask("SELECT count(*) FROM letters_letter WHERE claim<>''")[0][0])

    def kill_at_work(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill it with letters in its hand; between two chunks its death would go unnoticed."""

        def holds_letters_while_it_stands_still() -> bool:
            os.kill(worker.pid, signal.SIGSTOP)
            if self.in_hand():
                return True
            os.kill(worker.pid, signal.SIGCONT)
            return False

        self.until(holds_letters_while_it_stands_still)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()

    def status(self) -> str:
        return str(self.ask("SELECT status FROM letters_mailing")[0][0])

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def logs(self) -> str:
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("log*")))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for process in house.processes:
        process.terminate()
    for process in house.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_mailing_survives_the_death_of_its_worker(house):
    house.mailing(LETTERS)
    first = house.worker()
    house.until(lambda: house.rendered() >= LETTERS // 5)
    house.kill_at_work(first)
    done = house.rendered()
    assert done < LETTERS, "The worker was killed too late to prove anything."

    house.worker()
    house.beat()
    house.until(lambda: house.status() == "ready")

    letters = house.ask("SELECT status, attempts, pdf_sha256 FROM letters_letter")
    assert [status for status, _, _ in letters] == ["rendered"] * LETTERS
    assert max(attempts for _, attempts, _ in letters) <= 2
    assert len({sha256 for _, _, sha256 in letters}) == LETTERS
    for _, _, sha256 in letters:
        assert (house.folder / "var/files" / sha256[:2] / sha256).stat().st_size
    ((sentence, payload),) = house.ask(
        "SELECT sentence, payload FROM campaigns_auditevent WHERE verb='mailing.resumed'"
    )
    assert sentence.startswith("A worker stopped at") and sentence.endswith("lost: 0.")
    assert json.loads(payload)["data"]["rendered"] >= done
