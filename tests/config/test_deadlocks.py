"""Decisions that wait for each other: one is ended by PostgreSQL, and both are made."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from campaigns import audit
from campaigns.models import Institution
from config import deadlocks
from config.deadlocks import MakeAgainAfterDeadlock
from tests.factories import make_institution

requests = RequestFactory()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(deadlocks, "PAUSE", 0.01)


def ended(sqlstate: str = "40P01") -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = type("DeadlockDetected", (Exception,), {"sqlstate": sqlstate})()
    return error


def decide(view, request=None) -> HttpResponse | None:
    middleware = MakeAgainAfterDeadlock(lambda request: HttpResponse())
    return middleware.process_view(request or requests.post("/"), view, (), {})


def failing(times: int, error: OperationalError):
    tries = []

    def view(request):
        tries.append(request.FILES["scan"].read() if request.FILES else b"")
        if len(tries) <= times:
            raise error
        return HttpResponse("done")

    return view, tries


def test_what_was_ended_is_done_again_with_its_files_whole():
    view, tries = failing(2, ended())
    request = requests.post("/", {"scan": SimpleUploadedFile("a.pdf", b"whole")})
    assert decide(view, request).content == b"done"
    assert tries == [b"whole"] * 3


@pytest.mark.parametrize("error", [ended("57014"), OperationalError("database is locked")])
def test_another_failure_is_not_tried_again(error):
    view, tries = failing(9, error)
    with pytest.raises(OperationalError):
        decide(view)
    assert len(tries) == 1


def test_what_is_ended_again_and_again_fails_in_the_end():
    view, tries = failing(9, ended())
    with pytest.raises(OperationalError):
        decide(view)
    assert len(tries) == deadlocks.TRIES


def test_a_page_that_is_only_read_is_left_to_django():
    view, tries = failing(0, ended())
    assert decide(view, requests.get("/")) is None
    assert not tries


def test_it_stands_behind_the_login_and_the_token_of_the_form(settings):
    assert settings.MIDDLEWARE[-1] == "config.deadlocks.MakeAgainAfterDeadlock"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_in_opposite_order_both_are_made():
    """One holds the row and wants the chain of the audit log, the other the chain and the row."""
    row = make_institution()
    met = threading.Barrier(2)
    tries: list[str] = []
    answers: list[HttpResponse | None] = []

    def meet(name: str) -> None:
        tries.append(name)
        if tries.count(name) == 1:
            met.wait(timeout=10)

    def hold() -> None:
        Institution.objects.filter(pk=row.pk).update(phone="1")

    def record(name: str) -> None:
        audit.record("test.decided", subject=row, by=None, sentence=f"{name} was decided.")

    def row_first(request) -> HttpResponse:
        with transaction.atomic():
            hold()
            meet("row first")
            record("row first")
        return HttpResponse()

    def chain_first(request) -> HttpResponse:
        with transaction.atomic():
            record("chain first")
            meet("chain first")
            hold()
        return HttpResponse()

    def make(view) -> None:
        try:
            answers.append(decide(view))
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=(view,)) for view in (row_first, chain_first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == 2
    assert len(tries) > 2, "nothing waited for the other, so this shows nothing"
    assert audit.history(row).filter(verb="test.decided").count() == 2
    assert audit.verify().holds
