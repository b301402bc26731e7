"""The import from the command line: a plan first, and nothing written without --apply."""

import io

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import DirectoryImport, Institution
from tests.campaigns.directory.builders import ipeds, table
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "hd2023.csv"
    path.write_bytes(ipeds({}, {"UNITID": "100002", "INSTNM": "B", "ADDR": "1 Main"}))
    return path


def run(*args, **options):
    out = io.StringIO()
    call_command("import_institutions", *args, stdout=out, **options)
    return out.getvalue()


def test_the_plan_is_printed_and_nothing_is_written(file):
    said = run(file, profile="ipeds")
    assert "line 2: new: Auburn University: No letter can be posted to it" in said
    assert "line 3" not in said
    assert "2 new" in said
    assert "2 rows in all" in said
    assert "Nothing was written" in said
    assert not Institution.objects.exists()
    assert not DirectoryImport.objects.exists()


def test_it_is_applied_in_the_name_of_a_person(file):
    user = make_user()
    assert "Imported: 2 institutions" in run(file, apply=True, by=user.username)
    assert DirectoryImport.objects.get().planned_by == user
    assert "Nothing changed" in run(file, apply=True, by=user.username)


@pytest.mark.parametrize("by", [None, "nobody"])
def test_it_is_not_applied_in_nobodys_name(file, by):
    with pytest.raises(CommandError):
        run(file, apply=True, by=by)
    assert not Institution.objects.exists()


def test_a_file_of_no_known_year_needs_a_date(file):
    other = file.rename(file.parent / "directory.csv")
    with pytest.raises(CommandError, match="--collected-on"):
        run(other)
    assert "2 new" in run(other, collected_on="2023-10-01")


def test_a_list_is_read_by_its_mapping(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(table([{"Bezeichnung": "A", "Ort": "X"}]))
    with pytest.raises(CommandError, match="holds the name"):
        run(path)
    assert "1 new" in run(path, mapping=["name=Bezeichnung", "city=Ort"])


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b'name\n"A\n')
    with pytest.raises(CommandError, match="line 2"):
        run(path)
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "missing.csv")
