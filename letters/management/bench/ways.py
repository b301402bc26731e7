"""Ways of setting a letter, to be measured side by side.

Each takes the content of a letter and gives its PDF; `seconds` is the processor time that it
has taken so far, that of its processes included.
"""

import os
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from letters.merge import child, conformance, document, typefaces
from letters.merge.content import LetterContent
from letters.merge.press import Press, Rendered, made_of

_SCHEDULED = 2  # as Linux names the clock of a process's time on a processor


class Way(Protocol):
    name: str

    def set(self, content: LetterContent) -> bytes: ...
    def seconds(self) -> float: ...


class Plain:
    """WeasyPrint called once for each letter, the obvious way: all is read each time.

    Same words, same tags, same archival form and the same mask of the QR code as ours.
    """

    name = "WeasyPrint, once for each letter"

    def __init__(self) -> None:
        os.environ["FONTCONFIG_FILE"] = str(typefaces.FOLDER / "fonts.conf")
        warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
        import weasyprint

        self._weasyprint = weasyprint

    def set(self, content: LetterContent) -> bytes:
        from weasyprint.text.fonts import FontConfiguration

        made = document.make(content)
        fetcher, fonts = _fetcher(made.assets), FontConfiguration()
        sheet = self._weasyprint.CSS(
            string=child.font_faces() + document.STYLESHEET.read_text(),
            font_config=fonts,
            url_fetcher=fetcher,
        )
        pdf: bytes = self._weasyprint.HTML(string=made.html, url_fetcher=fetcher).write_pdf(
            stylesheets=[sheet],
            font_config=fonts,
            finisher=conformance.finish,
            pdf_variant=conformance.VARIANT,
            pdf_tags=True,
        )
        return pdf

    def seconds(self) -> float:
        return time.process_time()


def _fetcher(assets: dict[str, bytes]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> Any:
            scheme, _, name = url.partition(":")
            is_font = scheme == "font"
            content = (typefaces.FOLDER / name).read_bytes() if is_font else assets[name]
            return URLFetcherResponse(url, content)

    return Fetcher()


class Ours:
    """The press as it is: in its bounded child, letters of a class by the layout they share."""

    name = "Countersign"

    def __init__(self, press: Press | None = None, *, by_class: bool = True) -> None:
        self._press = press or Press()
        self._by_class = by_class
        self.reasons = Counter[str]()
        self.layouts: set[str] = set()
        self.most_memory = 0

    def set_all(self, contents: Sequence[LetterContent]) -> list[Rendered]:
        """The letters, in turn. Raises what keeps one of them from being set."""
        documents = [document.make(content) for content in contents]
        made = [made_of(one) for one in self._press.render_many(documents, by_class=self._by_class)]
        self.layouts.update(one.set_by for one in made if one.set_by)
        self.reasons.update(one.set_alone for one in made if one.set_alone)
        return made

    def by_itself(self) -> "Ours":
        """The same press, without layouts that are shared."""
        return Ours(self._press, by_class=False)

    def seconds(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime + self._running()

    def note_memory(self) -> None:
        """Bytes of this process and of the child at their largest."""
        here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.most_memory = max(self.most_memory, here + self._child_memory())

    def close(self) -> None:
        self._press.close()

    def _running(self) -> float:
        """The processor time of the child, by its own clock: reading it takes no time itself."""
        pid = self._press.pid
        return time.clock_gettime(~pid << 3 | _SCHEDULED) if pid else 0.0

    def _child_memory(self) -> int:
        pid = self._press.pid
        lines = Path(f"/proc/{pid}/status").read_text().splitlines() if pid else []
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


class Command:
    """A program that is started for each letter and makes a PDF of an HTML file."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = name
        self._arguments = arguments

    def set(self, content: LetterContent) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "letter.html", Path(folder) / "letter.pdf"
            source.write_text(document.make(content).html)
            places = {"source": str(source), "target": str(target), "folder": folder}
            subprocess.run(
                [argument.format(**places) for argument in self._arguments],
                check=True,
                capture_output=True,
                timeout=120,
            )
            return target.read_bytes()

    def seconds(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime


def others() -> list[tuple[str, Command | None]]:
    """Programs of other people; None where one is not installed. They do not know our stylesheet.

    Their pages are the same words without our layout, and are not tagged: they show the order
    of magnitude, not which is better.
    """
    known = {
        "chromium": (
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu"),
            *("--user-data-dir={folder}", "--print-to-pdf={target}", "{source}"),
        ),
        "wkhtmltopdf": ("wkhtmltopdf", "--quiet", "{source}", "{target}"),
        "soffice": (
            *("soffice", "--headless", "--convert-to", "pdf:writer_web_pdf_Export"),
            *("--outdir", "{folder}", "{source}"),
        ),
    }
    return [
        (name, Command(name, *how) if shutil.which(name) else None) for name, how in known.items()
    ]
