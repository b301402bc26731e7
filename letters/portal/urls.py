"""The recipient's pages. Public: no account, no JavaScript; only a POST changes anything."""

from django.urls import URLPattern, URLResolver

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = []
