"""Start the whole program: migrate where that is needed, then web, workers and beat.

`./run` calls this once Python and its packages are there. The processes are those of the
Procfile, with as many workers as the machine has processors for. One that dies is started
again: its work is in rows and is found there. On Ctrl-C or SIGTERM each is asked to stop and
given time to finish what it holds. Only the process itself is asked, never its group, because
a signal to the group also ends the child in which a letter is being rendered. A stack that is
killed outright takes its processes along.

Run as a script, not imported by the program, and without Django: every start of Django
costs seconds.
"""

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, NoReturn

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "countersign.sqlite3"
CODE = ("config", "campaigns", "letters")
STOP_WITHIN = 30.0  # seconds; a task is finished, then the process is killed
STARTED_BADLY = 10.0  # seconds; a process that dies sooner did not start
PATIENCE = 3  # bad starts in a row before everything is stopped
# In each worker two processes are at work, and take 350 MB. More than four were not tried on one
# SQLite file, to which only one writes at a time.
PROCESSORS_OF_A_WORKER, MOST_WORKERS = 2, 4
WATCHED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Stopped(Exception):
    """A person or the machine asked everything to stop."""


class CannotStart(Exception):
    """Why the stack cannot run, and what to do about it."""


def main() -> int:
    try:
        configure()
        data = Path(os.environ["DATA_DIR"])
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        with (data / "stack.lock").open("w") as lock:
            claim_folder(lock, data)
            refuse_busy_port()
            prepare(data)
            run_all(data)
    except Stopped:
        say("Stopped.")
        return 0
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


def configure() -> None:
    """Fill the environment: what is set, then `.env`, then the embedded defaults."""
    environ.Env.read_env(os.environ.get("ENV_FILE", str(BASE_DIR / ".env")), overwrite=False)
    host, port = (
        os.environ.setdefault("HOST", "127.0.0.1"),
        os.environ.setdefault("PORT", "8000"),
    )
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "[::]") else host  # noqa: S104
    os.environ.setdefault("SITE_URL", f"http://{shown}:{port}")
    os.environ.setdefault("DATA_DIR", str(BASE_DIR / "var"))
    os.environ.setdefault("WEB_CONCURRENCY", "2")
    workers = os.environ.get("WORKERS") or str(fitting_workers(len(os.sched_getaffinity(0))))
    if not (workers.isdecimal() and int(workers)):
        raise CannotStart(f"WORKERS is “{workers}”; it has to be a number from 1.")
    os.environ["WORKERS"] = workers
    if not os.environ.get("REDIS_URL"):  # by which workers of other machines take part
        os.environ.setdefault("LETTERS_HANDS", workers)
    if os.geteuid() == 0:
        # Celery says at length, at each start, that it should not run as root.
        os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.chdir(BASE_DIR)


