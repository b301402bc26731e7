"""The running program: web, worker and beat as `./run` starts them, on a folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds; each of four Django processes takes ten to start on a busy machine
# What would make it another house than the one everybody gets.
_NOT_OURS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "HOST", "CSRF_TRUSTED_ORIGINS")


class House:
    """A stack of real processes. Its database, queue, files and outbox are under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "var"
        self.output = folder / "output"
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        self.environment = {
            **kept,
            "ENV_FILE": os.devnull,
            "DEMO": "off",  # the journey makes its own campaign, from an empty house
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "SITE_URL": self.url,
        }

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(ROOT / "config" / "stack.py")],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while "Countersign answers at" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def stop(self) -> None:
        """As with Ctrl-C; everything it started goes with it."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def manage(self, *words: str) -> str:
        """What a management command prints. One that fails fails the test."""
        return self.python("manage.py", *words)

    def python(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
