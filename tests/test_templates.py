"""What must be true of every template."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
# Pages for a browser. Letters and e-mails are documents: they carry their style with them.
PAGES = [name for name in TEMPLATES if not name.startswith(("documents/", "emails/"))]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_parses(name):
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_a_script_or_loads_from_another_host(name):
    """The content policy would block them, and the page would break without a word."""
    source = (FOLDER / name).read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert not re.search(r"\son(?:click|change|submit|load|input|keyup|keydown)\s*=", source)
    assert not re.search(r"\bhx-(?:on|vals=.js:)", source)
    assert not re.search(
        r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["'](?:https?:)?//""", source
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_table_has_headings(name):
    source = (FOLDER / name).read_text()
    for table in re.findall(r"<table.*?</table>", source, re.DOTALL):
        assert "<th" in table


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("portal/")])
def test_a_recipients_page_holds_no_style_and_no_script(name):
    source = (FOLDER / name).read_text()
    assert not re.search(r"<script|<style|\sstyle\s*=", source)