def fitting_workers(processors: int) -> int:
    return min(MOST_WORKERS, max(1, processors // PROCESSORS_OF_A_WORKER))


def claim_folder(lock: IO[str], data: Path) -> None:
    """Two stacks on one folder would be two beats on one queue."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Countersign already runs from {data}. Stop it first.") from None


def refuse_busy_port() -> None:
    host, port = os.environ["HOST"], os.environ["PORT"]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror}.") from None
            raise CannotStart(
                f"Port {port} is taken by another program. Choose another one: PORT=8010 ./run"
            ) from None


# --- Before the first page ---------------------------------------------------------


def prepare(data: Path) -> None:
    stamp = data / "migrated.json"
    before: dict[str, str] = json.loads(stamp.read_text()) if stamp.exists() else {}
    now = {"code": fingerprint(code()), **migrations()}
    if before != now or not database_is_current(data):
        refuse_rewritten_migrations(before, now, data)
        say("Migrating the database ...")
        manage("migrate", "--no-input", "--verbosity", "0")
        stamp.write_text(json.dumps(now, indent=1))
    load_demo(data)


def load_demo(data: Path) -> None:
    """Load the demo once, where DEMO wants it or everything else is the embedded default.

    No demo belongs among real campaigns, nor where e-mail can leave the machine.
    """
    real = os.environ.get("DATABASE_URL") or os.environ.get("EMAIL_URL")
    wanted = os.environ.get("DEMO") or ("off" if real else "on")
    loaded = data / "demo-loaded"
    if wanted.lower() not in ("on", "true", "1", "yes") or loaded.exists():
        return
    say("Looking for the demo; where it is not loaded yet, that takes a minute ...")
    manage("load_demo")
    loaded.touch()


def code() -> list[Path]:
    """All our code and the locked packages: a database they migrated needs no second look.

    All of the code, because roles and their permissions are synchronised after each
    migration and are no migration themselves.
    """
    ours = [path for folder in CODE for path in (BASE_DIR / folder).rglob("*.py")]
    return [*sorted(ours), BASE_DIR / "requirements" / "app.txt"]


def migrations() -> dict[str, str]:
    """The fingerprint of each migration, by app and name."""
    files = [file for app in CODE for file in (BASE_DIR / app).glob("migrations/0*.py")]
    return {f"{file.parent.parent.name}.{file.stem}": fingerprint([file]) for file in files}


def fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(BASE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def refuse_rewritten_migrations(before: dict[str, str], now: dict[str, str], data: Path) -> None:
    """A migration that was run and then rewritten leaves a database nobody can migrate.

    On the main branch none is rewritten; on the branch of whoever is writing one, it may be.
    """
    both = before.keys() & now.keys() - {"code"}
    if os.environ.get("DATABASE_URL") or not (data / DATABASE).exists():
        return
    if rewritten := sorted(name for name in both if before[name] != now[name]):
        raise CannotStart(
            f"The database in {data} was made by another version of {', '.join(rewritten)}, and "
            "there is no way from one to the other. Keep the folder "
            f"aside and start with a new one:\n    mv {data} {data}.old && ./run"
        )


def database_is_current(data: Path) -> bool:
    """Whether the embedded database knows every migration of ours.

    It can be an older one that was restored. Another database is never known to be
    current, so `migrate` looks for itself.
    """
    path = data / DATABASE
    if os.environ.get("DATABASE_URL") or not path.exists():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        try:
            applied = set(database.execute("SELECT app, name FROM django_migrations"))
        except sqlite3.DatabaseError:
            return False
    return applied >= {tuple(name.split(".")) for name in migrations()}


def manage(*arguments: str) -> None:
    """Run one management command to its end."""
    step = Process(arguments[0], [sys.executable, "manage.py", *arguments])
    step.start()
    while step.running:
        try:
            watch(1.0)
        except Stopped:
            stop([step])
            raise
    if step.returncode:
        raise CannotStart(f"`manage.py {shlex.join(arguments)}` failed; see above.")


# --- The processes -----------------------------------------------------------------


@dataclass
class Process:
    """One line of the Procfile and, once started, its process."""

    name: str
    argv: list[str]
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    bad_starts: int = field(default=0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.child = subprocess.Popen(
            self.argv,
            start_new_session=True,  # Ctrl-C reaches the stack alone, which then asks in turn
            preexec_fn=partial(_as_child, os.getpid()),
        )

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def returncode(self) -> int:
        return self.child.returncode if self.child else 0

    def signal(self, number: signal.Signals) -> None:
        if self.child and self.running:
            self.child.send_signal(number)

    def kill(self) -> None:
        """End the process and whatever it started."""
        if self.child and self.running:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def describe_end(self) -> str:
        if self.returncode < 0:
            return f"was killed by {signal.Signals(-self.returncode).name}"
        return f"ended with status {self.returncode}"


def _as_child(stack: int) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != stack:  # it was killed before we asked to be told
        os._exit(1)


def procfile() -> list[Process]:
    """What it names, and of workers as many as are wanted, each known by a name of its own."""
    processes = []
    for line in filter(str.strip, (BASE_DIR / "Procfile").read_text().splitlines()):
        name, command = line.split(":", 1)
        argv = shlex.split(os.path.expandvars(command))
        count = int(os.environ["WORKERS"]) if name == "worker" else 1
        processes.append(Process(name, argv))
        processes += [
            Process(f"{name} {number}", [*argv, f"--hostname={name}{number}@%h"])
            for number in range(2, count + 1)
        ]
    return processes


def run_all(data: Path) -> NoReturn:
    """Start every process and keep it running. Raises Stopped when asked to stop.

    The web server comes first and alone, because somebody waits for its first page.
    """
    web, *others = processes = procfile()
    try:
        web.start()
        wait_for_web(web)
        announce(data)
        for process in others:
            process.start()
        while True:
            watch(1.0)
            for process in processes:
                if not process.running:
                    start_again(process)
    finally:
        stop(processes)


def wait_for_web(web: Process) -> None:
    address = (os.environ["HOST"].strip("[]"), int(os.environ["PORT"]))
    while web.running:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            watch(0.1)
        else:
            return
    raise CannotStart(f"The web server {web.describe_end()}; see above.")


def announce(data: Path) -> None:
    say(f"\nCountersign answers at {os.environ['SITE_URL']}")
    logins = data / "demo-logins.txt"
    if logins.exists():
        say(f"\n{logins.read_text().strip()}")
    if os.geteuid() == 0:
        say("\nIt runs as root, which will do to look at it. Serve others as a user of its own.")
    say("\nStop it with Ctrl-C.\n")


def start_again(process: Process) -> None:
    lived = time.monotonic() - process.started_at
    process.bad_starts = process.bad_starts + 1 if lived < STARTED_BADLY else 0
    if process.bad_starts >= PATIENCE:
        raise CannotStart(f"{process.name} {process.describe_end()} again and again; see above.")
    say(f"{process.name} {process.describe_end()}; starting it again.")
    process.start()


def watch(seconds: float) -> None:
    """Wait for a child's end, at most so long. Raises Stopped when asked to stop."""
    came = signal.sigtimedwait(WATCHED, seconds)
    if came and came.si_signo != signal.SIGCHLD:
        raise Stopped


def stop(processes: list[Process]) -> None:
    """Ask each to finish what it does; kill what does not, or what is asked twice."""
    say("\nStopping ...")
    for process in processes:
        process.signal(signal.SIGTERM)
    last = time.monotonic() + STOP_WITHIN
    try:
        while any(process.running for process in processes) and time.monotonic() < last:
            watch(0.2)
    except Stopped:
        say("Asked twice: stopping at once.")
    for process in processes:
        process.kill()


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
