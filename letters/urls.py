"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver

app_name = "letters"
urlpatterns: list[URLPattern | URLResolver] = []
