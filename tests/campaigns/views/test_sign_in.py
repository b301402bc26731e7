"""The sign-in page, when passwords are guessed."""

import pytest
from django.shortcuts import resolve_url
from django.test import Client

from campaigns.actions import sign_in
from campaigns.models import AuditEvent, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def kim() -> User:
    return make_user("manager", username="kim")


def try_it(password: str, name: str = "kim", **headers: str) -> tuple[bool, str]:
    """Whether it signed in, and the page."""
    response = Client().post(
        LOGIN, {"username": name, "password": password, "next": "/staff/"}, headers=headers
    )
    return response.status_code == 302, response.content.decode()


def test_the_right_password_opens_the_staff_pages(kim):
    client = Client()
    response = client.post(LOGIN, {"username": "kim", "password": PASSWORD, "next": "/staff/"})
    assert response.url == "/staff/"
    assert client.get(resolve_url("letters:home")).status_code == 200


def test_after_five_wrong_passwords_the_right_one_is_refused_too_and_says_what_to_do(kim):
    for _ in range(sign_in.TRIES):
        signed_in, page = try_it("wrong")
        assert not signed_in and "Please enter the correct" in page
    signed_in, page = try_it(PASSWORD)
    assert not signed_in
    assert "Wait 15 minutes, then try again" in page
    assert AuditEvent.objects.get().verb == "sign_in.locked"


def test_a_stranger_who_knows_a_name_does_not_keep_its_owner_out(kim, settings):
    settings.BEHIND_PROXY = True
    for _ in range(sign_in.TRIES + 1):
        try_it("wrong", **{"X-Forwarded-For": "203.0.113.7"})
    assert try_it(PASSWORD, **{"X-Forwarded-For": "198.51.100.9"})[0]
    assert not try_it(PASSWORD, **{"X-Forwarded-For": "203.0.113.7"})[0]


def test_an_address_that_the_visitor_made_up_counts_for_nothing(kim, settings):
    """The proxy adds the address it saw to the end of what it was sent."""
    settings.BEHIND_PROXY = True
    for number in range(sign_in.TRIES):
        try_it("wrong", **{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.7"})
    assert not try_it(PASSWORD, **{"X-Forwarded-For": "10.0.0.99, 203.0.113.7"})[0]


def test_without_a_proxy_nobody_says_where_they_are(kim):
    for number in range(sign_in.TRIES):
        try_it("wrong", **{"X-Forwarded-For": f"10.0.0.{number}"})
    assert not try_it(PASSWORD, **{"X-Forwarded-For": "10.0.0.99"})[0]


def test_an_empty_form_counts_as_no_guess(kim):
    for _ in range(sign_in.TRIES + 1):
        try_it("")
    assert try_it(PASSWORD)[0]


def test_who_is_known_but_not_staff_is_refused_and_counted(kim):
    User.objects.update(is_staff=False)
    for _ in range(sign_in.TRIES):
        assert not try_it(PASSWORD)[0]
    assert "Wait 15 minutes" in try_it(PASSWORD)[1]
