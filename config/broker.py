"""The embedded broker: Celery's filesystem transport, made safe.

The stock transport creates a message under its final name and then writes it, so a
worker that polls in between reads half a message, dies and loses it (kombu #1551).
Here a message is written under a temporary name and renamed. The names are padded
nanoseconds, so that messages leave in the order they came.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        final = folder / f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        partial = folder / f".{final.name}.partial"
        partial.write_bytes(str_to_bytes(dumps(payload)))
        partial.replace(final)


class Transport(filesystem.Transport):
    Channel = Channel
