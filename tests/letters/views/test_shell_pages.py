"""The shell around the staff pages: the way in, the styleguide, and what errors say."""

import pytest
from django.urls import reverse

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_the_page(client):
    make_user("viewer", username="vera")
    page = reverse("letters:styleguide")
    asked = client.get(page, follow=True)
    assert asked.redirect_chain[-1][0] == f"{reverse('admin:login')}?next={page}"
    signed_in = client.post(
        asked.redirect_chain[-1][0], {"username": "vera", "password": PASSWORD, "next": page}
    )
    assert signed_in["Location"] == page


def test_a_login_without_a_page_in_mind_leads_home(client):
    make_user("viewer", username="vera")
    client.post(reverse("admin:login"), {"username": "vera", "password": PASSWORD})
    assert client.get("/admin/")["Location"] == reverse("letters:home")
    assert client.get("/")["Location"] == reverse("letters:home")


def test_a_wrong_password_does_not_say_which_of_the_two_was_wrong(client):
    make_user("viewer", username="vera")
    page = client.post(reverse("admin:login"), {"username": "vera", "password": "guess"})
    assert b"Please enter the correct username and password" in page.content


def test_a_chosen_file_is_kept_from_the_shells_script_before_it_loads(client):
    client.force_login(make_user("viewer"))
    html = client.get(reverse("letters:styleguide")).content.decode()
    assert 0 < html.index("/staff.js") < html.index("/unfold/js/app.js")


def test_the_styleguide_shows_every_component(client):
    client.force_login(make_user("viewer"))
    html = client.get(reverse("letters:styleguide")).content.decode()
    for name in ("pill", "table", "field", "filter", "stat", "steps", "empty", "matrix", "tile"):
        assert f'class="cs-{name}' in html


def test_a_person_without_a_role_is_told_what_to_do(client):
    client.force_login(make_user())
    page = client.get(reverse("letters:home"))
    assert page.status_code == 403
    assert "ask your administrator" in page.content.decode()
    assert "no role yet" in page.content.decode()


def test_an_unknown_address_tells_a_stranger_of_the_response_page(client):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "/respond/" in page.content.decode()


def test_a_form_from_the_site_itself_passes_the_csrf_check():
    """Under the referrer policy "no-referrer" browsers send "Origin: null", which fails."""
    from django.conf import settings

    assert settings.SECURE_REFERRER_POLICY == "same-origin"
