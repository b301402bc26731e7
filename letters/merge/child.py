"""The press's child process: `python -m letters.merge.child`. Sets one document at a time.

It knows no Django, no database and no storage, has no network where the system lets it give
the network up, and may not grow, run or write beyond its limits. What it is given over its
standard input is all that it can print.

A frame is four bytes of length, a JSON header, and the bytes that the header announces.
"""

import ctypes
import gc
import json
import logging
import os
import resource
import shutil
import struct
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from letters.merge import conformance, typefaces
from letters.merge.compositor.classes import Classes
from letters.merge.compositor.fonts import SharedFonts
from letters.merge.compositor.hand import Unproven
from letters.merge.compositor.recording import Learning, Recording
from letters.merge.compositor.source import Reader

MEMORY = 1024**3
FILE_SIZE = 30 * 1024**2
OPEN_FILES = 64
STYLESHEET = Path(__file__).parents[2] / "templates" / "documents" / "letter.css"
_HAIR = 2  # CSS pixels that a line may stand out for rounding
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    """Read documents from standard input until it closes, and answer each."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is not an answer
    _give_up_the_network()
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, FILE_SIZE)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    setter = Setter()
    send(answers, {"ready": True})
    while received := receive(sys.stdin.buffer):
        header, body = received
        os.ftruncate(2, 0)  # standard error is a file of ours: what was said of this letter
        _allow_cpu(header["cpu_seconds"])
        answer, pdf = setter.set(header, body)
        send(answers, {**answer, "number": header["number"]}, pdf)
    # The parent that would have removed it was killed, or has closed the press.
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


def send(pipe: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    encoded = json.dumps({**header, "size": len(body)}).encode()
    pipe.write(struct.pack(">I", len(encoded)) + encoded + body)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other side has gone, be it within one."""
    if (length := _whole(pipe, 4)) is None:
        return None
    if (encoded := _whole(pipe, struct.unpack(">I", length)[0])) is None:
        return None
    header = json.loads(encoded)
    body = _whole(pipe, header["size"])
    return None if body is None else (header, body)


def _whole(pipe: BinaryIO, size: int) -> bytes | None:
    found = pipe.read(size)
    return found if len(found) == size else None


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))


def _allow_cpu(seconds: int) -> None:
    """So many more seconds of processor time, then the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _give_up_the_network() -> None:
    """Move to a network namespace without interfaces, where the system permits it.

    Where it does not, the fetcher below is the only wall, as it is meant to suffice.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


