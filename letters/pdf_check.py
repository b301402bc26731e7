"""Look inside a PDF from outside, in a process of its own.

Run as `python pdf_check.py` with the PDF on standard input; writes one line of JSON. A file
made to hang or to fill the memory of a parser ends this process and no other.
"""

import io
import json
import resource
import sys

import pikepdf

SECONDS = 5
MEMORY = 1024 * 1024 * 1024
OBJECTS = 100_000
# What a page needs for nothing but acting on its own, and what each is in plain words.
_ACTIONS = {
    "/JavaScript": "a script",
    "/Launch": "a command that starts a program",
    "/ImportData": "a command that loads data",
    "/SubmitForm": "a form that sends data",
    "/GoToE": "a link into an embedded file",
    "/RichMedia": "embedded media",
    "/Rendition": "embedded media",
}
_KEYS = {
    "/JS": "a script",
    "/EmbeddedFiles": "embedded files",
    "/EF": "embedded files",
    "/XFA": "a dynamic form",
}


def active_content(pdf: bytes) -> list[str]:
    """What the file could do by itself, in plain words; empty for a plain document."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if len(document.objects) > OBJECTS:
            raise pikepdf.PdfError("too many objects")
        waiting = [*document.objects, document.trailer]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, pikepdf.Array):
                waiting += [item for item in thing if _is_inside(item)]
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                for key, value in thing.items():
                    if key in _KEYS:
                        found.add(_KEYS[key])
                    if key in ("/S", "/Subtype") and str(value) in _ACTIONS:
                        found.add(_ACTIONS[str(value)])
                    if _is_inside(value):
                        waiting.append(value)
    return sorted(found)


def _is_inside(value: object) -> bool:
    """A direct container: indirect ones are looked at on their own, so nothing loops."""
    return (
        isinstance(value, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream)
        and not value.is_indirect
    )


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer: dict[str, object] = {"active": active_content(sys.stdin.buffer.read())}
    except pikepdf.PasswordError:
        answer = {"refused": "it is protected by a password"}
    except pikepdf.PdfError:
        answer = {"refused": "it is damaged or is not a PDF"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
