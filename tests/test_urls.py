"""What must be true of every address. The addresses are read from the URL map itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config.urls import PUBLIC_VIEWS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SAMPLES = {
    "int": "1",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "slug": "x",
    "str": "x",
    "path": "x",
}


@dataclass(frozen=True)
class Address:
    name: str
    url: str
    view: Callable[..., Any]

    @property
    def is_public(self) -> bool:
        return getattr(self.view, "login_required", True) is False

    @property
    def is_staff_page(self) -> bool:
        return self.url.startswith("/staff/")


def walk(
    patterns: list[URLPattern | URLResolver], route: str = "/", namespace: str = ""
) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)
        else:
            yield Address(f"{namespace}{pattern.name or here}", filled(here), pattern.callback)


def filled(route: str) -> str:
    """The route with a sample for each of its parts."""
    route = re.sub(r"\(\?P<\w+>.*?\)\$?", "x", route)
    return re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES.get(part[1], "x"), route)


ADDRESSES = list(walk(get_resolver().url_patterns))
STAFF_PAGES = [address for address in ADDRESSES if address.is_staff_page]


def named(address: Address) -> str:
    return address.name


def test_the_public_views_are_the_listed_ones():
    """A view is public by `login_not_required`, and listed in `config.urls.PUBLIC_VIEWS`."""
    assert {address.name for address in ADDRESSES if address.is_public} == set(PUBLIC_VIEWS)


@pytest.mark.parametrize(
    "address", [address for address in ADDRESSES if not address.is_public], ids=named
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_sent_to_the_login(client: Client, address: Address, method: str):
    response = getattr(client, method)(address.url)
    if response.status_code == 302:
        assert response.url.startswith(resolve_url(settings.LOGIN_URL))
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(
    "address", [address for address in ADDRESSES if address.is_public], ids=named
)
def test_a_public_page_answers_a_visitor(client: Client, address: Address):
    assert client.get(address.url).status_code < 500


@pytest.mark.parametrize("address", STAFF_PAGES, ids=named)
def test_every_staff_page_names_a_permission_that_exists(address: Address):
    needed = getattr(address.view.view_class, "permission_required", None)  # type: ignore[attr-defined]
    assert needed, f"{address.name} can be opened by everybody who has a login"
    for permission in (needed,) if isinstance(needed, str) else needed:
        app_label, codename = permission.split(".")
        assert Permission.objects.filter(
            content_type__app_label=app_label, codename=codename
        ).exists(), permission


@pytest.mark.parametrize("address", STAFF_PAGES, ids=named)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_person_without_a_role_opens_no_staff_page(client: Client, address: Address, method: str):
    client.force_login(make_user())
    assert getattr(client, method)(address.url).status_code in (403, 404, 405)


class TestContentPolicy:
    """Strict everywhere but in the staff shell, which cannot work under it."""

    STRICT = {
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    }

    def policy(self, client: Client, url: str) -> set[str]:
        header = client.get(url).headers["Content-Security-Policy"]
        return {directive.strip() for directive in header.split(";")}

    @pytest.mark.parametrize(
        "url",
        [
            "/respond/",
            "/respond/no-such-page/",
            "/healthz",
            *(address.url for address in ADDRESSES if address.url.startswith("/respond/")),
        ],
    )
    def test_the_recipients_pages_allow_nothing_but_their_own_style(self, client: Client, url: str):
        assert self.policy(client, url) == self.STRICT

    def test_the_staff_shell_allows_what_it_needs_and_nothing_from_elsewhere(self, client: Client):
        policy = self.policy(client, resolve_url(settings.LOGIN_URL))
        assert "default-src 'none'" in policy
        assert "script-src 'self' 'unsafe-eval'" in policy
        assert not any("http" in directive or "*" in directive for directive in policy)

    @pytest.mark.parametrize("url", ["/respond/", "/admin/login/"])
    def test_no_other_host_learns_an_address_or_frames_a_page(self, client: Client, url: str):
        assert client.get(url).headers["Referrer-Policy"] == "same-origin"
        assert client.get(url).headers["X-Frame-Options"] == "DENY"
