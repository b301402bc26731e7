"""Ask a clamd whether a file holds a virus, by its INSTREAM command.

The clients for Python have had no release for years; this is all of the protocol that we need:
https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

_SECONDS = 60  # ten megabytes of nested archives take a while
_PIECE = 64 * 1024
_MOST_SAID = 4096


class ScannerDown(Exception):
    """Nobody listens, or the line broke: no file can be scanned now."""


class NotScanned(Exception):
    """The scanner is there and did not judge this file; the message is what it said."""


def scan(content: bytes, address: str) -> str:
    """The name of the virus that was found; empty where there is none.

    `address` is tcp://host:port or unix:///path. Raises ScannerDown or NotScanned.
    """
    try:
        with closing(_connected(address)) as line:
            said = _ask(line, content)
    except OSError as error:
        raise ScannerDown(f"The scanner at {address} does not answer: {error}") from error
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotScanned(said or "it said nothing")


def _connected(address: str) -> socket.socket:
    place = urlsplit(address)
    if place.scheme == "tcp":
        return socket.create_connection((place.hostname, place.port or 3310), _SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_SECONDS)
    try:
        line.connect(place.path)
    except OSError:
        line.close()
        raise
    return line


def _ask(line: socket.socket, content: bytes) -> str:
    """Each piece after its length, the last of length nothing. The answer ends with a NUL."""
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        line.sendall(struct.pack(">L", len(piece)) + piece)
    line.sendall(struct.pack(">L", 0))
    said = bytearray()
    while not said.endswith(b"\0") and len(said) < _MOST_SAID:
        part = line.recv(_MOST_SAID)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode(errors="replace")
