"""The import in the browser: upload, read, plan, confirm."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import ColumnMapping, DirectoryImport, ImportRow, Institution
from tests.campaigns.directory.builders import ipeds, table
from tests.campaigns.directory.test_workbook import workbook
from tests.factories import make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    client.force_login(make_user("manager"))
    return client


def upload(client, content, name="hd2023.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("campaigns:import_new"), {"file": file}, follow=True)


def read_url(response):
    return response.redirect_chain[-1][0]


def form_data(response):
    return {name: value for name, value in response.context["form"].initial.items() if value}


def plan(client, content, name="hd2023.csv", **changes):
    response = upload(client, content, name)
    data = {**form_data(response), **changes}
    client.post(read_url(response), data, follow=True)
    return DirectoryImport.objects.latest("pk")


def apply(client, found):
    url = reverse("campaigns:import_apply", args=[found.pk])
    return client.post(url, {"digest": found.plan_digest}, follow=True)


def test_the_first_page_says_what_to_do(manager):
    assert b"Nothing was imported yet" in manager.get(reverse("campaigns:imports")).content


def test_an_ipeds_file_goes_from_upload_to_rows(manager):
    response = upload(manager, ipeds({}, {"UNITID": "x"}))
    assert b"Its columns are those of IPEDS" in response.content
    found = plan(manager, ipeds({}, {"UNITID": "x"}))
    page = manager.get(found.get_absolute_url())
    assert b"Nothing is written yet" in page.content
    assert b"No letter can be posted to it until this is supplied: street" in page.content
    assert b"The UNITID is not six digits" in page.content
    assert not Institution.objects.exists()
    done = apply(manager, found)
    assert b"Imported: 1 new, 0 changed" in done.content
    assert b"Every one of the 2 rows is accounted for" in done.content
    assert Institution.objects.get().name == "Auburn University"
    listed = manager.get(reverse("campaigns:imports")).content
    assert b"hd2023.csv" in listed


def test_the_same_file_again_has_nothing_to_confirm(manager):
    apply(manager, plan(manager, ipeds({"ADDR": "1 Main"})))
    again = plan(manager, ipeds({"ADDR": "1 Main"}))
    page = manager.get(again.get_absolute_url()).content
    assert b"Nothing would change: all 1 institutions are on record" in page
    assert b"import_apply" not in page
    assert b"/apply/" not in page


def test_a_plan_without_remarks_shows_every_row(manager):
    found = plan(manager, ipeds({"ADDR": "1 Main"}))
    page = manager.get(found.get_absolute_url())
    assert page.context["not_clean"] == 0
    assert [row.name for row, _ in page.context["rows"]] == ["Auburn University"]


def test_a_stale_page_writes_nothing(manager):
    found = plan(manager, ipeds({}))
    make_institution("Auburn University", state="AL", city="Auburn")
    assert b"The directory changed since this plan was made" in apply(manager, found).content
    manager.post(reverse("campaigns:import_again", args=[found.pk]))
    assert ImportRow.objects.get().verdict == "ambiguous"


def test_an_ambiguous_row_is_decided_on_its_page(manager):
    twin = make_institution("Auburn University", state="AL", city="Auburn")
    found = plan(manager, ipeds({}))
    page = manager.get(found.get_absolute_url(), {"show": "ambiguous"}).content
    assert b"It is Auburn University, Auburn AL" in page
    url = reverse("campaigns:import_decide", args=[found.pk, 2])
    assert b"Choose which institution" in manager.post(url, follow=True).content
    manager.post(url, {"institution": twin.pk})
    found.refresh_from_db()
    assert found.counts["changed"] == 1


def test_a_plan_can_be_discarded(manager):
    found = plan(manager, ipeds({}))
    url = reverse("campaigns:import_discard", args=[found.pk])
    assert b"Nothing was written" in manager.post(url, follow=True).content


def test_other_headings_are_guessed_chosen_and_remembered(manager):
    content = table([{"Bezeichnung": "Foo", "Town": "Springfield", "Zeile": "IL"}])
    response = upload(manager, content, "list.csv")
    assert form_data(response) == {
        "collected_on": response.context["form"].initial["collected_on"],
        "column_1": "city",
    }
    data = {**form_data(response), "default_kind": "school", "column_2": "state"}
    refused = manager.post(read_url(response), data)
    assert b"Choose the column that holds the name" in refused.content
    twice = manager.post(read_url(response), {**data, "column_0": "city"})
    assert "City is chosen for “Bezeichnung” already." in twice.content.decode()
    manager.post(read_url(response), {**data, "column_0": "name"})
    apply(manager, DirectoryImport.objects.get())
    institution = Institution.objects.get()
    assert (institution.name, institution.kind, institution.state) == ("Foo", "school", "IL")
    assert ColumnMapping.objects.get().mapping["name"] == "Bezeichnung"
    again = upload(manager, content, "list2.csv")
    assert form_data(again)["column_0"] == "name"


def test_a_wrong_encoding_is_refused_and_another_can_be_chosen(manager):
    content = "name,city\nUniversité Laval,Québec\n".encode("cp1252")
    response = upload(manager, content, "list.csv")
    assert b"Line 2: the byte 0xE9 is not UTF-8" in response.content
    chosen = manager.get(read_url(response), {"profile": "generic", "encoding": "cp1252"})
    assert "Université Laval" in chosen.content.decode()
    url = f"{read_url(response)}?profile=generic&encoding=cp1252"
    manager.post(url, {**form_data(chosen), "default_kind": "university"})
    apply(manager, DirectoryImport.objects.get())
    assert Institution.objects.get().name == "Université Laval"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'name,city\n"A,B\nC,D\n', "begins on line 2"),
        (b"name,Name\nA,B\n", "2 columns named"),
        (b"name\n\xff\xfe\n", "Line 2"),
        (b"%PDF-1.7", "This is a PDF, not a table"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(manager, content, reason):
    response = upload(manager, content, "list.csv")
    assert response.status_code == 200
    assert reason in response.content.decode()
    assert not DirectoryImport.objects.exists()


def test_a_post_for_a_file_that_cannot_be_read_plans_nothing(manager):
    response = upload(manager, b'name\n"A\n', "list.csv")
    assert manager.post(read_url(response), {"column_0": "name"}).status_code == 200
    assert not DirectoryImport.objects.exists()


def test_a_workbook_is_read_and_a_formula_is_refused_by_its_cell(manager):
    content = workbook([["name", "city"], ["=A1", "X"], ["Good", "Y"]])
    found = plan(manager, content, "list.xlsx", default_kind="university")
    assert found.counts["refused"] == 1
    page = manager.get(found.get_absolute_url()).content.decode()
    assert "Cell A2 holds a formula" in page
    assert "cannot be read as it is" in page


def test_another_sheet_can_be_chosen(manager):
    content = workbook([["x"], ["1"]], Schools=[["name"], ["Foo"]])
    response = upload(manager, content, "list.xlsx")
    chosen = manager.get(read_url(response), {"profile": "generic", "sheet": "Schools"})
    assert b"Foo" in chosen.content


def test_a_name_of_a_file_is_never_a_path(manager):
    found = plan(manager, ipeds({}), "../../etc/hd2023.csv")
    assert found.file_name == "hd2023.csv"


def test_a_file_that_this_person_did_not_upload_is_asked_for_again(manager):
    url = reverse("campaigns:import_read", args=["0" * 64])
    assert b"Upload the file again" in manager.get(url, follow=True).content


def test_names_are_shown_as_typed_and_never_as_markup(manager):
    found = plan(manager, ipeds({"INSTNM": "<b>Void</b> {{ name }} _x_"}))
    page = manager.get(found.get_absolute_url()).content.decode()
    assert "&lt;b&gt;Void&lt;/b&gt; {{ name }} _x_" in page


def test_rows_are_shown_by_verdict_and_by_reason(manager):
    found = plan(
        manager, ipeds({}, {"UNITID": "100002", "CHFNM": " ", "INSTNM": "B", "ADDR": "1 Main"})
    )
    page = manager.get(found.get_absolute_url(), {"show": "new"})
    assert [row.line for row, _ in page.context["rows"]] == [2, 3]
    reason = "The file names no chief administrator"
    page = manager.get(found.get_absolute_url(), {"reason": reason})
    assert [row.line for row, _ in page.context["rows"]] == [3]
    assert (reason, 1) in page.context["reasons"]
    assert re.search(r"reason=The(\+|%20)file", page.content.decode())


def test_the_plan_takes_the_same_queries_for_30_and_3000_rows(
    manager, django_assert_max_num_queries
):
    counts = []
    for number in (30, 3000):
        rows = [{"UNITID": str(100_000 + index), "INSTNM": f"U {index}"} for index in range(number)]
        found = plan(manager, ipeds(*rows))
        with django_assert_max_num_queries(20) as captured:
            manager.get(found.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_only_those_who_may_import_do(client):
    client.force_login(make_user("drafter"))
    assert client.get(reverse("campaigns:import_new")).status_code == 403
