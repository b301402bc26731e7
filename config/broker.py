"""The embedded broker: Celery's filesystem transport, made safe.

The stock transport creates a file under its final name and then writes it, so a worker
that polls in between reads half a message, dies and loses it (kombu #1551). Here messages,
and the table of which queue is bound where, are written under a temporary name and renamed.
Message names are padded nanoseconds, so that messages leave in the order they came.

No embedded broker survives `kill -9` of a worker that holds a message. Messages are nudges;
the work is in the rows, and the sweep finds it there again.
"""

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

PARTIAL = ".partial"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _replace(Path(self.data_folder_out) / name, str_to_bytes(dumps(payload)))

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str
    ) -> None:
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with _lock(file.with_suffix(".lock")):
            table = self.get_table(exchange)
            if binding not in table:
                _replace(file, str_to_bytes(dumps([binding, *table])))


class Transport(filesystem.Transport):
    Channel = Channel


def _replace(final: Path, content: bytes) -> None:
    partial = final.with_name(f".{final.name}.{uuid.uuid4()}{PARTIAL}")
    partial.write_bytes(content)
    partial.replace(final)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
