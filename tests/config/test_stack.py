"""Starting, watching and stopping the processes of the Procfile."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import stack

slow = pytest.mark.slow  # each starts a stack of real processes
# A house of its own: a web server that listens, a worker and a beat that wait to be stopped.
SLEEPER = (
    "import signal,sys,time;signal.signal(signal.SIGTERM,lambda *_:sys.exit(0));time.sleep(300)"
)
PROCFILE = f"""\
web: {sys.executable} -m http.server ${{PORT}} --bind ${{HOST}}
worker: {sys.executable} -c "{SLEEPER}"
beat: {sys.executable} -c "{SLEEPER}"
"""
MANAGE = "import sys\nprint('manage', *sys.argv[1:], flush=True)\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for folder in ("config", "campaigns/migrations", "letters/migrations", "requirements"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(stack.__file__, tmp_path / "config" / "stack.py")
    (tmp_path / "requirements" / "app.txt").touch()
    (tmp_path / "Procfile").write_text(PROCFILE)
    (tmp_path / "manage.py").write_text(MANAGE)
    return tmp_path


class Running:
    """A stack under test: its process, what it printed, and its port."""

    def __init__(self, house: Path, **environment: str) -> None:
        self.house = house
        self.port = environment.setdefault("PORT", str(free_port()))
        self.output = house / "output"
        clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(house / "config" / "stack.py")],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **clean,
                    "DATA_DIR": str(house / "var"),
                    "ENV_FILE": "",
                    "WORKERS": "1",
                    **environment,
                },
            )

    def says(self, words: str, within: float = 20) -> str:
        deadline = time.monotonic() + within
        while words not in (printed := self.output.read_text()):
            assert time.monotonic() < deadline, f"never said {words!r}; said: {printed}"
            time.sleep(0.05)
        return printed

    def children(self) -> list[int]:
        """The processes the stack has started, by their parent."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]

    def child_running(self, count: int) -> list[int]:
        deadline = time.monotonic() + 20
        while len(pids := self.children()) != count:
            assert time.monotonic() < deadline, f"children: {pids}"
            time.sleep(0.05)
        return pids


@pytest.fixture
def start(house: Path) -> Iterator[type[Running]]:
    started: list[Running] = []

    def begin(**environment: str) -> Running:
        started.append(Running(house, **environment))
        return started[-1]

    yield begin  # type: ignore[misc]
    for running in started:
        running.process.kill()
        running.process.wait()


