"""Steps 1 to 4: a directory, a ground, a campaign with its sender and recipients, a letter."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.desk import Desk
from tests.journeys.house import ROOT

SEED = ROOT / "campaigns" / "seed"
STREETS = SEED / "supplied_streets.csv"
PICTURES = ROOT / "letters" / "seed"
TITLE = "Request to confirm non-discrimination"
GROUND = "Title VI, Civil Rights Act of 1964"
DEMANDS = {
    "Confirm in writing": (
        "Confirm in writing that no program or other function of the institution will be limited "
        "for anyone on the ground of race, color or national origin."
    ),
    "Name the responsible officer": "Name the officer who is responsible for compliance.",
}
# They report a medical degree, and IPEDS gives no street for them.
WITHOUT_A_STREET = (
    "Auburn University",
    "Michigan State University",
    "Stanford University",
    "Tufts University",
    "University of Maryland-College Park",
)
MEDICAL = 208
COLLECTED_ON = "2023-10-01"  # a file that is not named HD2023 does not say it itself


@dataclass(frozen=True)
class Directory:
    """A file of institutions, how many rows it has, and what its plan must remark on."""

    path: Path
    rows: int
    remark: str

    @classmethod
    def at_hand(cls) -> "Directory":
        """The whole file where it lies beside the checkout, else the part that ships with us."""
        whole = ROOT.parent / "shared" / "data" / "ipeds_hd2023.csv"
        part = SEED / "institutions_reporting_a_medical_degree_ipeds.csv"
        path, remark = (
            (whole, "The file names no chief administrator")
            if whole.exists()
            else (part, "Federal financial assistance is not shown, and so not known")
        )
        with path.open(encoding="utf-8-sig", newline="") as file:
            return cls(path, sum(1 for _ in csv.reader(file)) - 1, remark)


# --- 1. The directory ----------------------------------------------------------------


def plan(manager: Desk, directory: Directory) -> None:
    """Upload the file and look at what it would do."""
    manager.go("/staff/")
    manager.menu("Imports")
    manager.follow("Import a file")
    manager.attach("CSV file or XLSX workbook", directory.path)
    manager.press("Read it")
    manager.sees(f"{directory.rows:,} rows, read as")
    manager.sees("Its columns are those of IPEDS")
    manager.fill("The data are of", COLLECTED_ON)
    manager.press("Plan the import")
    manager.sees_title(f"Plan of {directory.path.name}")
    manager.sees_number("all rows", directory.rows)
    verdicts = ("new", "changed", "same", "ambiguous", "refused", "blank")
    assert sum(map(manager.number, verdicts)) == directory.rows


def import_directory(manager: Desk, directory: Directory) -> None:
    plan(manager, directory)
    manager.sees_number("new", directory.rows)
    manager.sees("Nothing is written yet.")
    manager.sees(directory.remark)
    manager.sees("No letter can be posted to it until this is supplied")
    manager.picture("01-plan")
    manager.press(f"Write {directory.rows:,} institutions")
    manager.sees(f"Every one of the {directory.rows:,} rows is accounted for.")
    manager.picture("02-imported")


def import_it_again(manager: Desk, directory: Directory) -> None:
    plan(manager, directory)
    manager.sees(f"Nothing would change: all {directory.rows:,} institutions are on record")
    manager.sees_number("same", directory.rows)
    manager.picture("03-imported-again")


# --- 2. The grounds ------------------------------------------------------------------


def see_the_ground_unverified(counsel: Desk) -> None:
    counsel.menu("Grounds")
    counsel.picture("04-grounds")
    counsel.follow(GROUND)
    counsel.sees("Unverified: nobody here has checked it against its source.")


def verify_the_ground(counsel: Desk) -> None:
    counsel.menu("Grounds")
    counsel.follow(GROUND)
    counsel.press("I checked it")
    counsel.sees(re.compile(f"{GROUND} is verified until"))
    counsel.sees("Casey")
    counsel.picture("05-ground-verified")


# --- 3. The campaign -----------------------------------------------------------------


def create_campaign(manager: Desk) -> str:
    """A campaign with its ground and demands. Returns the address of its details."""
    manager.menu("Campaigns")
    manager.follow("New campaign")
    manager.fill("Title", TITLE)
    manager.fill("Matter", "Asks for a written confirmation. Sample text for a test.")
    manager.fill("Reference prefix", "CNF")
    manager.press("Create the campaign")
    manager.sees_title("Details")
    details = manager.path
    manager.follow("Pick")
    manager.tick(GROUND)
    manager.press("Save")
    manager.sees("The campaign cites 1 ground.")
    for title, text in DEMANDS.items():
        manager.follow("Add a demand")
        manager.fill("Title", title)
        manager.fill("Text", text)
        manager.tick(GROUND)
        manager.press("Add the demand")
        manager.sees(re.compile(r"Demand \d was added"))
    manager.picture("06-campaign")
    return details


def make_the_sender(manager: Desk, campaign: str) -> None:
    manager.menu("Letterheads")
    manager.follow("New letterhead")
    for label, value in {
        "Name": "Meridian Review (sample)",
        "Organisation": "Meridian Review",
        "Street": "100 Sample Plaza, Suite 400",
        "City": "Springfield",
        "State": "IL",
        "ZIP or postal code": "62701",
        "E-mail": "letters@meridian-review.invalid",
    }.items():
        manager.fill(label, value)
    manager.press("Add the letterhead")
    manager.attach("Picture", PICTURES / "logo.png")
    manager.press("Upload a logo")
    manager.sees("logo was checked")
    manager.follow("Add a signer")
    manager.fill("Name", "Alex Sample")
    manager.fill("Title", "Director of Review")
    manager.press("Add the signer")
    manager.sees("Alex Sample was added.")
    manager.follow("Edit", within=manager.row("Alex Sample"))
    manager.follow("Upload a signature")
    manager.attach("Picture", PICTURES / "signature.png")
    manager.press("Upload")
    manager.sees("The signature was checked")
    manager.sees_pictures()
    manager.picture("07-letterhead")
    manager.go(campaign)
    manager.tab("Sender")
    manager.choose("Letterhead and signer", re.compile("Alex Sample"))
    manager.press("Set the sender")
    manager.sees("The letters go out on")
    manager.sees_pictures()
    manager.picture("08-sender")


def choose_recipients(manager: Desk, campaign: str) -> None:
    """Everyone who reports a medical degree."""
    manager.go(campaign)
    manager.tab("Recipients")
    manager.follow("Choose recipients")
    manager.tick("Reports a medical degree")
    manager.press("Show")
    manager.sees(re.compile(f"{MEDICAL} institutions match"))
    manager.picture("09-choose")
    manager.press(f"Add all {MEDICAL} that match")
    manager.sees(f"{MEDICAL} of {MEDICAL} institutions were added.")
    manager.follow("Go to the recipients")
    manager.sees(f"{MEDICAL} written to.")


def write_by_email_too(manager: Desk, campaign: str, institution: str, address: str) -> None:
    manager.go(campaign)
    manager.tab("Recipients")
    manager.fill("Search", institution)
    manager.press("Filter")
    manager.follow("Addressees", within=manager.row(institution))
    manager.follow("Edit")
    manager.fill("E-mail", address)
    manager.tick("By e-mail")
    manager.press("Save")
    manager.sees(address)


# --- 4. The letter -------------------------------------------------------------------


def write_the_letter(drafter: Desk, campaign: str) -> None:
    """Start from the text that ships, be refused once, and save what is good."""
    drafter.go(campaign)
    drafter.tab("Letter")
    drafter.follow("New letter")
    drafter.choose("Start from", re.compile("request to confirm"))
    drafter.press("Begin the letter")
    drafter.sees("was begun")
    text = drafter.field("Text").input_value()
    text = text.replace("of your kind", "that report a medical degree")

    drafter.fill("Text", f"Dear {{{{ institution_nmae }}}}, we write.\n\n{text}")
    drafter.press("Save as the next version")
    drafter.sees("Nothing was saved; your text is kept below.")
    drafter.sees(re.compile("line 1, column 6", re.IGNORECASE))
    drafter.sees(re.compile("institution_name"))
    drafter.picture("10-unknown-field")

    drafter.fill("Text", text)
    drafter.fill("Why the text changed", "Say whom else we write to.")
    drafter.press("Save as the next version")
    drafter.sees("This is version 2.")
    drafter.fill("See it as this recipient will", "Stanford")
    drafter.sees("Stanford University")
    drafter.sees_pictures()
    drafter.picture("11-composer")
