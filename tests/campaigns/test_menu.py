"""The menu marks one line at most: that of the page that is open."""

import pytest
from django.urls import reverse

from campaigns import menu
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def marked(rf, path, *roles):
    request = rf.get(path)
    request.user = make_user(*roles)
    return [
        item["title"]
        for section in menu.navigation(request)
        for item in section["items"]
        if item["active"]
    ]


def test_home_is_marked_at_home_and_nowhere_else(rf):
    assert marked(rf, reverse("letters:home"), "viewer") == ["Home"]
    assert "Home" not in marked(rf, reverse("letters:styleguide"), "viewer")


def test_a_page_below_an_entry_marks_that_entry(rf):
    assert marked(rf, reverse("campaigns:audit") + "verify/", "viewer") == ["Audit log"]


def test_an_entry_is_hidden_from_those_who_may_not_open_it(rf):
    request = rf.get("/")
    request.user = make_user()
    titles = [item["title"] for section in menu.navigation(request) for item in section["items"]]
    assert "Audit log" not in titles


def test_the_tabs_of_a_campaign_mark_the_open_page():
    tabs = menu.campaign_tabs(make_campaign().pk, "letters:board")
    assert [tab["title"] for tab in tabs if tab["is_current"]] == ["Board"]
    assert tabs[0]["title"] == "Board"
    assert tabs[-1]["title"] == "History"
