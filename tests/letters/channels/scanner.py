"""A clamd on the loopback: it speaks INSTREAM, and finds one word and no other."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What every scanner finds and nothing suffers from, https://www.eicar.org; in two halves so
# that no scanner finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Handler(socketserver.StreamRequestHandler):
    server: "Scanner"

    def handle(self) -> None:
        command = self.rfile.read(len(b"zINSTREAM\0"))
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = bytearray()
        while size := struct.unpack(">L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        if self.server.answer is None:
            return  # it dies in the middle
        self.server.scanned.append(bytes(content))
        self.wfile.write(self.server.answer or self.judge(bytes(content)))

    def judge(self, content: bytes) -> bytes:
        if EICAR in content:
            return b"stream: Eicar-Test-Signature FOUND\0"
        return b"stream: OK\0"


class Scanner(socketserver.ThreadingTCPServer):
    """`answer`, where it is not empty, is said of every file; None says nothing."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scanned: list[bytes] = []
        self.answer: bytes | None = b""

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class UnixScanner(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)
        self.scanned: list[bytes] = []
        self.answer: bytes | None = b""
        self.address = f"unix://{path}"


@contextmanager
def listening(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
