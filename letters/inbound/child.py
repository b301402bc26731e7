"""Reading what came from outside in a process of its own, bounded in time and memory.

A file made to hang or to fill the memory of a parser ends that process and no other.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
SECONDS = 30


class CouldNotRead(Exception):
    """The file was not read; the message says why in a few words."""


def run(script: str, content: bytes, *arguments: str) -> tuple[dict[str, Any], list[bytes]]:
    """What the script says of the content, and the files it made of it. Raises CouldNotRead."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_HERE / script), *arguments],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise CouldNotRead("it could not be read safely") from error
    line, _, rest = done.stdout.partition(b"\n")
    said: dict[str, Any] = json.loads(line)
    if reason := said.get("refused"):
        raise CouldNotRead(reason)
    parts = []
    for size in said.pop("sizes"):
        parts.append(rest[:size])
        rest = rest[size:]
    return said, parts
