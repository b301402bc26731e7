"""The demo's directory: 208 real institutions, and the five streets their rows lack."""

import io
from pathlib import Path

from django.core.management import call_command

import campaigns
from campaigns.models import Institution, User

SEED = Path(campaigns.__file__).parent / "seed"
COLLECTED_ON = "2023-10-01"  # see the README beside the files


def institutions(by: User) -> list[Institution]:
    """Import both files as a clerk would by hand; what is on record already stays."""
    for name in ("institutions_reporting_a_medical_degree_ipeds.csv", "supplied_streets.csv"):
        call_command(
            "import_institutions",
            str(SEED / name),
            collected_on=COLLECTED_ON,
            apply=True,
            by=by.username,
            stdout=io.StringIO(),  # the plan can be read on the page of the import
        )
    return list(Institution.objects.with_fact("medical_degree").order_by("name"))