def all_gone(pids: list[int], within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(lives(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def lives(pid: int) -> bool:
    """Whether the process runs. A dead one that nobody has buried yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_starts_three_processes_and_stops_them_all(start, how):
    running = start()
    said = running.says("Stop it with Ctrl-C")
    assert f"http://127.0.0.1:{running.port}" in said
    pids = running.child_running(3)
    running.process.send_signal(how)
    assert running.process.wait(20) == 0
    assert all_gone(pids)
    assert "Traceback" not in running.output.read_text()


@slow
def test_it_starts_as_many_workers_as_are_wanted_and_again_the_one_that_dies(start):
    running = start(WORKERS="2")
    running.says("Stop it with Ctrl-C")
    web, first, second, beat = running.child_running(4)
    os.kill(second, signal.SIGKILL)
    running.says("worker 2 was killed by SIGKILL; starting it again.")
    assert set(running.child_running(4)) > {web, first, beat}
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    assert all_gone([web, first, beat])


@slow
@pytest.mark.parametrize("workers", ["0", "-1", "many"])
def test_a_number_of_workers_that_is_none_is_refused(start, workers):
    running = start(WORKERS=workers)
    assert running.process.wait(20) == 1
    assert "it has to be a number from 1" in running.output.read_text()


@slow
def test_a_killed_worker_is_started_again(start):
    running = start()
    running.says("Stop it with Ctrl-C")
    web, worker, beat = running.child_running(3)
    os.kill(worker, signal.SIGKILL)
    running.says("worker was killed by SIGKILL; starting it again.")
    assert set(running.child_running(3)) > {web, beat}


@slow
def test_a_killed_stack_takes_its_processes_along(start):
    running = start()
    running.says("Stop it with Ctrl-C")
    pids = running.child_running(3)
    running.process.kill()
    assert all_gone(pids)


@slow
def test_a_process_that_never_starts_stops_the_rest(start, house):
    broken = PROCFILE.replace(SLEEPER, "raise SystemExit(3)", 1)
    (house / "Procfile").write_text(broken)
    running = start()
    assert running.process.wait(30) == 1
    assert "worker ended with status 3 again and again" in running.output.read_text()


@slow
def test_two_stacks_on_one_folder_are_refused(start):
    start().says("Stop it with Ctrl-C")
    second = start()
    assert second.process.wait(20) == 1
    assert "already runs from" in second.output.read_text()


@slow
def test_a_taken_port_is_refused_by_name(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = start(PORT=str(taken.getsockname()[1]))
        assert running.process.wait(20) == 1
    assert "is taken by another program" in running.output.read_text()


@slow
def test_the_demo_logins_are_printed(start, house):
    (house / "var").mkdir()
    (house / "var" / "demo-logins.txt").write_text("manager  very-random-words\n")
    assert "manager  very-random-words" in start().says("Stop it with Ctrl-C")


@slow
def test_a_failed_migration_starts_nothing(start, house):
    (house / "manage.py").write_text("raise SystemExit('no such table')")
    running = start()
    assert running.process.wait(20) == 1
    said = running.output.read_text()
    assert "no such table" in said
    assert "answers at" not in said


@pytest.mark.parametrize(
    ("processors", "workers"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 3), (8, 4), (64, 4)]
)
def test_each_two_processors_have_a_worker_and_there_are_never_many(processors, workers):
    assert stack.fitting_workers(processors) == workers


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, house: Path) -> None:
    """What `configure` sets is taken back, and the machine has eight processors."""
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull})
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))
    monkeypatch.setattr(stack, "BASE_DIR", house)


@pytest.mark.usefixtures("configured")
def test_the_workers_that_are_started_all_render_and_each_has_a_name_of_its_own():
    stack.configure()
    assert (os.environ["WORKERS"], os.environ["LETTERS_HANDS"]) == ("4", "4")
    workers = [process for process in stack.procfile() if process.name.startswith("worker")]
    assert [process.name for process in workers] == ["worker", "worker 2", "worker 3", "worker 4"]
    assert [process.argv[-1] for process in workers[1:]] == [
        "--hostname=worker2@%h",
        "--hostname=worker3@%h",
        "--hostname=worker4@%h",
    ]


@pytest.mark.usefixtures("configured")
def test_a_number_of_workers_and_of_hands_that_is_set_wins(monkeypatch):
    monkeypatch.setitem(os.environ, "WORKERS", "2")
    monkeypatch.setitem(os.environ, "LETTERS_HANDS", "6")
    stack.configure()
    assert (os.environ["WORKERS"], os.environ["LETTERS_HANDS"]) == ("2", "6")
    assert len(stack.procfile()) == 4


class TestWhetherToMigrate:
    """`migrate` costs seconds, so it runs when something could be different."""

    @pytest.fixture(autouse=True)
    def own_house(self, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stack, "BASE_DIR", house)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        self.initial = house / "campaigns" / "migrations" / "0001_initial.py"
        self.initial.touch()
        monkeypatch.setenv("DEMO", "off")
        self.migrated: list[tuple[str, ...]] = []
        monkeypatch.setattr(stack, "manage", lambda *words: self.migrated.append(words))

    def database(self, house: Path, *names: str) -> None:
        with sqlite3.connect(house / "countersign.sqlite3") as database:
            database.execute("DROP TABLE IF EXISTS django_migrations")
            database.execute("CREATE TABLE django_migrations (app, name)")
            database.executemany(
                "INSERT INTO django_migrations VALUES ('campaigns', ?)", [(name,) for name in names]
            )
        database.close()

    def test_the_first_start_migrates(self, house):
        stack.prepare(house)
        assert self.migrated

    def test_an_unchanged_house_does_not(self, house):
        stack.prepare(house)
        self.database(house, "0001_initial")
        self.migrated.clear()
        stack.prepare(house)
        assert not self.migrated

    def test_a_rewritten_migration_is_refused_with_a_way_out(self, house):
        stack.prepare(house)
        self.database(house, "0001_initial")
        self.migrated.clear()
        self.initial.write_text("# other tables")
        with pytest.raises(stack.CannotStart, match=r"another version of campaigns\.0001_initial"):
            stack.prepare(house)
        assert not self.migrated
        (house / stack.DATABASE).unlink()
        stack.prepare(house)
        assert self.migrated

    @pytest.mark.parametrize("change", ["new code", "older database", "no database", "postgres"])
    def test_anything_new_does(self, house, monkeypatch, change):
        stack.prepare(house)
        self.database(house, "0001_initial")
        self.migrated.clear()
        if change == "new code":
            (house / "letters" / "roles.py").write_text("GRANTS = {}")
        elif change == "older database":
            self.database(house)
        elif change == "no database":
            (house / "countersign.sqlite3").unlink()
        else:
            monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
        stack.prepare(house)
        assert self.migrated


class TestTheDemo:
    """It comes with the first start of an embedded installation, and with no other."""

    @pytest.fixture(autouse=True)
    def own_house(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DATABASE_URL", "EMAIL_URL", "DEMO"):
            monkeypatch.delenv(name, raising=False)
        self.managed: list[tuple[str, ...]] = []
        monkeypatch.setattr(stack, "manage", lambda *words: self.managed.append(words))

    def test_the_demo_is_loaded_once(self, tmp_path):
        stack.load_demo(tmp_path)
        stack.load_demo(tmp_path)
        assert self.managed == [("load_demo",)]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("DATABASE_URL", "postgres://db"), ("EMAIL_URL", "smtp://mail"), ("DEMO", "off")],
    )
    def test_a_real_installation_gets_no_demo(self, tmp_path, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        stack.load_demo(tmp_path)
        assert not self.managed

    def test_the_demo_can_be_wanted_on_another_database(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgres://db")
        monkeypatch.setenv("DEMO", "on")
        stack.load_demo(tmp_path)
        assert self.managed
