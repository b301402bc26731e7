"""The checks as a table in Markdown, for `docs/checks.md`."""

from letters.preflight.check import AMBER, NOTE, RED, Family
from letters.preflight.registry import CHECKS

BEGIN, END = "<!-- checks -->", "<!-- end of checks -->"
_WORDS: dict[str, str] = {RED: "red", AMBER: "amber", NOTE: "note"}


def table() -> str:
    """One table for each family, in the order of the registry."""
    parts = []
    for family in Family:
        rows = [
            f"| {one.title} | {_WORDS[one.severity]} | {one.looks} | {one.mend} |"
            for one in CHECKS
            if one.family is family
        ]
        heading = "| check | found in | what it looks at | where it is put right |"
        parts.append("\n".join([f"## {family}", "", heading, "|---|---|---|---|", *rows]))
    return "\n\n".join(parts)


def written_into(page: str) -> str:
    """The page with the table of now between its two marks."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"
