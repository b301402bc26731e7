"""An invented mailing to real institutions: three pages, logo, signature, QR code, ten demands.

Institutions are read from a file of the federal directory (IPEDS) and taken in turn. From the
second turn on each is joined with another town, head and street number, so that no two letters
have the same name, address or greeting.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import campaigns
from campaigns import filestore
from letters import images, starters
from letters.merge import codes, reference
from letters.merge.assemble import assemble
from letters.merge.content import LetterContent
from letters.merge.salutation import greeted

DIRECTORY = (
    Path(campaigns.__file__).parent / "seed/institutions_reporting_a_medical_degree_ipeds.csv"
)
_DEMANDS = (
    "Confirm in writing that no program, research, collaboration, conference, fellowship, "
    "scholarship, publication or other function of the institution is limited for anyone on the "
    "ground of race, color or national origin.",
    "Name the officer who is responsible for compliance with Title VI, and how that person can "
    "be reached.",
    "Provide the text of the current non-discrimination policy, or the web address at which it "
    "is published.",
    "State whether any complaint under that policy was upheld within the past three academic "
    "years, and what was done in consequence.",
    "Name every scholarship whose terms refer to race, color or national origin, and say what "
    "will become of it.",
    "Name every program to which admission is limited in the same way, with the dates of its "
    "next term.",
    "State how applicants are told of their rights, and since when.",
    "State how often those who decide on admission are instructed in the law, and by whom.",
    "Keep the records that bear on these items until the matter is settled.",
    "Publish your answer, or agree that it is published beside this letter.",
)
_GROUND = {
    "key": "title_vi",
    "name": "Title VI, Civil Rights Act of 1964",
    "citation": "42 U.S.C. § 2000d et seq.",
    "regulations": "34 C.F.R. pt. 100 (ED); 45 C.F.R. pt. 80 (HHS)",
    "cases": "",
}


class _Words:
    """The starter text of a first letter."""

    def __init__(self) -> None:
        start = starters.starters()["first-letter"]
        self.subject, self.body, self.closing = start.subject, start.body, start.closing
        self.label, self.enclosures = "", "Text of 42 U.S.C. §§ 2000d and 2000d-4a (one sheet)"


@dataclass(frozen=True)
class Draft:
    """A letter before its values are merged, which is part of making it."""

    words: _Words
    data: dict[str, Any]
    characters: str = ""

    def content(self) -> LetterContent:
        said = assemble(self.words, self.data, codes.derive(self.data["reference"]))
        return replace(said, characters=self.characters)


def contents(count: int, directory: Path = DIRECTORY) -> Iterator[LetterContent]:
    return (draft.content() for draft in drafts(count, directory))


def drafts(count: int, directory: Path = DIRECTORY, characters: str = "") -> Iterator[Draft]:
    """So many letters. Their two pictures are put into storage."""
    with directory.open(encoding="utf-8-sig", newline="") as opened:
        found = csv.DictReader(opened)
        rows = [{name: " ".join(cell.split()) for name, cell in row.items()} for row in found]
    rows = [row for row in rows if row["ADDR"]]
    common, words = _common(), _Words()
    for number in range(count):
        yield Draft(words, {**common, **_recipient(rows, number)}, characters)


def _recipient(rows: list[dict[str, str]], number: int) -> dict[str, Any]:
    turn, index = divmod(number, len(rows))
    row = rows[index]
    other = rows[(index + turn * 7) % len(rows)]
    institution = row["INSTNM"] if not turn else f"{row['INSTNM']} at {other['CITY']}"
    name, title = other["CHFNM"].strip(), other["CHFTITLE"].strip()
    lines = [
        name,
        title,
        institution,
        f"{turn} {row['ADDR']}" if turn else row["ADDR"],
        f"{row['CITY']}, {row['STABBR']} {row['ZIP']}",
    ]
    lines = [line for line in lines if line]
    return {
        "reference": reference.make("CNF", 2026, number % 999_999 + 1),
        "institution_name": institution,
        "institution_city": row["CITY"],
        "institution_state": row["STABBR"],
        "is_public": row["CONTROL"] == "1",
        "is_private": row["CONTROL"] != "1",
        "addressee_name": name,
        "addressee_title": title,
        "addressee": ", ".join(part for part in (name, title) if part) or institution,
        "salutation": greeted(name, title),
        "address_lines": lines,
        "postal_lines": lines,
    }


def _common() -> dict[str, Any]:
    logo = (starters.FOLDER / "logo.png").read_bytes()
    signature = (starters.FOLDER / "signature.png").read_bytes()
    return {
        "letter_date": "2026-11-27",
        "deadline": "5:00 p.m. Eastern Time on Friday, January 8, 2027",
        "deadline_date": "2027-01-08",
        "first_letter_date": "",
        "first_letter_reference": "",
        "is_follow_up": False,
        "campaign_title": "Request to confirm non-discrimination",
        "demands": [
            {"number": str(number), "title": "Demand", "text": text}
            for number, text in enumerate(_DEMANDS, start=1)
        ],
        "grounds": [_GROUND],
        "letterhead": {
            "organisation": "Meridian Review",
            "address_lines": ["100 Sample Plaza, Suite 400", "Springfield, IL 62701"],
            "contact_lines": ["(217) 555-0142", "letters@meridian-review.invalid"],
            "side_column": ["A sample organization,", "made up for a measurement"],
            "logo_sha256": filestore.put(
                images.for_print(logo, millimetres=images.LOGO_MILLIMETRES)
            ),
            "typeface": "noto-serif",
        },
        "signer": {
            "name": "Alex Sample",
            "title": "Director of Review",
            "organisation": "Meridian Review",
            "bar_number": "",
            "signature_sha256": filestore.put(
                images.for_print(signature, millimetres=images.SIGNATURE_MILLIMETRES)
            ),
        },
        "their_reference": "",
        "delivery_lines": ["VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED"],
        "copy_for": "",
        "copies": [],
    }
