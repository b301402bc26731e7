"""Texts that come with the program: letters to start from, and clauses for the library.

They are the files of `letters/seed`. Each begins with lines of the form `Name: value`, then a
blank line, then the body.
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


@dataclass(frozen=True)
class ClauseText:
    """One clause. `key` is the name of its file."""

    key: str
    name: str
    use: str
    text: str


@cache
def starters() -> dict[str, Starter]:
    """Every starter by its key, in the order of their files."""
    return {path.stem: _starter(path) for path in sorted(FOLDER.glob("*.md"))}


@cache
def clauses() -> list[ClauseText]:
    """Every clause, in the order of their names."""
    found = []
    for path in FOLDER.glob("clauses/*.md"):
        said, text = _read(path)
        found.append(ClauseText(path.stem, said["Name"], said["Use"], text))
    return sorted(found, key=lambda clause: clause.name)


def _starter(path: Path) -> Starter:
    said, body = _read(path)
    return Starter(
        key=path.stem,
        title=said["Title"],
        purpose=said["Purpose"],
        subject=said["Subject"],
        closing=said["Closing"],
        body=body,
    )


def _read(path: Path) -> tuple[dict[str, str], str]:
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    return dict(line.split(": ", 1) for line in head.split("\n")), body.strip("\n")
