"""The list of checks in the documentation is the list of checks."""

from pathlib import Path

from django.conf import settings

from letters.preflight.table import written_into


def test_the_documentation_lists_every_check_as_it_is():
    page = Path(settings.BASE_DIR, "docs", "checks.md").read_text()
    assert page == written_into(page), (
        "docs/checks.md is behind. Put written_into(page) of letters.preflight.table there."
    )
