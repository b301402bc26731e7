"""The same letter in Typst, the fastest program that sets pages like ours.

Its pages are ours line for line, tagged, and to the same standards. One compiler is kept for all
letters, which it is quickest with. It is a package of the tests, for measuring alone: where it is
not installed, it is not measured.
"""

import html
import importlib.util
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from campaigns import filestore
from letters.merge import qr, typefaces
from letters.merge.blocks import RESPONSE
from letters.merge.content import LetterContent
from letters.merge.fields import long_date
from letters.merge.typography import typeset

_TEMPLATE = Path(__file__).parent / "letter.typ"
_STANDARDS = ["ua-1", "a-3u"]


def is_installed() -> bool:
    return importlib.util.find_spec("typst") is not None


class Typst:
    """Accessible and archival, like ours. Each letter is handed over as an input of the compiler,
    which is what its documentation has inputs for."""

    name = "Typst, one compiler, letters as its input"

    def __init__(self) -> None:
        typst: Any = importlib.import_module("typst")
        self._folder = tempfile.TemporaryDirectory(prefix="typst-")
        shutil.copy(_TEMPLATE, self._folder.name)
        self._compiler = typst.Compiler(
            root=self._folder.name,
            font_paths=[str(typefaces.FOLDER)],
            ignore_system_fonts=True,
        )

    def set(self, content: LetterContent) -> bytes:
        for image in (content.letterhead.logo_sha256, content.signer.signature_sha256):
            place = Path(self._folder.name) / f"{image}.png"
            if not place.exists():
                place.write_bytes(filestore.get(image))
        return self._composed(json.dumps(_values(content)))

    def _composed(self, letter: str) -> bytes:
        return self._compiled("sys.inputs.letter", sys_inputs={"letter": letter})

    def _compiled(self, letter: str, **more: Any) -> bytes:
        source = f'#import "{_TEMPLATE.name}": compose\n#compose(json(bytes({letter})))'
        pdf: bytes = self._compiler.compile(
            source.encode(), format="pdf", pdf_standards=_STANDARDS, **more
        )
        return pdf

    def seconds(self) -> float:
        return time.process_time()

    def close(self) -> None:
        self._folder.cleanup()


class TypstBySource(Typst):
    """Each letter stands in a source of its own: another input makes Typst forget all that it has
    set, another source does not."""

    name = "Typst, one compiler, letters in its source"

    def _composed(self, letter: str) -> bytes:
        return self._compiled(json.dumps(letter))  # a string is written as in JSON


def _values(content: LetterContent) -> dict[str, Any]:
    head, signer, date = content.letterhead, content.signer, long_date(content.letter_date)
    return {
        "title": f"Letter {content.reference} to {content.addressee}",
        "description": f"Letter {content.reference} of {date}",
        "reference": content.reference,
        "date": date,
        "addressee": content.addressee,
        "letterhead": {
            "organisation": head.organisation,
            "logo": f"{head.logo_sha256}.png",
            "side": head.side_column,
            "contact": head.address_lines + head.contact_lines,
        },
        "delivery": content.delivery_lines,
        "address": [typeset(line) for line in content.address_lines],
        "subject": html.unescape(content.subject),
        "salutation": typeset(content.salutation),
        "body": f"<body>{content.body.replace(RESPONSE, '<respond/>')}</body>",
        "panel": _panel(content),
        "closing": content.closing,
        "signer": {
            "name": signer.name,
            "title": signer.title,
            "organisation": signer.organisation,
            "signature": f"{signer.signature_sha256}.png",
        },
        "enclosure": content.enclosures[0],
    }


def _panel(content: LetterContent) -> dict[str, str]:
    drawn = qr.draw(content.response.url)
    return {
        "deadline": typeset(content.deadline),
        "reference": content.reference,
        "url": content.response.url,
        "code": content.response.short_code,
        "start": content.response.start_url,
        "qr": drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
    }
