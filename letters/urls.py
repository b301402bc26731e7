"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver, path

from letters.views.home import Home
from letters.views.styleguide import Styleguide

app_name = "letters"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Home.as_view(), name="home"),
    path("styleguide/", Styleguide.as_view(), name="styleguide"),
]
