"""What the workers and producers of these tests run: the project's Celery, and three tasks.

    python -m tests.services.app QUEUE FILE COUNT SIZE

sends COUNT messages of SIZE bytes to QUEUE, each to be noted in FILE.
"""

import os
import sys
import time
from pathlib import Path

from config.celery import app


@app.task(name="tests.note")
def note(file: str, line: str, filling: str = "") -> None:
    """Append the line in one write, so that two workers never mix theirs."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


@app.task(name="tests.take_a_while")
def take_a_while(file: str) -> None:
    note(file, "begun")
    time.sleep(2)
    note(file, "done")


def produce(queue: str, file: str, count: int, size: int) -> None:
    for number in range(count):
        line = f"{os.getpid()}-{number}"
        note.apply_async([file, line, "x" * size], queue=queue)


if __name__ == "__main__":
    import django

    django.setup()
    queue, file, count, size = sys.argv[1:]
    produce(queue, str(Path(file)), int(count), int(size))
