"""A PostgreSQL and a Redis of our own, in a temporary folder, on free ports.

    python -m tests.services.servers COMMAND...

runs the command with DATABASE_URL and REDIS_URL naming them, and stops both after it.
PostgreSQL refuses root, so root starts it as the user `postgres`, which Debian's package
makes. Nothing of this machine's own servers is touched.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

PATIENCE = 30.0  # seconds until a server has to answer


class NotThere(Exception):
    """A server's program is not installed, or did not start."""


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A cluster with durability off, because it is thrown away. Yields its URL."""
    programs = newest_postgresql()
    with folder("countersign-postgresql-") as here:
        if is_root():
            owner = pwd.getpwnam("postgres")
            os.chown(here, owner.pw_uid, owner.pw_gid)
        data, port = here / "data", free_port()
        run_as_postgres(
            *(programs / "initdb", "--pgdata", data, "--username", "countersign"),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        options = (
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            # Tests roll back; after a vacuum the planner would take full tables for empty.
            "autovacuum=off",
        )
        server = start(
            as_postgres(
                *(programs / "postgres", "-D", data, "-p", port, "-k", here),
                *(word for option in options for word in ("-c", option)),
            ),
            log=here / "log",
        )
        with stopped_after(server, signal.SIGINT):  # its fast shutdown
            wait_until_ready(
                server,
                [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port],
                here / "log",
            )
            yield f"postgres://countersign@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk. Yields its URL."""
    program = shutil.which("redis-server")
    if not program:
        raise NotThere("redis-server is not installed: apt-get install redis-server")
    with folder("countersign-redis-") as here:
        port = free_port()
        server = start(
            [
                *(program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(here)),
                *("--save", "", "--appendonly", "no"),
            ],
            log=here / "log",
        )
        with stopped_after(server, signal.SIGTERM):
            wait_until_ready(server, ["redis-cli", "-p", str(port), "ping"], here / "log")
            yield f"redis://127.0.0.1:{port}/0"


def newest_postgresql() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parent.parent.name),
    )
    if not found:
        raise NotThere("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def folder(prefix: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def is_root() -> bool:
    return os.geteuid() == 0


def as_postgres(*command: object) -> list[str]:
    """The command, run as the user postgres where we are root."""
    words = [str(word) for word in command]
    if not is_root():
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]


def run_as_postgres(*command: object) -> None:
    done = subprocess.run(
        as_postgres(*command), capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode:
        raise NotThere(f"{command[0]} failed: {done.stderr}")


def start(command: list[str], *, log: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C reaches only the tests."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )


@contextlib.contextmanager
def stopped_after(server: subprocess.Popen[bytes], how: signal.Signals) -> Iterator[None]:
    try:
        yield
    finally:
        server.send_signal(how)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], probe: list[object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    words = [str(word) for word in probe]
    while subprocess.run(words, capture_output=True, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise NotThere(f"{words[0]} gets no answer:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, interrupted)
    try:
        with postgresql() as database_url, redis() as redis_url:
            print(f"PostgreSQL: {database_url}\nRedis: {redis_url}", flush=True)  # noqa: T201
            environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
            return subprocess.run(command, env=environment, check=False).returncode
    except NotThere as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
