"""Texts that a new letter may start from: the files of `letters/seed`.

Each begins with lines of the form `Name: value`, then a blank line, then the body.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "seed"


@dataclass(frozen=True)
class Starter:
    """One text to start from. `key` is the name of its file."""

    key: str
    title: str
    purpose: str
    subject: str
    closing: str
    body: str


@cache
def starters() -> dict[str, Starter]:
    """Every starter by its key, in the order of their files."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.md"))}


def _read(path: Path) -> Starter:
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    said = dict(line.split(": ", 1) for line in head.split("\n"))
    return Starter(
        key=path.stem,
        title=said["Title"],
        purpose=said["Purpose"],
        subject=said["Subject"],
        closing=said["Closing"],
        body=body.strip("\n"),
    )
