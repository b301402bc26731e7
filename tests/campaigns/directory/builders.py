"""Files and choices for tests of the directory."""

import csv
import datetime
import io

from campaigns.directory import profiles
from campaigns.directory.choices import Choices
from campaigns.directory.mapping import guess
from campaigns.directory.reading import read

ON = datetime.date(2023, 10, 1)
AUBURN = {
    "UNITID": "100858",
    "INSTNM": "Auburn University",
    "IALIAS": " ",
    "ADDR": " ",
    "CITY": "Auburn",
    "STABBR": "AL",
    "ZIP": "36849",
    "CHFNM": "Chris Roberts",
    "CHFTITLE": "President",
    "GENTELE": "3348444000",
    "EIN": "636000724",
    "UEIS": "DMQNDJDHTDG4",
    "OPEID": "100900",
    "OPEFLAG": "1",
    "WEBADDR": "www.auburn.edu/",
    "CONTROL": "1",
    "MEDICAL": "1",
    "DEATHYR": "-2",
    "CLOSEDAT": "-2",
}
IPEDS_HEADINGS = list(AUBURN)


def ipeds(*rows):
    """An IPEDS file; each row is Auburn's with what is given in its place."""
    return table([{**AUBURN, **row} for row in rows], IPEDS_HEADINGS)


def table(rows, headings=None):
    """A CSV file of dicts."""
    headings = headings or list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def ipeds_choices(**fields):
    return Choices(**{"file_name": "hd2023.csv", "profile": "ipeds", "collected_on": ON, **fields})


def list_choices(content, **fields):
    """Choices for any other list, with the mapping that is guessed from its headings."""
    fields.setdefault("mapping", guess(read(content).headings))
    return Choices(**{"file_name": "list.csv", "profile": "generic", "collected_on": ON, **fields})


def ipeds_records(*rows):
    return list(profiles.records(read(ipeds(*rows)), ipeds_choices()))


def list_records(*rows, **fields):
    content = table(rows)
    return list(profiles.records(read(content), list_choices(content, **fields)))
