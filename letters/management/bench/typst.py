"""The same letter in Typst, the fastest program that sets pages like ours.

One compiler is kept for all letters, which it is quickest with. It is a package of the tests,
for measuring alone: where it is not installed, it is not measured.
"""

import importlib.util
import json
import shutil
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from letters.merge import document, qr, typefaces
from letters.merge.content import LetterContent

_SOURCE = Path(__file__).parent / "letter.typ"
_PARAGRAPHS = frozenset({"p", "li", "h1", "h2", "h3"})
_STYLES = {"em": "em", "strong": "strong", "b": "strong"}
_UNPRINTED = frozenset({"style", "title", "svg"})


def is_installed() -> bool:
    return importlib.util.find_spec("typst") is not None


class Typst:
    """Tagged by itself, like ours."""

    name = "Typst, one compiler for all letters"

    def __init__(self) -> None:
        typst: Any = importlib.import_module("typst")
        self._folder = tempfile.TemporaryDirectory(prefix="typst-")
        source = shutil.copy(_SOURCE, self._folder.name)
        self._compiler = typst.Compiler(
            source,
            root=self._folder.name,
            font_paths=[str(typefaces.FOLDER)],
            ignore_system_fonts=True,
        )

    def set(self, content: LetterContent) -> bytes:
        made = document.make(content)
        for name, image in made.assets.items():
            place = Path(self._folder.name) / name
            if not place.exists():
                place.write_bytes(image)
        words = _Words()
        words.feed(made.html)
        letter = {
            "title": f"Letter {content.reference} to {content.addressee}",
            "reference": content.reference,
            "sender": content.letterhead.organisation,
            "blocks": [block for block in words.blocks if block.get("parts", True)],
            "qr": qr.draw(content.response.url).replace(
                "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
            ),
        }
        pdf: bytes = self._compiler.compile(format="pdf", sys_inputs={"letter": json.dumps(letter)})
        return pdf

    def seconds(self) -> float:
        return time.process_time()


class _Words(HTMLParser):
    """The paragraphs, pictures and entries of a letter, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[dict[str, Any]] = []
        self._styles: list[str] = []
        self._silent = 0
        self._number = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in _UNPRINTED:
            self._silent += 1
            if tag == "svg":
                self.blocks.append({"kind": "qr"})
        elif tag in _STYLES:
            self._styles.append(_STYLES[tag])
        elif tag == "ol":
            self._number = 0
        elif tag == "img":
            source = (known["src"] or "").removeprefix("asset:")
            self.blocks.append({"kind": "img", "source": source, "alt": known["alt"]})
        elif tag == "li":
            self._number += 1
            self.blocks.append({"kind": "li", "number": self._number, "parts": []})
        elif tag in _PARAGRAPHS and not self._continues_item():
            self.blocks.append({"kind": "p", "parts": []})

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNPRINTED:
            self._silent -= 1
        elif tag in _STYLES:
            self._styles.pop()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split("\n"))
        if text.strip() and not self._silent and self.blocks and "parts" in self.blocks[-1]:
            style = self._styles[-1] if self._styles else ""
            self.blocks[-1]["parts"].append({"style": style, "text": text})

    def _continues_item(self) -> bool:
        """The first paragraph of an entry is the entry."""
        return bool(self.blocks) and self.blocks[-1].get("parts") == []
