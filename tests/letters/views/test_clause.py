"""The pages of the clause library."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from letters.models import Clause
from letters.starters import clauses
from tests.factories import make_user

pytestmark = pytest.mark.django_db

TYPED = {"name": "Preservation", "use": "Early.", "text": "Please keep it."}


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def clause(drafter):
    return Clause.objects.create(**TYPED, changed_by=drafter, changed_at=timezone.now())


def test_an_empty_library_takes_in_what_comes_with_the_program(client):
    page = client.get(reverse("letters:clauses"))
    assertContains(page, "Take in the clauses that come with the program")
    page = client.post(reverse("letters:clauses_take_in"), follow=True)
    assertContains(page, f"{len(clauses())} clauses of the program added.")
    assertContains(page, "Reservation of rights")


def test_a_clause_is_written_and_read(client):
    page = client.post(reverse("letters:clause_new"), TYPED, follow=True)
    assertContains(page, "Please keep it.")
    assertContains(page, "added the clause “Preservation”")


def test_a_clause_says_what_the_checks_of_a_letter_will_find(client, clause):
    assertNotContains(client.get(clause.get_absolute_url()), "will find")
    client.post(
        reverse("letters:clause_edit", args=[clause.pk]),
        {**TYPED, "text": "This is a FINAL WARNING."},
    )
    page = client.get(clause.get_absolute_url())
    assertContains(page, "The checks of every letter that holds it will find")
    assertContains(page, "“FINAL WARNING” warns of harm")


def test_a_refused_clause_says_where_and_keeps_what_was_typed(client):
    page = client.post(reverse("letters:clause_new"), {**TYPED, "text": "of {{ nobody }}"})
    assertContains(page, "Line 1, column 4: There is no field nobody.")
    assertContains(page, "of {{ nobody }}")
    assert not Clause.objects.exists()


def test_a_clause_is_edited(client, clause):
    address = reverse("letters:clause_edit", args=[clause.pk])
    assertContains(client.get(address), "Please keep it.")
    assertRedirects(client.post(address, {**TYPED, "text": "Keep."}), clause.get_absolute_url())
    clause.refresh_from_db()
    assert clause.text == "Keep."


def test_an_archived_clause_is_found_among_the_archived(client, clause):
    client.post(reverse("letters:clause_archive", args=[clause.pk]))
    address = reverse("letters:clauses")
    assertNotContains(client.get(address), "Please keep it.")
    assertContains(client.get(address, {"archived": "1"}), "Please keep it.")
    page = client.post(reverse("letters:clause_restore", args=[clause.pk]), follow=True)
    assertContains(page, "is offered again")


def test_words_find_clauses_by_name_and_text(client, clause):
    address = reverse("letters:clauses")
    assertContains(client.get(address, {"q": "keep preserv"}), "Please keep it.")
    assertContains(client.get(address, {"q": "elephant"}), "None found")


def test_counsel_reads_and_does_not_write(client, clause):
    client.force_login(make_user("counsel"))
    assertNotContains(client.get(clause.get_absolute_url()), "Edit")
    assert client.post(reverse("letters:clause_edit", args=[clause.pk]), TYPED).status_code == 403


def test_the_list_opens_in_as_many_queries_for_3_as_for_30(client, drafter, query_count):
    def add(count):
        for _ in range(count):
            number = Clause.objects.count()
            Clause.objects.create(
                name=f"Clause {number}", text="x", changed_by=drafter, changed_at=timezone.now()
            )

    add(3)
    few = query_count(client, reverse("letters:clauses"))
    add(27)
    assert query_count(client, reverse("letters:clauses")) == few