class Setter:
    """WeasyPrint with its stylesheets and fonts loaded once; only that makes it quick."""

    def __init__(self) -> None:
        warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class OnlyOurs(URLFetcher):
            """Knows the images of the letter at hand and the bundled fonts. All else ends it."""

            def __init__(self) -> None:
                super().__init__(allowed_protocols=(), allow_redirects=False)
                self.assets: dict[str, bytes] = {}

            def fetch(self, url: str, headers: object = None) -> Any:
                scheme, _, name = url.partition(":")
                if scheme == "asset" and name in self.assets:
                    return URLFetcherResponse(url, self.assets[name])
                if scheme == "font" and name in fonts:
                    return URLFetcherResponse(url, fonts[name].read_bytes())
                raise FatalURLFetchingError(f"The letter asked for {url[:200]}.")

        fonts = {path.name: path for known in typefaces.TYPEFACES.values() for path in known.files}
        self._fatal = FatalURLFetchingError
        self._weasyprint = weasyprint
        self._fetcher = OnlyOurs()
        self._fonts = FontConfiguration()
        self._sheet = weasyprint.CSS(
            string=font_faces() + STYLESHEET.read_text(),
            font_config=self._fonts,
            url_fetcher=self._fetcher,
        )
        conformance.end_streams_plainly()
        self._shared = SharedFonts()
        self._shared.install()
        self._recording = Recording()
        self._recording.install()
        self._classes = Classes()
        self._reader = Reader()
        self._complaints = Complaints()
        logging.getLogger("weasyprint").addHandler(self._complaints)
        logging.getLogger("fontTools").setLevel(logging.ERROR)

    def set(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to one document: its PDF, or why it is refused."""
        self._shared.characters = header["characters"]
        source = self._unpack(header, body)
        if not header["by_class"]:
            return self._set_plainly(header, source)
        characters = header["characters"]
        letter = self._reader.read(source, conformance.identifier(source, characters))
        try:
            made = self._classes.make(letter, characters)
        except Unproven as why:
            learning = Learning(self._recording, self._classes, letter, characters)
            answer, pdf = self._set_plainly(header, source, learning)
            return {**answer, "plainly": str(why)}, pdf
        return {"pages": made.pages, "class": made.of}, made.pdf

    def _set_plainly(
        self, header: dict[str, Any], source: str, learning: Learning | None = None
    ) -> tuple[dict[str, Any], bytes]:
        self._complaints.messages.clear()
        gc.enable()  # WeasyPrint leaves circles behind; letters by a layout leave none
        try:
            html = self._weasyprint.HTML(string=source, url_fetcher=self._fetcher)
            document = html.render(font_config=self._fonts, stylesheets=[self._sheet])
            if len(document.pages) > header["most_pages"]:
                return {"refused": _too_long(len(document.pages), header["most_pages"])}, b""
            if cut := cut_off(document):
                return {"refused": _beyond_the_edge(cut)}, b""
            if learning:
                learning.start(html.etree_element)
            pdf = document.write_pdf(
                finisher=_finisher(learning),
                pdf_variant=conformance.VARIANT,
                pdf_tags=True,
                pdf_identifier=conformance.identifier(source, header["characters"]),
            )
        except self._fatal as refused:
            return {"refused": str(refused)}, b""
        finally:
            gc.disable()
        if self._complaints.messages:
            return {"refused": " ".join(self._complaints.messages[:5])}, b""
        if learning:
            learning.prove(pdf)
        return {"pages": len(document.pages)}, pdf

    def _unpack(self, header: dict[str, Any], body: bytes) -> str:
        if header["assets"] is None:  # those of the letter before
            return body.decode()
        source, rest = body[: header["html"]], body[header["html"] :]
        self._fetcher.assets = {}
        for sha256, size in header["assets"]:
            self._fetcher.assets[sha256], rest = rest[:size], rest[size:]
        return source.decode()


def _finisher(learning: Learning | None) -> Callable[[Any, Any], None]:
    def finish(document: Any, pdf: Any) -> None:
        conformance.finish(document, pdf)
        if learning:
            learning.look(document, pdf)

    return finish


class Complaints(logging.Handler):
    """What WeasyPrint only warns of: an image it cannot read would simply be left out."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage()[:500])


def font_faces() -> str:
    """The @font-face rules of every bundled typeface."""
    bold, italic = "font-weight: bold;", "font-style: italic;"
    return "".join(
        f'@font-face {{ font-family: "{known.family}"; {style} src: url(font:{path.name}) }}\n'
        for known in typefaces.TYPEFACES.values()
        for path, style in zip(known.files, ("", bold, italic, bold + italic), strict=True)
    )


def cut_off(document: Any) -> str:
    """The first words that run beyond the right margin; nothing where none do.

    A word too long for its line is broken almost everywhere; where it is not, WeasyPrint lets it
    run off the paper and says nothing.
    """
    for page in document.pages:
        box = page._page_box
        edge = box.content_box_x() + box.width + _HAIR
        for one in box.descendants():
            if getattr(one, "text", "") and one.position_x + one.width > edge:
                return str(one.text)
    return ""


def _beyond_the_edge(text: str) -> str:
    return f"“{text[:40]}…” runs off the page. Put spaces into it, or shorten it."


def _too_long(pages: int, most: int) -> str:
    return f"The letter has {pages} pages; at most {most} are printed."


if __name__ == "__main__":
    main()
