"""A mail server on the loopback that misbehaves as told.

`accepted` is what it took for good: an error on our side that stands beside a message in
`accepted` is exactly the case that must never be sent again.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Handler(socketserver.StreamRequestHandler):
    server: "MailServer"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
        self.wfile.flush()

    def handle(self) -> None:
        mode = self.server.mode
        self.say("220 test")
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line.split()[0].upper()
            if verb in ("EHLO", "HELO"):
                self.say("250 test")
            elif verb == "RCPT" and mode == "drop_before_data":
                return
            elif verb == "RCPT" and mode in ("451", "550"):
                self.say(f"{mode} no such luck")
            elif verb == "DATA":
                self.say("354 go on")
                if not self.take(mode):
                    return
            elif verb == "QUIT":
                if mode == "drop_at_quit":
                    return
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, mode: str) -> bool:
        """Read the message; whether the line goes on."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if mode == "refuse_data":
            self.say("554 looks like spam")
            return True
        self.server.accepted.append(b"".join(lines))
        if mode == "drop_after_data":
            return False
        if mode == "stall_after_data":
            self.server.over.wait(5)
            return False
        self.say("250 taken")
        return True


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mode: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = mode
        self.accepted: list[bytes] = []
        self.over = threading.Event()


@contextmanager
def serving(mode: str, settings: Any) -> Iterator[MailServer]:
    """A server in the given mode, with Django's mail settings pointing to it."""
    with MailServer(mode) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_TIMEOUT = 1
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
